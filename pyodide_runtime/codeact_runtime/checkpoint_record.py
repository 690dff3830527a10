"""The bytes of one saved variable: a line of JSON, then a pickle. Used by Saver and Restorer."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from types import CellType, FunctionType, ModuleType
from typing import Any

__all__ = ["Head", "builtins_of", "cells_of", "fixed_memo", "joined", "module_name", "parted"]


@dataclass
class Head:
    """What a record says before its pickle.

    ``memo`` names objects the pickle takes from elsewhere, in the order of its memo's indices, after those of
    ``fixed_memo``: variables, ``.name`` for what is in our builtins, or ``name#0`` for the first cell in the
    closure of a variable that is a function. ``blanks`` indices after them stand for nothing. ``members`` are
    variables that refer to this one and are referred to by it: the pickle is a tuple of this one and them.
    ``code`` marks functions and classes, which come back first.
    """

    memo: list[str] = field(default_factory=list)
    blanks: int = 0
    members: list[str] = field(default_factory=list)
    code: bool = False


def joined(head: Head, pickled: bytes) -> bytes:
    """The record as bytes."""
    return b"%s\n%s" % (json.dumps(asdict(head), separators=(",", ":")).encode(), pickled)


def parted(record: bytes) -> tuple[Head, bytes]:
    """Head and pickle of a record; raises ValueError or TypeError for what is none."""
    head, _, pickled = record.partition(b"\n")
    return Head(**json.loads(head)), pickled


def builtins_of(variables: dict[str, Any]) -> dict[str, Any]:
    """The conversation's own builtins, with tools and helpers."""
    found: dict[str, Any] = variables["__builtins__"]
    return found


def fixed_memo(variables: dict[str, Any]) -> list[object]:
    """What every pickle's memo begins with: functions are bound to these."""
    return [variables, builtins_of(variables)]


def cells_of(value: object) -> tuple[CellType, ...]:
    """The cells in the closure of a function, by which it may share variables with others."""
    return (value.__closure__ or ()) if type(value) is FunctionType else ()


def module_name(value: object) -> str | None:
    """The name of a module, None for anything else; runs no code of the model's."""
    if not issubclass(type(value), ModuleType):
        return None
    attributes: dict[str, Any] = object.__getattribute__(value, "__dict__")
    return str(attributes.get("__name__"))
