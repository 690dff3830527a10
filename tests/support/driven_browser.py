"""Browsers Playwright cannot drive, each driven by a process of its own that speaks JSON lines (firefox.mjs,
webkit_browser.py), with the part of Playwright's sync ``Page`` that the sandbox's tests use.
"""

from __future__ import annotations

import json
import queue
import subprocess
import threading
import time
from collections.abc import Callable
from typing import IO, Any

from playwright.sync_api import Error, TimeoutError

__all__ = ["DrivenBrowser", "DrivenPage"]

_PATIENCE_MS = 120_000
"""For any answer of a driver, and longer than a test waits for anything: a page that hangs fails its test."""

_MARGIN_MS = 5_000

# In the page, since each question of ours costs the driver a round trip.
_UNTIL = """async ([argument, timeout, polling]) => {
  for (const end = performance.now() + timeout; performance.now() < end; ) {
    const evaluated = %s;
    if (await (typeof evaluated === 'function' ? evaluated(argument) : evaluated)) return true;
    await new Promise((resolve) => setTimeout(resolve, polling));
  }
  return false;
}"""


class DrivenBrowser:
    """One headless browser without a past. A context manager; it also ends when this process does."""

    version = ""

    @staticmethod
    def missing() -> list[str]:
        """The Debian packages that would have to be installed first."""
        raise NotImplementedError

    def command(self) -> list[str]:
        """What starts the driver, if nothing is missing."""
        raise NotImplementedError

    def __enter__(self) -> DrivenBrowser:
        """Start it. Raises Error with a sentence that says how to get what is missing."""
        if missing := self.missing():
            name, packages = type(self).__name__, " ".join(missing)
            raise Error(f"This test needs {name}. Install it with `make setup-engines`, or on Debian {packages}.")
        # In a session of its own, so that Ctrl+C leaves it to us to end it.
        self._driver = subprocess.Popen(
            self.command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, args=(self._driver.stdout,), daemon=True)
        self._reader.start()
        self._pages: dict[int, DrivenPage] = {}
        self._sent = 0
        self.version = self._answer(0)
        return self

    def __exit__(self, *exc: object) -> None:
        assert self._driver.stdin
        assert self._driver.stdout
        self._driver.stdin.close()
        self._driver.wait(30)
        self._reader.join()
        self._driver.stdout.close()

    def new_page(self) -> DrivenPage:
        """A page in a context of its own: nothing cached, no storage shared."""
        number = self.request("new_page")
        self._pages[number] = DrivenPage(self, number)
        return self._pages[number]

    def request(self, method: str, patience_ms: float = _PATIENCE_MS, **parameters: Any) -> Any:
        """Ask the driver; events that come meanwhile are handed on, and exposed functions called.

        Raises Error with ``name: message`` of what failed, TimeoutError after ``patience_ms`` milliseconds.
        """
        self._sent += 1
        self._send({"id": self._sent, "method": method, **parameters})
        return self._answer(self._sent, patience_ms)

    def _send(self, message: dict[str, Any]) -> None:
        assert self._driver.stdin
        self._driver.stdin.write(json.dumps(message) + "\n")
        self._driver.stdin.flush()

    def _read(self, output: IO[str]) -> None:
        """In a thread: reading alone cannot be given up. The last line is empty."""
        for line in output:
            self._lines.put(line)
        self._lines.put("")

    def _answer(self, sent: int, patience_ms: float = _PATIENCE_MS) -> Any:
        until = time.monotonic() + patience_ms / 1000
        while line := self._next_line(until):
            message = json.loads(line)
            if message.get("id") == sent:
                if failure := message.get("error"):
                    raise Error(f"{failure['name']}: {failure['message']}")
                return message["value"]
            if page := self._pages.get(message.get("page")):
                if "call" in message:
                    self._send({"call": message["call"], **page.called(message["name"], message["args"])})
                else:
                    page.happened(message)
        raise Error(f"{type(self).__name__} has ended.")

    def _next_line(self, until: float) -> str:
        try:
            return self._lines.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            raise TimeoutError(f"{type(self).__name__} does not answer.") from None


