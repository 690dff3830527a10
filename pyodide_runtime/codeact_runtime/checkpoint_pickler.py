"""cloudpickle for one live namespace: functions keep it, and variables may refer to each other.

Called by checkpoint.py. Differs from the stock pickler in that a function of the model's is bound to the
namespace again, not to a private copy of the globals it uses; and in a few types it does not know.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import sys
import typing
import weakref
from collections import ChainMap
from collections.abc import Callable
from types import CellType, CodeType, FunctionType
from typing import Any, ClassVar

import cloudpickle  # type: ignore[import-untyped]
from cloudpickle import cloudpickle as stock

from codeact_runtime.checkpoint_depth import check_depth
from codeact_runtime.checkpoint_reasons import check_saveable

__all__ = ["NamespacePickler"]

_OWN_WAYS = ("__reduce_ex__", "__reduce__", "__getstate__", "__getnewargs__", "__getnewargs_ex__")


class _Globals:
    """Stands in a pickle for the namespace of an imported module."""

    def __init__(self, module: str) -> None:
        self._module = module

    def __reduce__(self) -> tuple[Any, ...]:
        return _module_globals, (self._module,)


def _module_globals(name: str) -> dict[str, Any]:
    return vars(importlib.import_module(name))


def _make_function(
    code: CodeType, namespace: dict[str, Any], closure: tuple[CellType, ...] | None
) -> FunctionType:
    """A function takes its builtins from ``namespace``, which is left as it is."""
    return FunctionType(code, namespace, None, None, closure)


def _set_function_state(function: FunctionType, state: tuple[dict[Any, Any], ...]) -> None:
    attributes, special, contents, used = state
    function.__dict__.update(attributes)
    for index, content in contents.items():
        function.__closure__[index].cell_contents = content  # type: ignore[index]
    for name, value in special.items():
        setattr(function, name, value)
    function.__globals__.update(used)


def _function_state(function: FunctionType, used: dict[str, Any]) -> tuple[dict[Any, Any], ...]:
    names = (
        "__name__",
        "__qualname__",
        "__module__",
        "__doc__",
        "__defaults__",
        "__kwdefaults__",
        "__type_params__",
    )
    special = {name: getattr(function, name) for name in names if hasattr(function, name)}
    if annotations := _annotations(function):
        special["__annotations__"] = annotations
    cells = enumerate(function.__closure__ or ())
    contents = {index: cell.cell_contents for index, cell in cells if _filled(cell)}
    return dict(function.__dict__), special, contents, used


def _filled(cell: CellType) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True


def _annotations(owner: Any) -> dict[str, Any]:
    """From Python 3.14 on they are evaluated on demand; those that cannot be are kept as text."""
    try:
        return dict(owner.__annotations__)
    except Exception:  # noqa: BLE001 - evaluating runs the model's code
        import annotationlib  # type: ignore[import-not-found]  # Python 3.14's

        return dict(annotationlib.get_annotations(owner, format=annotationlib.Format.STRING))


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


_REDUCERS: dict[type, Callable[[Any], Any]] = {
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
    _REDUCERS[typing.TypeAliasType] = _reduce_type_alias


class NamespacePickler(cloudpickle.Pickler):  # type: ignore[misc]
    """Pickles one value. Objects in ``memo`` (id → index, object) become references to that index of the memo of
    the unpickler. ``current`` is the object it came to last."""

    dispatch_table: ClassVar[Any] = ChainMap(_REDUCERS, cloudpickle.Pickler.dispatch_table)

    def __init__(self, file: Any, memo: dict[int, tuple[int, object]]) -> None:
        super().__init__(file)
        self.memo = memo
        self.known = set(memo)
        self._reduced: dict[int, tuple[object, Any]] = {}
        self.current: object = None

    def dump(self, value: object) -> None:
        """Pickle ``value``; raises TooDeep and Unsaveable, and whatever the model's code and the file raise."""
        check_depth(value, self.known, self._reduce_own)
        self.known.add(id(value))
        super().dump(value)

    def reducer_override(self, obj: Any) -> Any:
        """Called by pickle for whatever is not a plain container or number."""
        self.current = obj
        if id(obj) in self._reduced:
            return self._reduced[id(obj)][1]
        if obj is sys.stdout or obj is sys.stderr:
            return getattr, (sys, "stdout" if obj is sys.stdout else "stderr")
        check_saveable(obj)
        return super().reducer_override(obj)

    def _reduce_own(self, value: object) -> object | None:
        """Ask an object of the model's for its own reduction, once: the answer may differ or have effects."""
        kind = type(value)
        inherited = all(getattr(kind, way, None) is getattr(object, way, None) for way in _OWN_WAYS)
        if inherited or kind.__module__ != "__main__":
            return None
        self.current = value
        reduced = value.__reduce_ex__(self.proto)
        self._reduced[id(value)] = value, reduced
        return reduced

    def _dynamic_function_reduce(self, func: FunctionType) -> tuple[Any, ...]:
        namespace, used = self._globals_of(func)
        state = _function_state(func, used)
        return _make_function, (func.__code__, namespace, func.__closure__), state, None, None, _set_function_state

    def _globals_of(self, func: FunctionType) -> tuple[Any, dict[str, Any]]:
        """What is pickled as the function's globals, and what is added to that once the function is made."""
        namespace: dict[str, Any] = func.__globals__
        if id(namespace) in self.known:
            return namespace, {}
        module = sys.modules.get(str(namespace.get("__name__")))
        if module is not None and vars(module) is namespace:
            return _Globals(module.__name__), {}
        # Functions made by exec, as those of named tuples, share a copy of what they use.
        used = {name: namespace[name] for name in stock._extract_code_globals(func.__code__) if name in namespace}
        shared = {name: namespace[name] for name in ("__name__", "__builtins__") if name in namespace}
        if id(shared.get("__builtins__")) not in self.known:
            shared.pop("__builtins__", None)
        return self.globals_ref.setdefault(id(namespace), shared), used
