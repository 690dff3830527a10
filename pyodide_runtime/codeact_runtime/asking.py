"""What code that waits for somebody to type gets here: the person's answer, or a clear error."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, NoReturn

from codeact_runtime.errors import NoInput

__all__ = ["NoStdin", "ask_for_line"]

_NOBODY = "nobody can type anything here: use data given in the task or in files"


def ask_for_line(prompt: object, ask: Callable[..., Any] | None, *, can_block: bool) -> str:
    """``input(prompt)``, by way of the tool ``ask_user``. Raises NoInput where that cannot be."""
    if ask is None:
        raise NoInput(f"input(): {_NOBODY}")
    if not can_block:
        raise NoInput("input() cannot wait in this browser: write `await ask_user(…)`")
    return str(ask(str(prompt).strip() or "The code asks for a line of input."))


class NoStdin(io.TextIOBase):
    """``sys.stdin``. Every way of reading it raises NoInput."""

    name = "<stdin>"
    encoding = "utf-8"

    def readable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def read(self, size: int | None = -1, /) -> NoReturn:
        raise NoInput(f"sys.stdin is empty: {_NOBODY}, or ask with input(…)")

    def readline(self, size: int = -1, /) -> NoReturn:  # type: ignore[override]
        self.read()

    def readlines(self, hint: int = -1, /) -> NoReturn:
        self.read()

    def __next__(self) -> NoReturn:
        self.read()
