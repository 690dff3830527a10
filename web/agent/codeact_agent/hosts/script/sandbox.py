"""Sandboxes in a headless browser, driven through Playwright."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, ExitStack
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal
from codeact_server.errors import SettingsError
from codeact_server.sandbox_limits import limits_routes
from codeact_server.serve import running_server
from codeact_server.settings import Settings
from playwright.async_api import Browser, BrowserContext, Page, async_playwright
from playwright.async_api import Error as PlaywrightError
from pydantic import ValidationError

from codeact_agent.errors import AgentError
from codeact_agent.hosts.script.browser import launch
from codeact_agent.hosts.script.errors import SandboxFailed
from codeact_agent.hosts.script.site import find_site

__all__ = ["BrowserSandbox", "SandboxBrowser"]

OnEvent = Callable[[dict[str, Any]], None]
OnCall = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]
_IMAGES = ("image/png", "image/jpeg")
_MOST_IMAGES = 4  # of a step, for the model


class SandboxBrowser:
    """One headless browser with the server it loads the sandbox from; it starts with the first sandbox.

    ``reuse``: a sandbox that is closed gets a fresh interpreter and is the next one that is opened, which takes a
    fraction of the time of a new page. In a ``with`` block, agents can share it that are not run by an event loop.
    """

    def __init__(self, limits: dict[str, int] | None = None, *, reuse: bool = False) -> None:
        self._limits = limits or {}
        self._reuse = reuse
        self._free: list[BrowserSandbox] = []
        self._thread = ExitStack()
        self.portal: BlockingPortal | None = None
        """Where agents run that share the browser, inside the ``with`` block."""
        self._stack = AsyncExitStack()
        self._browser: Browser | None = None
        self._context: BrowserContext
        self._starting = asyncio.Lock()
        self._base = ""
        self.description: dict[str, Any] = {}

    def __enter__(self) -> SandboxBrowser:
        self.portal = self._thread.enter_context(start_blocking_portal())
        return self

    def __exit__(self, *exc: object) -> None:
        assert self.portal is not None
        self.portal.call(self.close)
        self.portal = None
        self._thread.close()

    async def open(self, on_event: OnEvent, on_tool: OnCall, on_approval: OnCall) -> BrowserSandbox:
        """Boot an interpreter. ``on_event`` gets its ``output`` and ``displayed`` events, ``on_tool`` its
        ``tool_called`` events and gives ``{value}`` or ``{error: {kind, message}}``, ``on_approval`` its
        ``approval_needed`` events and gives ``{approved, code?, reason?}``.

        Raises AgentError.
        """
        try:
            async with self._starting:
                if self._browser is None or not self._browser.is_connected():
                    await self._stack.aclose()
                    self._browser = await self._start()
                browser = self._browser
            sandbox = self._take_free()
            if sandbox is not None:
                sandbox.attach(on_event, on_tool, on_approval)
                return sandbox
            page = await self._context.new_page()
        except BaseException:
            await self.close()
            raise
        try:
            sandbox = BrowserSandbox(self._free if self._reuse else None)
            sandbox.attach(on_event, on_tool, on_approval)
            ready = await sandbox.boot(page, self._base, self._spare)
        except PlaywrightError as error:
            await page.close()  # the other pages go on
            raise SandboxFailed(f"Python did not start in the browser: {str(error).splitlines()[0]}") from error
        self.description = {
            "browser": f"Chromium {browser.version}",
            "python": ready["python"],
            "boot_ms": round(ready["boot_ms"]),
            "from_image": ready["from_image"],
            "can_block": ready["can_block"],
        }
        return sandbox

    def _take_free(self) -> BrowserSandbox | None:
        while self._free:
            sandbox = self._free.pop()
            if sandbox.is_open:  # its page may have crashed since
                return sandbox
        return None

    async def close(self) -> None:
        """End the browser and all its sandboxes. Safe to call twice."""
        self._browser = None
        self._free.clear()
        await self._stack.aclose()

    async def _start(self) -> Browser:
        self._base = self._stack.enter_context(running_server(self._settings()))
        playwright = await self._stack.enter_async_context(async_playwright())
        browser = await launch(playwright)
        self._stack.push_async_callback(browser.close)
        # One for all: each would fetch and unpack the boot image anew, and keeps nothing else.
        self._context = await browser.new_context()
        return browser

    @property
    def _spare(self) -> dict[str, int]:
        return {"spare_workers": self._limits.get("spare_workers", 0)}

    def _settings(self) -> Settings:
        """The caller is the operator here: what it asks for may be more than the defaults."""
        try:
            settings = Settings(site=find_site(), sandbox=self._limits)
            limits_routes(settings.site, settings.sandbox)  # raises for a limit that is not there
        except ValidationError as error:
            first = error.errors()[0]
            raise AgentError(f"limits: {first['loc'][-1]} {first['msg']}.") from error
        except SettingsError as error:
            raise AgentError(f"limits: {error}") from error
        return settings


class BrowserSandbox:
    """One interpreter in a page of its own. Made by ``SandboxBrowser.open``.

    Its methods raise SandboxFailed when page or browser are gone, and AgentError for what the sandbox refuses.
    """

    def __init__(self, free: list[BrowserSandbox] | None = None) -> None:
        """``free``: where it goes when it is closed, with a fresh interpreter."""
        self._free = free
        self._running = 0
        self._page: Page | None = None
        self.told: dict[str, Any] = {}
        """What the model is told of it: ``{limits, can_block, python, modules}``."""

    def attach(self, on_event: OnEvent, on_tool: OnCall, on_approval: OnCall) -> None:
        """Whose it is from now on; see ``SandboxBrowser.open``."""
        self._on_event, self._on_tool, self._on_approval = on_event, on_tool, on_approval
        self._images: list[dict[str, str]] | None = None
        self._files = 0

    @property
    def is_open(self) -> bool:
        """Whether its page is there."""
        return self._page is not None and not self._page.is_closed()

    async def boot(self, page: Page, base: str, limits: dict[str, int]) -> dict[str, Any]:
        """Start Python in ``page``; its ``ready`` event. Raises Playwright's errors."""
        await page.expose_function("codeact_event", self._take)
        await page.expose_function("codeact_tool", lambda call: self._on_tool(call))
        await page.expose_function("codeact_approval", lambda card: self._on_approval(card))
        await page.goto(f"{base}/script_host.html")
        await page.wait_for_function("() => Boolean(window.codeact_start)")
        ready: dict[str, Any] = await page.evaluate("(limits) => codeact_start({ limits })", limits)
        self._page = page
        self.told = await page.evaluate("() => codeact.describe()")
        return ready

    async def run(self, step: dict[str, Any]) -> dict[str, Any]:
        """``{result}`` or ``{error: {kind, message}}``, with ``restored`` and ``images`` (host.py); never raises
        for what the code does."""
        self._images = [] if step["images"] else None
        self._running += 1
        outcome: dict[str, Any] = await self._evaluate("(step) => codeact_run(step)", step)
        self._running -= 1  # where it is given up instead, the interpreter goes with its page
        if self._images:
            outcome["images"] = self._images[-_MOST_IMAGES:]
        return outcome

    async def set_tools(self, specs: list[dict[str, Any]], prelude: list[dict[str, str]]) -> list[dict[str, Any]]:
        """Replace the tools the code can call, and the source ``{name, source}`` that gives it functions; the
        specs of these."""
        given = {"specs": specs, "prelude": prelude}
        found: list[dict[str, Any]] = await self._evaluate(
            "async ({specs, prelude}) => (await codeact.setTools(specs, prelude)) ?? []", given
        )
        return found

    async def write_file(self, path: str, data: bytes) -> None:
        """Put a file below /data or /output."""
        script = """async ({path, data}) => {
          const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
          await codeact.writeFile(path, bytes.buffer);
        }"""
        await self._evaluate(script, {"path": path, "data": base64.b64encode(data).decode()})

    async def write_new_file(self, stem: str, suffix: str, data: bytes) -> str:
        """The same under a path that was not there; gives it."""
        self._files += 1
        path = f"{stem}-{self._files}{suffix}"
        await self.write_file(path, data)
        return path

    async def read_file(self, path: str) -> bytes:
        """The bytes of a file below /data or /output."""
        script = """async (path) => {
          const bytes = new Uint8Array(await codeact.readFile(path));
          const parts = [];
          for (let at = 0; at < bytes.length; at += 32768)
            parts.push(String.fromCharCode(...bytes.subarray(at, at + 32768)));
          return btoa(parts.join(''));
        }"""
        return base64.b64decode(await self._evaluate(script, path))

    async def interrupt(self) -> None:
        """Stop the running step."""
        await self._evaluate("() => codeact.interrupt()")

    async def reset(self) -> None:
        """A fresh interpreter."""
        await self._evaluate("async () => void (await codeact.reset())")

    async def close(self) -> None:
        """End the interpreter. Where the browser has ended, so has it."""
        self.attach(_ignore, _refuse, _refuse)
        if self._free is not None and not self._running and await self._begin_anew():
            self._free.append(self)
            return
        page, self._page = self._page, None
        if page is not None and not page.is_closed():
            await page.close()

    async def _begin_anew(self) -> bool:
        """Whether another can have it, without anything of its former owner's."""
        if not self.is_open:
            return False
        try:
            await self.set_tools([], [])
            await self.reset()
        except AgentError:
            return False
        return True

    def _take(self, event: dict[str, Any]) -> None:
        if event["type"] == "displayed" and self._images is not None:
            self._images += [
                {"mime": mime, "data": data} for mime, data in event["bundle"].items() if mime in _IMAGES
            ]
        self._on_event(event)

    async def _evaluate(self, script: str, argument: object = None) -> Any:
        if self._page is None:
            raise SandboxFailed("The sandbox has not been started.")
        try:
            return await self._page.evaluate(script, argument)
        except PlaywrightError as error:
            if not self._page.is_closed():
                raise AgentError(f"The sandbox refused: {_first_line(error)}") from error
            raise SandboxFailed(
                f"The browser of the sandbox has ended, and its variables with it ({_first_line(error)}). "
                "Close the agent: its next run starts another."
            ) from error


def _ignore(_event: dict[str, Any]) -> None:
    """Nobody has the sandbox."""


async def _refuse(_asked: dict[str, Any]) -> dict[str, Any]:
    """Nobody has the sandbox: neither a tool's value nor leave."""
    return {"error": {"kind": "Stopped", "message": "the sandbox is closed"}, "approved": False}


def _first_line(error: PlaywrightError) -> str:
    return str(error).split("\n")[0].removeprefix("Page.evaluate: ").removeprefix("Error: ")
