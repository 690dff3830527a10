"""What a scripted model says."""

from __future__ import annotations

from codeact_web.testing import Reply

__all__ = ["code"]


def code(text: str) -> Reply:
    """A reply whose action is this Python."""
    return Reply(text=f"I try.\n<code>\n{text}\n</code>")
