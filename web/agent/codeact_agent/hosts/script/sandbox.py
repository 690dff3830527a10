"""The sandbox in a headless browser, driven through Playwright."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

from codeact_server.errors import SettingsError
from codeact_server.sandbox_limits import limits_routes
from codeact_server.serve import running_server
from codeact_server.settings import Settings
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, async_playwright
from pydantic import ValidationError

from codeact_agent.errors import AgentError
from codeact_agent.hosts.script.browser import launch
from codeact_agent.hosts.script.errors import SandboxFailed
from codeact_agent.hosts.script.site import find_site

__all__ = ["BrowserSandbox"]

OnEvent = Callable[[dict[str, Any]], None]
OnTool = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


class BrowserSandbox:
    """One interpreter in one headless browser. An async context manager.

    ``on_event`` gets the sandbox's ``output`` and ``displayed`` events, ``on_tool`` its ``tool_called``
    events and gives ``{value}`` or ``{error: {kind, message}}``.
    """

    def __init__(self, on_event: OnEvent, on_tool: OnTool, limits: dict[str, int] | None = None) -> None:
        self._on_event = on_event
        self._on_tool = on_tool
        self._limits = limits or {}
        self._stack = AsyncExitStack()
        self._page: Page | None = None
        self.description: dict[str, Any] = {}
        self.told: dict[str, Any] = {}  # what the model is told of it

    async def __aenter__(self) -> BrowserSandbox:
        """Start server, browser and Python. Raises AgentError."""
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._page = None
        await self._stack.aclose()

    async def _start(self) -> None:
        base = self._stack.enter_context(running_server(self._settings()))
        playwright = await self._stack.enter_async_context(async_playwright())
        browser = await launch(playwright)
        self._stack.push_async_callback(browser.close)
        page = await browser.new_page()
        await page.expose_function("codeact_event", self._on_event)
        await page.expose_function("codeact_tool", self._on_tool)
        await page.goto(f"{base}/script_host.html")
        await page.wait_for_function("() => Boolean(window.codeact_start)")
        try:
            spare = {"spare_workers": self._limits.get("spare_workers", 0)}
            ready = await page.evaluate("(limits) => codeact_start({ limits })", spare)
        except PlaywrightError as error:
            raise SandboxFailed(f"Python did not start in the browser: {str(error).splitlines()[0]}") from error
        self._page = page
        self.told = await page.evaluate("() => codeact.describe()")
        self.description = {
            "browser": f"Chromium {browser.version}",
            "python": ready["python"],
            "boot_ms": round(ready["boot_ms"]),
            "from_image": ready["from_image"],
            "can_block": ready["can_block"],
        }

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

    async def run(self, code: str, time_ms: int | None = None) -> dict[str, Any]:
        """``{result}`` or ``{error: {kind, message}}``, with ``restored``; never raises for what the code does.

        This and what follows raise SandboxFailed when page or browser are gone.
        """
        step = {"code": code, **({"time_ms": time_ms} if time_ms else {})}
        outcome: dict[str, Any] = await self._evaluate("(step) => codeact_run(step)", step)
        return outcome

    async def set_tools(self, specs: list[dict[str, Any]]) -> None:
        """Replace the tools the code can call."""
        await self._evaluate("(specs) => codeact.setTools(specs)", specs)

    async def interrupt(self) -> None:
        """Stop the running step."""
        await self._evaluate("() => codeact.interrupt()")

    async def reset(self) -> None:
        """A fresh interpreter."""
        await self._evaluate("async () => void (await codeact.reset())")

    async def _evaluate(self, script: str, argument: object = None) -> Any:
        if self._page is None:
            raise SandboxFailed("The sandbox has not been started.")
        try:
            return await self._page.evaluate(script, argument)
        except PlaywrightError as error:
            raise SandboxFailed(
                f"The browser of the sandbox has ended, and its variables with it ({_first_line(error)}). "
                "Close the agent: its next run starts another."
            ) from error


def _first_line(error: PlaywrightError) -> str:
    return str(error).split("\n")[0].removeprefix("Page.evaluate: ")
