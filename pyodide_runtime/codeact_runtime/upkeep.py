"""Put back what a step's code has changed of the interpreter itself, so that our report and the next step work.

The model may patch anything: that is no attack, only a nuisance. What it does between two steps of ours counts.
"""

from __future__ import annotations

import ast
import asyncio
import base64
import builtins
import gc
import inspect
import json
import json.decoder
import json.encoder
import linecache
import re
import reprlib
import signal
import sys
import textwrap
import traceback
from types import ModuleType
from typing import Any, TypeVar

__all__ = ["Upkeep"]

T = TypeVar("T")

# What the runtime and Pyodide's CodeRunner use while a step begins and ends.
_MODULES: tuple[ModuleType, ...] = (
    builtins, ast, base64, inspect, json, json.decoder, json.encoder, linecache, re, reprlib, textwrap, traceback,
)  # fmt: skip
_LOOP_METHODS = ("call_soon", "call_later", "call_at", "create_task", "create_future", "run_until_complete")


class Upkeep:
    """Remembers the interpreter as it is when the conversation begins. ``recursion`` is its depth of frames."""

    def __init__(self, main: ModuleType, recursion: int) -> None:
        self._main = main
        self._recursion = recursion
        self._modules = [(vars(module), dict(vars(module))) for module in _MODULES]
        self._digits = sys.get_int_max_str_digits()
        self._loaded = sys.modules, dict(sys.modules)
        self._finders = sys.meta_path, [*sys.meta_path]
        self._hooks = sys.path_hooks, [*sys.path_hooks]
        self._path = sys.path, [*sys.path]
        # Natively each test has a loop of its own; in Pyodide there is one for ever.
        self._loop = asyncio.get_event_loop() if sys.platform == "emscripten" else None
        kind = vars(type(self._loop))
        self._methods = {name: kind[name] for name in _LOOP_METHODS if name in kind}
        self.mend()

    def mend(self) -> None:
        """Call it when no code of the model's runs; costs some 50 µs."""
        for present, former in self._modules:
            present.update(former)
        self._mend_imports()
        sys.modules["__main__"] = self._main
        sys.setrecursionlimit(self._recursion)
        sys.set_int_max_str_digits(self._digits)
        sys.settrace(None)
        sys.setprofile(None)
        gc.enable()
        gc.callbacks.clear()
        gc.set_debug(0)
        if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        self._mend_loop()

    def _mend_imports(self) -> None:
        """What was loaded stays what it was, and the standard library comes before what the code has written."""
        sys.modules, loaded = self._loaded
        sys.meta_path, finders = self._finders
        sys.path_hooks, hooks = self._hooks
        sys.path, path = self._path
        sys.modules.update(loaded)
        # Packages bring finders of their own (six, importlib_metadata) and need them later: ours come first.
        sys.meta_path[:] = _first(finders, sys.meta_path)
        sys.path_hooks[:] = _first(hooks, sys.path_hooks)
        if sys.path[: len(path)] != path:
            sys.path[:] = path + [each for each in sys.path if each not in path]

    def _mend_loop(self) -> None:
        if not self._loop:
            return
        for name, method in self._methods.items():
            if vars(type(self._loop)).get(name) is not method:
                setattr(type(self._loop), name, method)
        own: dict[str, Any] = vars(self._loop)
        for name in _LOOP_METHODS:
            own.pop(name, None)


def _first(former: list[T], present: list[T]) -> list[T]:
    """``former``, then what is new in ``present``; compared by identity, since code may define ``__eq__``."""
    known = set(map(id, former))
    return [*former, *(each for each in present if id(each) not in known)]
