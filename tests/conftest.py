"""Shared by all tests that open a browser: a real Chromium, a real server, and no errors tolerated."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from codeact_agent.hosts.script.browser import arguments, find_browser
from codeact_agent.hosts.script.site import find_site
from codeact_server.serve import running_server
from codeact_server.settings import Settings, Upstream
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Playwright, Request
from support.upstream import ScriptedUpstream

KEY = "sk-test-0123456789abcdef"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], playwright: Playwright) -> dict[str, Any]:
    path = find_browser(playwright.chromium.executable_path)
    return {**browser_type_launch_args, "executable_path": path, "args": arguments()}


@pytest.fixture(scope="session")
def site() -> Path:
    """The built site; `make test` builds it."""
    return find_site()


@pytest.fixture(scope="session")
def served(site: Path) -> Iterator[str]:
    """Address of a server without an upstream: recorded tasks only."""
    with running_server(Settings(site=site)) as url:
        yield url


@pytest.fixture(scope="module")
def upstream() -> Iterator[ScriptedUpstream]:
    with ScriptedUpstream() as scripted:
        yield scripted


@pytest.fixture(scope="module")
def relayed(site: Path, upstream: ScriptedUpstream) -> Iterator[str]:
    """Address of a server that relays to ``upstream``."""
    settings = Settings(
        site=site, upstream=Upstream(base_url=upstream.base_url, api_key=KEY, models=("scripted",))
    )
    with running_server(settings) as url:
        yield url


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
        page.on("pageerror", lambda error: self.all.append(f"page error: {error}"))
        page.on("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.all.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in ("127.0.0.1", "localhost"):
            self.all.append(f"request to {request.url}")

    def check(self) -> None:
        found = [each for each in self.all if not any(part in each for part in self.allowed)]
        assert not found, found


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    collected = Complaints()
    yield collected
    collected.check()


@pytest.fixture
def page(context: BrowserContext, complaints: Complaints) -> Page:
    """A page whose every console error and page error fails the test."""
    opened = context.new_page()
    complaints.watch(opened)
    return opened
