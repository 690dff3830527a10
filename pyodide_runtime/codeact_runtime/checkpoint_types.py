"""Types of the standard library that cloudpickle does not know, or restores as something else."""

from __future__ import annotations

import dataclasses
import functools
import typing
import weakref
from collections.abc import Callable
from types import CellType
from typing import Any

__all__ = ["REDUCERS"]


def _make_cached(function: Callable[..., Any], maxsize: int | None, typed: bool) -> Any:
    return functools.lru_cache(maxsize, typed)(function)


def _reduce_cached(cached: Any) -> tuple[Any, ...]:
    settings = cached.cache_parameters()
    return _make_cached, (cached.__wrapped__, settings["maxsize"], settings["typed"])


def _make_cached_property(function: Callable[..., Any], name: str | None) -> Any:
    made: functools.cached_property[Any] = functools.cached_property(function)
    made.attrname = name
    return made


def _reduce_memoryview(view: memoryview) -> tuple[Any, ...]:
    owner: Any = view.obj
    whole = view.format == "B" and view.c_contiguous and view.ndim == 1 and view.nbytes == len(owner)
    return memoryview, (owner if whole else view.tobytes(),)


def _reduce_type_alias(alias: Any) -> tuple[Any, ...]:
    return _make_type_alias, (alias.__name__, alias.__value__, alias.__type_params__)


def _make_type_alias(name: str, value: Any, parameters: tuple[Any, ...]) -> Any:
    return typing.TypeAliasType(name, value, type_params=parameters)  # type: ignore[attr-defined]


REDUCERS: dict[type, Callable[[Any], Any]] = {
    functools._lru_cache_wrapper: _reduce_cached,
    functools.cached_property: lambda value: (_make_cached_property, (value.func, value.attrname)),
    # What is in a cell is pickled with the functions that use it, so that they can be in it.
    CellType: lambda cell: (CellType, ()),
    memoryview: _reduce_memoryview,
    weakref.WeakKeyDictionary: lambda value: (weakref.WeakKeyDictionary, (dict(value),)),
    weakref.WeakValueDictionary: lambda value: (weakref.WeakValueDictionary, (dict(value),)),
    typing.ParamSpec: lambda value: (typing.ParamSpec, (value.__name__,)),
    typing.TypeVarTuple: lambda value: (typing.TypeVarTuple, (value.__name__,)),
    typing.NewType: lambda value: (typing.NewType, (value.__qualname__, value.__supertype__)),
    type(dataclasses.MISSING): lambda value: (getattr, (dataclasses, "MISSING")),
    type(dataclasses.KW_ONLY): lambda value: (getattr, (dataclasses, "KW_ONLY")),
}
if hasattr(typing, "TypeAliasType"):
    REDUCERS[typing.TypeAliasType] = _reduce_type_alias
