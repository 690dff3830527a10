"""A page object for ``<codeact-agent>``: what a person does and sees in it, and what it tells its page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import FilePayload, Locator, Page, expect

from codeact_web.testing.approval import ApprovalPage
from codeact_web.testing.happenings import Happening, Happenings, record

__all__ = ["WidgetPage"]

TAG = "codeact-agent"


class WidgetPage:
    """One element, found by ``where``: a locator, or a page of which it is the first.

    Make it before the page is opened, and no event of the element is missed. Locators are for ``expect``.
    """

    def __init__(self, where: Page | Locator) -> None:
        page = where if isinstance(where, Page) else where.page
        self.element = where.locator(TAG).first if isinstance(where, Page) else where
        self.frame = self.element.locator("iframe").content_frame
        self.task = self.frame.locator("textarea[name=task]")
        run = self.frame.locator("ca-run").last
        self.steps = run.locator("ca-step")
        """Of the newest run."""
        self.answer = run.locator("ca-ending:not([nested]) ca-answer section > :not(header)")
        """What the newest run answered, as it is shown."""
        self._stop = self.frame.locator("button.stop")
        self._happenings = Happenings(self.element)
        record(page)

    def code(self, number: int = 1) -> Locator:
        """The code of a step of the newest run; the first step is 1."""
        return self.steps.nth(number - 1).locator("ca-code code")

    def output(self, number: int = 1) -> Locator:
        """What that step's code printed."""
        return self.steps.nth(number - 1).locator("ca-output")

    def tool_calls(self, number: int = 1) -> Locator:
        """The calls of tools in that step, each on a line: name, arguments and value."""
        return self.steps.nth(number - 1).locator("ca-tool-call")

    def wait_ready(self, seconds: float = 30) -> dict[str, Any]:
        """Wait until Python runs, seen or not; gives ``{python, models}``.

        Raises RunFailed where it never will, and WidgetError after ``seconds``.
        """
        self.element.wait_for(state="attached")
        return self._happenings.ready(TAG, seconds)

    def send(self, task: str) -> None:
        """Write a task as a person does, and send it."""
        self.element.scroll_into_view_if_needed()
        self.task.fill(task)
        self._happenings.skip()
        self.task.press("Enter")

    def run(self, task: str, seconds: float = 60) -> dict[str, Any]:
        """Send a task and wait for its end; gives what ``wait_for_end`` does."""
        self.wait_ready()
        self.send(task)
        return self.wait_for_end(seconds)

    def wait_for_end(self, seconds: float = 60) -> dict[str, Any]:
        """Wait for the end of the run that was sent, or of the next that the page began itself.

        Gives what ``codeact-answer`` tells: ``status``, ``answer``, ``text``, ``error``, ``steps`` …
        Raises RunFailed where it could not begin, and WidgetError where it has not ended after ``seconds``.
        """
        detail: dict[str, Any] = self._happenings.next(["answer"], seconds).detail
        return detail

    def approval(self, seconds: float = 30) -> ApprovalPage:
        """The card that asks for the person's leave, once it is there."""
        card = self.frame.locator("ca-approval").filter(has=self.frame.locator("#reason"))
        expect(card).to_be_visible(timeout=seconds * 1000)
        return ApprovalPage(card)

    def question(self, seconds: float = 30) -> Locator:
        """The question that waits for an answer, once it is there."""
        asking = self.frame.locator("ca-question").filter(has=self.frame.locator("section.open"))
        expect(asking).to_be_visible(timeout=seconds * 1000)
        return asking

    def answer_question(self, text: str) -> None:
        """Answer the question that waits: choose ``text`` where choices are offered, else write it."""
        asking = self.question()
        choices = asking.locator(".choices button")
        if choices.count():
            choices.get_by_text(text, exact=True).click()
            return
        asking.locator("input").fill(text)
        asking.locator("input").press("Enter")

    def stop(self) -> None:
        """End the run, by its button."""
        self._stop.click()

    def add_files(self, *files: str | Path | FilePayload) -> None:
        """Choose files for the next task, by the button's input."""
        self.frame.locator("input[type=file]").set_input_files([_chosen(each) for each in files])

    def events(self, name: str | None = None) -> list[Happening]:
        """What the element told the page, the oldest first: all, or those called ``codeact-NAME``."""
        return [each for each in self._happenings.all() if name in (None, each.name)]

    def wait_for_event(self, *names: str, seconds: float = 30) -> Happening:
        """The next event called ``codeact-NAME``: after a task was sent, or after the one waited for before."""
        return self._happenings.next(names, seconds)

    @property
    def messages(self) -> list[Mapping[str, Any]]:
        """What the model was sent and said in this conversation."""
        messages: list[Mapping[str, Any]] = self.element.evaluate("(element) => element.messages")
        return messages


def _chosen(file: str | Path | FilePayload) -> Any:
    return str(file) if isinstance(file, Path) else file
