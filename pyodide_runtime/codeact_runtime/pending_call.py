"""What calling a tool gives where its value is to be awaited: the call, made when it is. Called by tools.py."""

from __future__ import annotations

import sys
from collections.abc import Coroutine, Generator
from typing import Any

__all__ = ["PendingCall"]

# What code does with a value it believes to have. Python looks these up on the class. `next` is not among them:
# asyncio would drive the coroutine by it.
_VALUE = (
    "bool",
    "str",
    "format",
    "len",
    "iter",
    "contains",
    "getitem",
    "setitem",
    "delitem",
    "call",
    "enter",
    "exit",
)
_NUMBER = ("int", "float", "index", "round", "abs", "neg", "eq", "ne", "lt", "le", "gt", "ge")
_BINARY = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or")
_USES = (*_VALUE, *_NUMBER, *_BINARY, *(f"r{each}" for each in _BINARY))


class PendingCall(Coroutine[Any, Any, Any]):
    """A coroutine whose every other use raises TypeError that says to await it, and that tells if nobody did."""

    def __init__(self, written: str, call: Coroutine[Any, Any, Any], where: str = "") -> None:
        """``written`` is the call as the code has it; ``where`` it has to be awaited, with a space after."""
        self._written = written
        self._where = where
        self._call = call
        self._begun = False

    @property
    def _mend(self) -> str:
        return f"{self._written} has not run: {self._where}write `await {self._written}`"

    def __await__(self) -> Generator[Any, Any, Any]:
        self._begun = True
        return self._call.__await__()

    def send(self, value: Any) -> Any:
        """As a coroutine's own."""
        self._begun = True
        return self._call.send(value)

    def throw(self, *error: Any) -> Any:
        """As a coroutine's own."""
        self._begun = True
        return self._call.throw(*error)

    def close(self) -> None:
        """As a coroutine's own."""
        self._begun = True
        self._call.close()

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("_"):
            raise AttributeError(attribute)  # asked by whoever wants to show it
        raise AttributeError(self._mend)

    def __repr__(self) -> str:
        return f"<{self._mend}>"

    __hash__ = object.__hash__

    def __del__(self) -> None:
        if not self._begun:
            self._call.close()
            print(self._mend, file=sys.stderr)


def _refuse(self: PendingCall, *_: object) -> Any:
    raise TypeError(self._mend)


for _use in _USES:
    setattr(PendingCall, f"__{_use}__", _refuse)
