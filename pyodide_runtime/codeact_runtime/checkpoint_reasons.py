"""Why an object cannot be saved, in words for the model. Called by the checkpoint's pickler and saver."""

from __future__ import annotations

import asyncio
import contextvars
import io
import itertools
import re
import sqlite3
import sys
import types
import weakref

from codeact_runtime.checkpoint_depth import TooDeep
from codeact_runtime.checkpoint_record import module_name

__all__ = ["Unsaveable", "check_saveable", "describe_error", "in_words"]

_LOCK = "locks and other means to synchronise threads"
_EXACT: dict[type, str] = {
    types.GeneratorType: "generators",
    types.AsyncGeneratorType: "asynchronous generators",
    types.CoroutineType: "coroutines",
    types.FrameType: "frames",
    types.TracebackType: "tracebacks",
    contextvars.Context: "contexts",
    contextvars.ContextVar: "context variables",
    re.Match: "matches of regular expressions",
    weakref.ref: "weak references",
    weakref.ProxyType: "weak references",
    weakref.CallableProxyType: "weak references",
    **{type_: "iterators of itertools" for type_ in vars(itertools).values() if isinstance(type_, type)},
}
_BASES: tuple[tuple[type, str], ...] = (
    (asyncio.Future, "tasks and futures"),
    (asyncio.AbstractEventLoop, "event loops"),
    (sqlite3.Connection, "database connections"),
    (sqlite3.Cursor, "database cursors"),
    (io.TextIOWrapper, "open files"),
    (io.FileIO, "open files"),
    (io.BufferedReader, "open files"),
    (io.BufferedWriter, "open files"),
    (io.BufferedRandom, "open files"),
    (weakref.ref, "weak references"),
)
_BY_NAME = {
    ("_thread", "lock"): _LOCK,
    ("_thread", "RLock"): _LOCK,
    ("pyodide.ffi", "JsProxy"): "JavaScript objects",
    ("socket", "socket"): "sockets",
    ("threading", "Thread"): "threads",
    ("mmap", "mmap"): "memory maps",
}


class Unsaveable(Exception):
    """An object that no checkpoint can hold; ``kind`` names such objects in the plural."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"{kind} cannot be saved")
        self.kind = kind


def check_saveable(value: object) -> None:
    """Raise Unsaveable for objects that are bound to the running interpreter."""
    kind = type(value)
    words = _EXACT.get(kind) or _BY_NAME.get((kind.__module__, _name_of(kind)))
    if words is None:
        words = next((text for base, text in _BASES if issubclass(kind, base)), None)
    module = module_name(value)
    if module is not None and sys.modules.get(module) is not value:
        words = "modules made by code"
    if words is not None:
        raise Unsaveable(words)


def in_words(error: BaseException, value: object, culprit: object) -> str:
    """What went wrong while ``value`` was pickled; ``culprit`` is the object pickle was at."""
    name = _name_of(type(culprit))
    inside = "" if culprit is value or culprit is None else f"it holds an object of type {name}: "
    if isinstance(error, Unsaveable):
        return inside + str(error)
    if isinstance(error, KeyboardInterrupt):
        return "took too long to save"
    if isinstance(error, TooDeep):
        return "nested too deeply to be saved"
    if isinstance(error, MemoryError):
        return "not enough memory to save it"
    if culprit is None:
        return f"it cannot be saved ({describe_error(error)})"
    return f"objects of type {name} cannot be saved ({describe_error(error)})"


def _name_of(kind: type) -> str:
    """The class's name, past whatever its metaclass makes of it, and not without end."""
    return str(type.__dict__["__name__"].__get__(kind))[:100]


def describe_error(error: BaseException) -> str:
    """Class and text of an error on one short line; never raises, whatever the model's ``__str__`` does."""
    try:
        text = " ".join(str(error).split())[:200]
    except BaseException:  # noqa: BLE001 - the model's own __str__ may raise anything
        text = ""
    return f"{_name_of(type(error))}: {text}" if text else _name_of(type(error))
