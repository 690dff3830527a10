"""A page object for index.html: what a person does and sees there."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

__all__ = ["AgentPage"]


class AgentPage:
    """Finds things by role and label, as a screen reader does."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.task = page.get_by_role("textbox", name="Task")
        self.stop = page.get_by_role("button", name="Stop")
        self.new = page.get_by_role("button", name="New", exact=True)
        self.runs = page.locator("ca-run")
        self.steps = page.locator("ca-step")
        self.answer = page.locator("ca-answer")
        self.ending = page.locator("ca-ending")
        self.boot = page.locator("ca-boot-status")

    def open(self, url: str) -> AgentPage:
        self.page.goto(f"{url}/")
        return self

    def send(self, task: str) -> None:
        self.task.fill(task)
        self.task.press("Enter")

    def choose_model(self, name: str) -> None:
        self.page.get_by_role("combobox", name="Model").select_option(label=name)

    def wait_for_end(self, seconds: float = 60) -> None:
        """Until the run is over and another can be sent."""
        expect(self.page.locator("button.send")).to_be_visible(timeout=seconds * 1000)
        expect(self.stop).to_be_hidden()

    def solve(self, task: str, seconds: float = 60) -> Locator:
        """Send a task, wait for the end, and give the newest answer."""
        before = self.answer.count()
        self.send(task)
        expect(self.answer).to_have_count(before + 1, timeout=seconds * 1000)
        self.wait_for_end()
        return self.answer.last

    def ready(self) -> None:
        expect(self.boot).to_contain_text(re.compile("Python ready"), timeout=30_000)
