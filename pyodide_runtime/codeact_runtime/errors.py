"""The runtime's error tree. Who must act is decided by class, never by text.

BaseException
├── FinalAnswer          control flow: the model's code has answered
└── Exception
    └── SandboxError     the model can fix it: becomes an observation
        └── ToolError    a tool raised in the host; carries the host's error name
"""

from __future__ import annotations

__all__ = ["FinalAnswer", "SandboxError", "ToolError"]


class FinalAnswer(BaseException):
    """Raised by ``final_answer(value)``; a BaseException so `except Exception` cannot swallow it."""

    def __init__(self, value: object) -> None:
        super().__init__("final_answer() was called")
        self.value = value


class SandboxError(Exception):
    """Something the model's code did that other code can avoid."""


class ToolError(SandboxError):
    """A tool call failed in the host. ``kind`` is the name of the error there, e.g. ``KeyError``."""

    def __init__(self, message: str, kind: str = "ToolError") -> None:
        super().__init__(message)
        self.kind = kind