class DrivenPage:
    """See Playwright's ``Page``. Callbacks run while one of its methods waits, as there."""

    def __init__(self, browser: DrivenBrowser, number: int) -> None:
        self._browser = browser
        self._number = number
        self._listeners: dict[str, list[Callable[[Any], object]]] = {}
        self._exposed: dict[str, Callable[..., Any]] = {}
        self._requests: dict[int, Request] = {}

    def goto(self, url: str) -> None:
        """Load a document, to its load event."""
        self._request("goto", url=url)

    def evaluate(self, expression: str, arg: Any = None) -> Any:
        """The expression's value, or what it gives when called with ``arg`` if it is a function; awaited.

        Only JSON values cross. Raises Error with ``name: message`` of what was thrown.
        """
        return self.frames[0].evaluate(expression, arg)

    def wait_for_function(
        self, expression: str, arg: Any = None, timeout: float = 30_000, polling: float = 20
    ) -> None:
        """Wait, for at most ``timeout`` milliseconds, until it gives something true; asked each ``polling``
        milliseconds. Raises TimeoutError."""
        parameters = {"frame": 0, "expression": _UNTIL % f"({expression})", "arg": [arg, timeout, polling]}
        if not self._request("evaluate", patience_ms=timeout + _MARGIN_MS, **parameters):
            raise TimeoutError(f"Page.wait_for_function: Timeout {timeout}ms exceeded.")

    def wait_for_timeout(self, timeout: float) -> None:
        """Let ``timeout`` milliseconds pass; what happens meanwhile is told."""
        self.evaluate("(ms) => new Promise((resolve) => setTimeout(resolve, ms))", timeout)

    def expose_function(self, name: str, callback: Callable[..., Any]) -> None:
        """Make ``window[name](…)`` call back into this process; it gives a promise."""
        self._exposed[name] = callback
        self._request("expose_function", name=name)

    def on(self, event: str, listener: Callable[[Any], object]) -> None:
        """Be told of ``console``, ``pageerror``, ``request`` or ``requestfailed``."""
        self._listeners.setdefault(event, []).append(listener)

    def remove_listener(self, event: str, listener: Callable[[Any], object]) -> None:
        """Be told no more."""
        self._listeners[event].remove(listener)

    @property
    def frames(self) -> list[Frame]:
        """The page's own first."""
        return [Frame(self._browser, self._number, *each) for each in enumerate(self._request("frames"))]

    def close(self) -> None:
        """Close it and its context."""
        self._request("close")

    def _request(self, method: str, **parameters: Any) -> Any:
        return self._browser.request(method, page=self._number, **parameters)

    def called(self, name: str, args: list[Any]) -> dict[str, Any]:
        """Called by the browser: answer a call of an exposed function."""
        try:
            return {"value": self._exposed[name](*args)}
        except Exception as error:  # noqa: BLE001 - the page is told, as Playwright does
            return {"error": {"name": type(error).__name__, "message": str(error)}}

    def happened(self, message: dict[str, Any]) -> None:
        """Called by the browser: tell the listeners."""
        event = message["event"]
        told: Any
        if event == "console":
            told = ConsoleMessage(message["type"], message["text"], message["location"])
        elif event == "pageerror":
            told = Error(f"{message['name']}: {message['message']}")
        elif event == "request":
            told = self._requests[message["request"]] = Request(message["url"], message["method"])
        else:
            told = self._requests[message["request"]]
            told.failure = message["failure"]
        for listener in [*self._listeners.get(event, [])]:
            listener(told)


class Frame:
    """See Playwright's ``Frame``."""

    def __init__(self, browser: DrivenBrowser, page: int, index: int, url: str) -> None:
        self._browser = browser
        self._place = {"page": page, "frame": index}
        self.url = url

    def evaluate(self, expression: str, arg: Any = None) -> Any:
        """As ``DrivenPage.evaluate``."""
        return self._browser.request("evaluate", **self._place, expression=expression, arg=arg)


class ConsoleMessage:
    """See Playwright's ``ConsoleMessage``."""

    def __init__(self, type: str, text: str, location: dict[str, Any]) -> None:
        self.type = type
        self.text = text
        self.location = location


class Request:
    """See Playwright's ``Request``; ``failure`` is the browser's own name of why it failed."""

    failure: str | None = None

    def __init__(self, url: str, method: str) -> None:
        self.url = url
        self.method = method
