"""Times taken inside the page, by its own clock, in a Chromium started for the purpose."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any
from uuid import uuid4

from codeact_agent.hosts.script.browser import arguments, find_browser
from codeact_agent.hosts.script.site import find_site
from codeact_server.serve import running_server
from codeact_server.settings import Settings
from playwright.sync_api import BrowserContext, Page, sync_playwright
from support.waiting import wait_until

__all__ = ["KEPT", "Browser"]

# From the call of start() to the first result, assets fetched from the server or the browser's cache.
BOOT = """async (plain) => {
  const started = performance.now();
  await codeact_start({ plain });
  await codeact.run('1');
  return performance.now() - started;
}"""
ACTION = """async (count) => {
  const started = performance.now();
  for (let i = 0; i < count; i++) await codeact.run('x=1; x+1');
  return (performance.now() - started) / count;
}"""
# Answered by the page itself: what the sandbox and its protocol cost, without Playwright's.
TOOLS = """() => {
  window.codeact_tool = async (call) => ({ value: call.arguments });
  const parameters = [{ name: 'x', annotation: 'int' }];
  codeact.setTools([{ name: 'echo', description: 'Echo.', returns: 'dict', parameters }]);
}"""
TOOL_CALLS = """
import time
started = time.perf_counter()
for i in range({count}):
    echo(i)
(time.perf_counter() - started) * 1000 / {count}
"""
KEPT = """async () => {
  const [name] = await caches.keys();
  return name && (await (await caches.open(name)).keys()).length >= 6;
}"""
INTERACTIVE = """() => customElements.whenDefined('ca-task-box').then(() => performance.now())"""


class Browser:
    """A context manager; each method takes one measurement in milliseconds.

    ``mark`` is on the command line of its browser and of no other process. ``warm``: open a sandbox, which is kept
    and fills the cache.
    """

    def __init__(self, *, warm: bool = True) -> None:
        self._fill = warm
        self.mark = f"--codeact-bench={uuid4().hex}"

    def __enter__(self) -> Browser:
        self._stack = ExitStack()
        self._url = self._stack.enter_context(running_server(Settings(site=find_site())))
        playwright = self._stack.enter_context(sync_playwright())
        path = find_browser(playwright.chromium.executable_path)
        self._browser = playwright.chromium.launch(executable_path=path, args=[*arguments(), self.mark])
        self._stack.callback(self._browser.close)
        self.version = self._browser.version
        self._warm = self._browser.new_context()
        if self._fill:
            self._sandbox = self.open()
            self._sandbox.evaluate(BOOT, False)
            self._sandbox.evaluate(TOOLS)
            wait_until(self._sandbox, KEPT)
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    def new_page(self) -> Page:
        """Empty, with the cache of the others."""
        return self._warm.new_page()

    def open(self, context: BrowserContext | None = None) -> Page:
        """A page of the site that can start a sandbox and has none."""
        page = (context or self._warm).new_page()
        page.goto(f"{self._url}/script_host.html")
        page.wait_for_function("() => Boolean(window.codeact_start)")
        return page

    def page_interactive_ms(self) -> float:
        """Navigation to a task box that reacts, nothing cached."""
        with self._browser.new_context() as context:
            page = context.new_page()
            page.goto(f"{self._url}/", wait_until="commit")
            return float(page.evaluate(INTERACTIVE))

    def boot_ms(self, *, cached: bool, plain: bool = False) -> float:
        """From nothing to the first result."""
        context = self._warm if cached else self._browser.new_context()
        page = self.open(context)
        took = float(page.evaluate(BOOT, plain))
        page.close()
        if not cached:
            context.close()
        return took

    def action_ms(self) -> float:
        """Page → worker → page, ``x=1; x+1``."""
        return float(self._sandbox.evaluate(ACTION, 100))

    def tool_call_ms(self) -> float:
        """One blocking call from Python, answered by the page."""
        code = TOOL_CALLS.replace("{count}", "300")
        return float(self.sandbox_step(code)["results"][0]["text/plain"])

    def sandbox_step(self, code: str) -> dict[str, Any]:
        """The result of a step in the sandbox that is kept open, with the tool ``echo``."""
        result: dict[str, Any] = self._sandbox.evaluate("(code) => codeact_run({ code })", code)["result"]
        if result["error"]:
            raise AssertionError(result["error"]["traceback"])
        return result
