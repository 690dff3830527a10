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
]


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
