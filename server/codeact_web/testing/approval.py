"""What asks for the person's leave in the widget: code that wants to run, or a call of a tool."""

from __future__ import annotations

from playwright.sync_api import Locator

__all__ = ["ApprovalPage"]


class ApprovalPage:
    """One open card. ``card`` is its locator, for assertions on what it says."""

    def __init__(self, card: Locator) -> None:
        self.card = card
        self._allow = card.locator(".actions button.primary")

    def approve(self) -> None:
        """Let it run, this once."""
        self._allow.click()

    def edit(self, code: str) -> None:
        """Have ``code`` run instead."""
        self.card.locator(".actions button:not(.primary)").click()
        self.card.locator("ca-code-editor textarea").fill(code)
        self._allow.click()

    def deny(self, reason: str = "") -> None:
        """Say no; the model reads the reason."""
        self.card.locator("#reason").fill(reason)
        self.card.locator("form button").click()
