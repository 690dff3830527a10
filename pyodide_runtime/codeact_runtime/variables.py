"""The table of live variables the model and the person see after each step."""

from __future__ import annotations

import reprlib
from types import ModuleType
from typing import Any, TypedDict

__all__ = ["Variable", "table"]

_MOST = 60
_NAME = 100  # characters


class Variable(TypedDict):
    """One row: ``type`` is the class name, with length or shape where there is one; ``repr`` is short."""

    name: str
    type: str
    repr: str


class _Repr(reprlib.Repr):
    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 2
        self.maxdict = self.maxlist = self.maxtuple = self.maxset = 4
        self.maxstring = self.maxother = 60
        self.maxlong = 40


_repr = _Repr()


def table(namespace: dict[str, Any]) -> list[Variable]:
    """The newest ``_MOST`` variables of ``namespace``; modules and names with ``_`` are left out."""
    names = [
        name
        for name, value in list(namespace.items())
        if isinstance(name, str) and not name.startswith("_") and not isinstance(value, ModuleType)
    ]
    return [_row(name, namespace[name]) for name in names[-_MOST:]]


def _row(name: str, value: object) -> Variable:
    try:
        return {"name": _cut(name), "type": _cut(_type(value)), "repr": _cut(_short(value))}
    except Exception as error:  # noqa: BLE001 - a model's own __len__ or __getattr__ may raise
        reason = _cut(f"<no repr: {type(error).__name__}>")
        return {"name": _cut(name), "type": _cut(type(value).__name__), "repr": reason}


def _cut(text: str) -> str:
    return text if len(text) <= _NAME else text[: _NAME - 1] + "…"


def _type(value: object) -> str:
    kind = type(value).__name__
    if isinstance(value, (str, bytes, list, tuple, dict, set, frozenset)):
        return f"{kind}[{len(value)}]"
    shape = getattr(value, "shape", None)
    return f"{kind}{shape}" if isinstance(shape, tuple) else kind


def _short(value: object) -> str:
    if isinstance(value, type):
        return f"class {value.__name__}"
    if callable(value) and hasattr(value, "__name__"):
        return f"{value.__name__}(…)"
    return " ".join(_repr.repr(value).split())
