"""A page object for index.html: what a person does and sees there."""

from __future__ import annotations

import re

from playwright.sync_api import FilePayload, Locator, Page, expect

__all__ = ["AgentPage"]


class AgentPage:
    """Finds things by role and label, as a screen reader does."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.task = page.get_by_role("textbox", name="Task")
        self.model = page.get_by_role("combobox", name="Model")
        self.stop = page.get_by_role("button", name="Stop")
        self.new = page.get_by_role("button", name="New", exact=True)
        self.runs = page.locator("ca-run")
        self.steps = page.locator("ca-step")
        self.answer = page.locator("ca-ending:not([nested]) ca-answer")
        self.ending = page.locator("ca-ending")
        self.boot = page.locator("ca-boot-status")
        self.notices = page.get_by_role("status", name="Notices")
        self.attachments = page.get_by_role("list", name="Files for this task")

    def open(self, url: str) -> AgentPage:
        self.page.goto(f"{url}/")
        return self

    def send(self, task: str) -> None:
        self.task.fill(task)
        self.task.press("Enter")

    def choose_model(self, name: str) -> None:
        self.model.select_option(label=name)

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

    def reload(self) -> None:
        self.page.reload()
        self.ready()

    def dialog(self, name: str, button: str | None = None) -> Locator:
        """What is in one of the page's dialogs, opened by its button if it is closed."""
        shown = self.page.get_by_role("dialog", name=name)
        if not shown.is_visible():
            self.page.get_by_role("button", name=button or name, exact=True).click()
        expect(shown).to_be_visible()
        return self.page.locator(f"ca-{name.lower()}")

    def approval(self) -> Locator:
        """What waits for the person's leave, code or a tool call, once it does."""
        asking = self.page.locator("ca-approval").filter(has=self.page.get_by_role("button", name="Deny"))
        expect(asking).to_be_visible(timeout=30_000)
        return asking

    def question(self) -> Locator:
        """The question that waits for an answer, once it does."""
        asking = self.page.locator("ca-question").filter(has=self.page.locator("section.open"))
        expect(asking).to_be_visible(timeout=30_000)
        return asking

    def conversations(self) -> list[str]:
        """Their titles, newest first, in the dialog, which stays open."""
        return self.dialog("Conversations").locator(".title").all_inner_texts()

    def open_conversation(self, title: str) -> None:
        self.dialog("Conversations").get_by_text(title, exact=True).first.click()

    def duplicate(self, title: str) -> None:
        self.dialog("Conversations").get_by_role("button", name=f"Duplicate {title}").first.click()

    def delete(self, title: str) -> None:
        dialog = self.dialog("Conversations")
        dialog.get_by_role("button", name=f"Delete {title}").first.click()
        dialog.get_by_role("button", name="Delete", exact=True).click()

    def add_files(self, *files: FilePayload | str) -> None:
        """Choose files, as by the button; a text is a path on this machine."""
        self.page.locator(".dock input[type=file]").set_input_files(list(files))
