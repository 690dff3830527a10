"""What a page under test must not do."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Error, Page, Request

__all__ = ["Complaints"]


class Complaints:
    """What a page must not do: log errors, throw, or ask anything of another machine."""

    def __init__(self) -> None:
        self.all: list[str] = []
        self.allowed: list[str] = []

    def allow(self, part: str) -> None:
        """Expect complaints that contain ``part``."""
        self.allowed.append(part)

    def watch(self, page: Page) -> None:
        page.on("console", self._on_console)
        page.on("pageerror", self._on_error)
        page.on("request", self._on_request)

    def unwatch(self, page: Page) -> None:
        """What it does from now on is another test's."""
        page.remove_listener("console", self._on_console)
        page.remove_listener("pageerror", self._on_error)
        page.remove_listener("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.all.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _on_error(self, error: Error) -> None:
        self.all.append(f"page error: {error}")

    def _on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in ("127.0.0.1", "localhost"):
            self.all.append(f"request to {request.url}")

    def check(self) -> None:
        found = [each for each in self.all if not any(part in each for part in self.allowed)]
        assert not found, found
