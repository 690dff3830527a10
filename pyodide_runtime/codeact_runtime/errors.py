"""The runtime's error tree. Who must act is decided by class, never by text.

BaseException
├── FinalAnswer          control flow: the model's code has answered
└── Exception
    └── SandboxError     the model can fix it: becomes an observation
        ├── CodeRefused          what was read before the code ran
        │   ├── CodeTooDeep      the parser would not survive it
        │   ├── ImportRefused    imports what is not here, or must not be used
        │   ├── CallRefused      calls what cannot work here
        │   ├── InstallRefused   wants to install packages
        │   └── Denied           the person said no
        ├── NoInput              asked for a line where nobody can type one
        ├── ToolsRefused         tools that cannot be: the host must act
        ├── PictureRefused       display() was given what cannot be shown as a picture
        └── ToolError    a tool raised in the host; carries the host's error name
"""

from __future__ import annotations

import builtins
from functools import lru_cache

__all__ = [
    "CallRefused",
    "CodeRefused",
    "CodeTooDeep",
    "Denied",
    "FinalAnswer",
    "ImportRefused",
    "InstallRefused",
    "NoInput",
    "PictureRefused",
    "SandboxError",
    "ToolError",
    "ToolsRefused",
    "tool_error",
]

_LONGEST_NAME = 100


class FinalAnswer(BaseException):
    """Raised by ``final_answer(value)``; a BaseException so `except Exception` cannot swallow it."""

    def __init__(self, value: object) -> None:
        super().__init__("final_answer() was called")
        self.value = value


class SandboxError(Exception):
    """Something the model's code did that other code can avoid."""


class CodeRefused(SandboxError):
    """The code was not run; the message says why, and what to do instead."""


class CodeTooDeep(CodeRefused):
    """The code nests deeper than the parser can take."""


class ImportRefused(CodeRefused):
    """The code imports a module that is not here or must not be used."""


class CallRefused(CodeRefused):
    """The code calls a function that cannot work in the sandbox."""


class InstallRefused(CodeRefused):
    """The code wants to install packages; there is no network to get them from."""


class Denied(CodeRefused):
    """The person did not approve of the code, for ``reason``, which may be empty."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def sentence(self) -> str:
        """What the model is told."""
        return "the person did not approve of this code" + (f": {self.reason}" if self.reason else ".")


class NoInput(SandboxError, EOFError):
    """The code reads what nobody can type; the message says what to do instead."""


class ToolsRefused(SandboxError):
    """Tools that cannot be made functions; the message is one sentence for whoever gave them."""


class PictureRefused(SandboxError, ValueError):
    """A picture has too many pixels to be shown, or cannot be read; the message says what to do instead."""


class ToolError(SandboxError):
    """A tool call failed in the host. ``kind`` is the name of the error there, e.g. ``KeyError``."""

    def __init__(self, message: str, kind: str = "ToolError") -> None:
        super().__init__(message)
        self.kind = kind

    def __str__(self) -> str:
        return str(self.args[0])


def tool_error(message: str, kind: str) -> ToolError:
    """A ToolError of the class that the host's error had: ``except ValueError`` catches a tool's ValueError.

    >>> isinstance(tool_error("no such city", "KeyError"), KeyError)
    True
    """
    try:
        return _class_of(kind)(message, kind)
    except TypeError:  # such as UnicodeDecodeError, which wants more than a message
        return ToolError(message, kind)


@lru_cache(maxsize=100)
def _class_of(kind: str) -> type[ToolError]:
    if kind == "ToolError" or not kind.isidentifier() or len(kind) > _LONGEST_NAME:
        return ToolError
    known = getattr(builtins, kind, None)
    # A StopIteration would silently end a generator that calls the tool.
    bases: tuple[type, ...] = (ToolError,)
    if isinstance(known, type) and issubclass(known, Exception) and not kind.startswith("Stop"):
        bases = (ToolError, known)
    return type(kind, bases, {"__module__": "builtins"})
