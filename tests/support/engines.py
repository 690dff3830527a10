"""The browsers the sandbox's tests run in, behind one small surface."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page
from support.complaints import Complaints

__all__ = ["ENGINES", "Engine", "SandboxPage", "in_one_engine"]

ENGINES = ("chromium", "firefox")

# Of a test whose subject is Python or checks of ours, alike everywhere: not worth a second browser's time.
in_one_engine = pytest.mark.parametrize("engine", ["chromium"], indirect=True, scope="session")

# Firefox tells the page what happens in its workers. Pyodide asks whether it may import scripts by trying to;
# and a worker that is ended while its code runs is said to have thrown undefined.
_EXPECTED = {
    "chromium": (),
    "firefox": (
        "blocked a script (script-src-elem) at data:text/javascript,",
        "page error: Error: uncaught exception: undefined",
    ),
    "webkit": (),
}


@dataclass(frozen=True)
class Engine:
    """A running browser. ``name`` is one of ``ENGINES``, or "webkit"."""

    name: str
    new_page: Callable[[], Page]

    def open(self, address: str) -> SandboxPage:
        """A sandbox's page at the address of a server of the site, not yet started."""
        return SandboxPage(self, address)


class SandboxPage:
    """A page with nothing in it but a sandbox, in a browser context of its own. A context manager.

    ``page`` is Playwright's ``Page`` in Chromium, and elsewhere an object with the part of it that is listed in
    ``driven_browser.py``. Leaving it fails if the page has complained; ``complaints.allow`` says what it may
    complain of: everything, ``""``, where code attacks, since Firefox tells the page what it refuses a worker.
    """

    def __init__(self, engine: Engine, address: str) -> None:
        self.engine = engine.name
        self.address = address
        self.page = engine.new_page()
        self.ready: dict[str, Any] = {}
        self.complaints = Complaints()
        for expected in _EXPECTED[engine.name]:
            self.complaints.allow(expected)
        self.complaints.watch(self.page)

    def __enter__(self) -> SandboxPage:
        return self

    def __exit__(self, kind: type[BaseException] | None, *exc: object) -> None:
        self.page.close()
        if kind is None:
            self.complaints.check()

    def load(self) -> None:
        """Load the page, anew if it has been loaded before."""
        self.page.goto(f"{self.address}/script_host.html")
        self.page.wait_for_function("() => Boolean(window.codeact_start)")

    def start(self, **options: Any) -> dict[str, Any]:
        """Boot: the ``ready`` event, or ``{kind, message}`` of why not. ``options`` as ``codeact_start`` has them:
        ``limits`` and ``plain``."""
        script = "(options) => codeact_start(options).catch(({kind, message}) => ({kind, message}))"
        self.ready = self.page.evaluate(script, options)
        return self.ready

    def outcome(self, code: str, time_ms: int | None = None) -> dict[str, Any]:
        """Of one step: ``{result}`` or ``{error: {kind, message}}``."""
        step = {"code": code} | ({"time_ms": time_ms} if time_ms else {})
        outcome: dict[str, Any] = self.page.evaluate("(step) => codeact_run(step)", step)
        return outcome

    def value(self, code: str) -> str:
        """The plain text of what the code's last expression gave."""
        outcome = self.outcome(code)
        assert outcome.get("result", {}).get("results"), outcome
        return str(outcome["result"]["results"][0]["text/plain"])

    def set_tools(self, specs: list[dict[str, Any]]) -> None:
        """Replace the tools; their calls go to ``window.codeact_tool``."""
        self.page.evaluate("(specs) => codeact.setTools(specs)", specs)
