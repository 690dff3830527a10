"""The errors of the page object.

AssertionError
└── WidgetError      the widget did not do what the test waits for; the message says what it did
    └── RunFailed    it told a codeact-error: the test has its ``kind``
"""

from __future__ import annotations

__all__ = ["RunFailed", "WidgetError"]


class WidgetError(AssertionError):
    """The widget did not do what the test waits for. Whoever writes the page or the test must act."""


class RunFailed(WidgetError):
    """The element fired ``codeact-error``; ``kind`` is its kind."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind
