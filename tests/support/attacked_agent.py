"""The real page, whose model makes the attack: what its rendered output asks of the browser."""

from __future__ import annotations

from urllib.parse import urlsplit

from codeact_web.testing import Reply, ScriptedModel
from playwright.sync_api import Browser, Frame, Page, Request
from support.agent_page import AgentPage
from support.attacked_page import REFUSED

__all__ = ["AttackedAgent"]

RAN = "script of the attack ran"
"""Rows whose markup holds a script log this, or open a dialog, or send the page a message."""

# What the page looks like but for its transcript, and what window messages reached it.
_WATCH = """() => {
  window.heard ??= [];
  addEventListener('message', ({data}) => heard.push(String(data)));
  localStorage.setItem('kept', 'planted');
}"""
_LOOKS = """() => [
  document.title, location.origin + location.pathname + location.search, document.cookie,
  Object.entries(localStorage), heard,
  Object.getOwnPropertyNames(window), Object.getOwnPropertyNames(Object.prototype),
  [...document.body.children].map(({tagName}) => tagName),
]"""


class AttackedAgent:
    """index.html with a scripted model. ``faults`` collects what must not happen."""

    def __init__(self, browser: Browser, address: str, upstream: ScriptedModel) -> None:
        self.address = address
        self.upstream = upstream
        self.faults: list[str] = []
        self.shown = 0
        self._requests: list[Request] = []
        self.page: Page = browser.new_page()
        self.page.on("request", lambda request: self._requests.append(request))
        self.page.on("framenavigated", self._on_navigated)
        self.page.on("dialog", lambda dialog: (self.faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        self.page.on("popup", lambda popup: (self.faults.append(f"window: {popup.url}"), popup.close()))
        self.page.on("download", lambda download: self.faults.append(f"download: {download.url}"))
        self.page.on("console", lambda said: said.text == RAN and self.faults.append(said.text))
        self.agent = AgentPage(self.page).open(address)
        self.agent.ready()
        self.page.evaluate(_WATCH)

    def show(self, code: str) -> list[dict[str, str]]:
        """Let the model run ``code``, then answer; gives the messages of its second turn, if there was one."""
        self.faults.clear()
        self._requests.clear()
        self.upstream.reset()
        reply = f"I try.\n<code>\n{code}\n</code>"
        self.upstream.reply(Reply(text=reply), Reply(text="<code>\nfinal_answer('the end')\n</code>"))
        before = self.page.evaluate(_LOOKS)
        self.agent.send("Go")
        self.page.locator("ca-answer, ca-ending").first.wait_for(timeout=90_000)
        self.agent.wait_for_end()
        self._touch()
        now = self.page.evaluate(_LOOKS)
        self.faults += [f"was {old}, is {new}" for old, new in zip(before, now, strict=True) if old != new]
        self.faults += [f"request: {each.url} {each.failure}" for each in self._requests if self._left(each)]
        asked = [request.json["messages"] for request in self.upstream.requests]
        return asked[1] if len(asked) > 1 else []

    def forget(self) -> None:
        """Start a new conversation."""
        self.agent.new.click()
        self.agent.runs.first.wait_for(state="detached")

    def close(self) -> None:
        self.page.close()

    def _touch(self) -> None:
        """What a person may do with what is shown: look at it, click into it, press Enter on it."""
        shown = self.page.locator("ca-display iframe")
        self.shown = shown.count() + self.page.locator("ca-step img").count()
        for number in range(shown.count()):
            frame = shown.nth(number)
            frame.scroll_into_view_if_needed()
            inner = frame.content_frame.locator("iframe")
            inner.wait_for(state="attached")
            inner.content_frame.locator("body").wait_for(state="attached")
            frame.click(force=True)
            frame.click(force=True, button="middle")
            self.page.keyboard.press("Tab")
            self.page.keyboard.press("Enter")
        for link in self.page.locator("ca-answer a").all():
            link.hover()
        if not self.page.evaluate("() => document.hasFocus()"):
            self.faults.append("the page has lost the person's attention")

    def _on_navigated(self, frame: Frame) -> None:
        if frame.url.startswith((self.address, "about:")):
            return
        if frame.url.startswith("chrome-error:"):
            return  # refused, which is as it should be
        self.faults.append(f"a frame went to {frame.url}")

    def _left(self, request: Request) -> bool:
        """Whether it left for anything but our own files and relay."""
        where = urlsplit(request.url)
        own = request.url.startswith(self.address) and not where.path.startswith("/v1/")
        relay = request.url == f"{self.address}/v1/chat/completions" and request.method == "POST"
        return not own and not relay and where.scheme not in ("blob", "data") and request.failure not in REFUSED
