"""The card on which the person decides, in the step, and what the transcript says of it afterwards.

The cards are given to the page as its loop gives them; test_approval.py has them come about."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, expect
from support.agent_page import AgentPage

pytestmark = pytest.mark.browser

CODE = "import os\nimport hashlib\nos.remove('/output/a.txt')\n"
CARD = {
    "kind": "code", "code": CODE, "imports": ["hashlib", "os"], "new_imports": ["hashlib"], "tools": ["send_mail"],
    "findings": [{"rule": "B303", "severity": "HIGH", "line": 2, "text": "A weak hash."}],
    "files": [{"path": "/output/a.txt", "action": "delete"}], "reasons": ["The code deletes a file."],
}  # fmt: skip
TOOL = {"kind": "tool", "name": "send_mail", "arguments": {"to": "ada@example.org", "text": "Hello"}}


@pytest.fixture
def agent(agent: AgentPage) -> Iterator[AgentPage]:
    begin(agent)
    yield agent
    agent.page.evaluate("delete window.decided")


def begin(agent: AgentPage) -> None:
    """A run whose events the test gives."""
    agent.page.evaluate(
        """() => {
          document.body.dataset.view = 'transcript';
          document.querySelector('ca-transcript').begin('Show');
        }"""
    )


def emit(agent: AgentPage, *events: dict[str, Any]) -> None:
    agent.page.evaluate(
        "(events) => { for (const each of events) window.codeact_bridge.emit(JSON.stringify(each)); }",
        list(events),
    )


def ask(agent: AgentPage, card: dict[str, Any]) -> Locator:
    """The card, once it waits; what is decided comes to ``decided``."""
    agent.page.evaluate(
        """(card) => {
          const emit = (event) => window.codeact_bridge.emit(JSON.stringify({ step: 1, ...event }));
          emit({ type: 'step_started', forced: false });
          emit({ type: 'code_parsed', thought: '', code: card.code ?? 'x', calls: [] });
          emit({ type: 'approval_asked', approval_id: 1, card });
          window.decided = window.codeact_bridge.approve(JSON.stringify(card));
        }""",
        card,
    )
    return agent.approval()


def decided(agent: AgentPage) -> Any:
    """As the loop gets it, which then tells the page."""
    given = json.loads(agent.page.evaluate("() => window.decided"))
    event = {"type": "approval_given", "step": 1, "approval_id": 1, "reason": "", "code": None}
    told = {key: given[key] for key in ("decision", "reason", "code") if given.get(key) is not None}
    emit(agent, {**event, **told})
    return given


def test_a_card_says_what_code_would_do(agent: AgentPage) -> None:
    card = ask(agent, CARD)
    expect(card.get_by_role("heading", name="May this code run?")).to_be_focused()
    for words in ("The code deletes a file.", "hashlib new", "deletes /output/a.txt", "send_mail", "A weak hash."):
        expect(card).to_contain_text(words)
    expect(card).not_to_contain_text("os new")
    expect(agent.page.locator("#announcer")).to_contain_text("Code waits for your leave. The code deletes a file.")


def test_approved_by_keyboard(agent: AgentPage) -> None:
    card = ask(agent, CARD)
    agent.page.keyboard.press("Tab")
    expect(card.get_by_role("button", name="Approve")).to_be_focused()
    agent.page.keyboard.press("Enter")
    assert decided(agent) == {"decision": "approve"}
    expect(agent.page.locator("ca-approval")).to_contain_text("You allowed this code.")
    expect(agent.page.locator("ca-approval button")).to_have_count(0)


def test_denied_with_a_reason(agent: AgentPage) -> None:
    card = ask(agent, CARD)
    card.get_by_role("textbox", name="Or say no, and why").fill("Keep the file.")
    agent.page.keyboard.press("Enter")
    assert decided(agent) == {"decision": "deny", "reason": "Keep the file."}
    expect(agent.page.locator("ca-approval")).to_contain_text("You denied this code: Keep the file.")


def test_edited_code_is_marked_and_the_keyboard_can_leave_the_editor(agent: AgentPage) -> None:
    card = ask(agent, CARD)
    keyboard = agent.page.keyboard
    card.get_by_role("button", name="Edit").press("Enter")
    editor = card.get_by_role("textbox", name="Code to run")
    expect(editor).to_be_focused()
    keyboard.press("Tab")  # nothing was typed: it passes through
    expect(editor).not_to_be_focused()
    keyboard.press("Shift+Tab")
    expect(editor).to_be_focused()
    keyboard.press("Control+A")
    keyboard.type("if True:\n")
    keyboard.press("Tab")
    keyboard.type("pass")
    expect(editor).to_have_value("if True:\n    pass")
    keyboard.press("Escape")
    keyboard.press("Tab")
    expect(card.get_by_role("button", name="Approve the edited code")).to_be_focused()
    keyboard.press("Enter")
    assert decided(agent) == {"decision": "edit", "code": "if True:\n    pass"}
    shown = agent.page.locator("ca-approval")
    expect(shown).to_contain_text("Edited by you")
    expect(shown.locator("ca-code")).to_contain_text("if True:\n    pass")


def test_an_edit_can_be_discarded(agent: AgentPage) -> None:
    card = ask(agent, CARD)
    card.get_by_role("button", name="Edit").click()
    card.get_by_role("textbox", name="Code to run").fill("1")
    card.get_by_role("button", name="Discard edits").click()
    card.get_by_role("button", name="Approve").click()
    assert decided(agent) == {"decision": "approve"}


@pytest.mark.parametrize(
    ("button", "remember"), [("Allow once", "call"), ("Allow for this run", "run"), ("Always allow", "always")]
)
def test_a_tool_call_is_allowed(agent: AgentPage, button: str, remember: str) -> None:
    card = ask(agent, TOOL)
    expect(card).to_contain_text('send_mail(to="ada@example.org", text="Hello")')
    card.get_by_role("button", name=button).click()
    assert decided(agent) == {"decision": "approve", "remember": remember}
    expect(agent.page.locator("ca-approval")).to_contain_text("You allowed the call of send_mail.")


def test_stop_takes_the_card_back(own_agent: AgentPage) -> None:
    """In a page of its own: what is stopped here is no run, after which the next would begin anew."""
    begin(own_agent)
    ask(own_agent, TOOL)
    own_agent.page.evaluate("() => window.codeact_bridge.stop()")
    assert "error" in json.loads(own_agent.page.evaluate("() => window.decided"))
    expect(own_agent.page.locator("ca-approval")).to_contain_text("No decision on")
    expect(own_agent.page.locator("ca-approval button")).to_have_count(0)


def test_markup_on_a_card_is_text(agent: AgentPage) -> None:
    evil = "<img src=x onerror=\"document.title='owned'\">"
    card = ask(agent, {**CARD, "reasons": [evil], "imports": [evil], "files": [{"path": evil, "action": "write"}]})
    expect(card.locator("img")).to_have_count(0)
    expect(card.locator("ul").first).to_have_text(evil)
