"""Code with serious findings runs only if the person says so, once they or the operator want to be asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from codeact_server.serve import running_server
from codeact_server.settings import Settings, Upstream
from playwright.sync_api import Page, expect
from support.agent_page import AgentPage
from support.upstream import Reply, ScriptedUpstream

pytestmark = pytest.mark.browser

RISKY = Reply(text="I hash.\n<code>\nimport hashlib\nprint(hashlib.md5(b'x').hexdigest())\n</code>")
DONE = Reply(text="<code>final_answer('done')</code>")


@pytest.fixture(scope="module")
def asking(site: Path, upstream: ScriptedUpstream) -> Iterator[str]:
    """A site whose operator wants the person asked."""
    settings = Settings(
        site=site,
        upstream=Upstream(base_url=upstream.base_url, models=("scripted",)),
        sandbox={"approve_from": 3},
    )
    with running_server(settings) as url:
        yield url


@pytest.fixture
def agent(page: Page, asking: str, upstream: ScriptedUpstream) -> AgentPage:
    upstream.reset()
    opened = AgentPage(page).open(asking)
    opened.ready()
    return opened


@pytest.mark.parametrize(
    ("button", "seen"), [("Run it", "9dd4e461268c8034f5c8564e155c67a6"), ("Don’t run", "did not approve")]
)
def test_the_person_decides(agent: AgentPage, upstream: ScriptedUpstream, button: str, seen: str) -> None:
    upstream.enqueue(RISKY, DONE)
    agent.send("Hash it.")
    expect(agent.page.get_by_role("dialog", name="Run this code?")).to_be_visible()
    question = agent.page.locator("ca-approval")
    expect(question).to_contain_text("High")
    question.get_by_role("button", name=button).click()
    expect(agent.answer).to_have_count(1)
    agent.wait_for_end()
    assert seen in upstream.requests[-1].json["messages"][-1]["content"]


def test_stop_takes_the_question_back(agent: AgentPage, upstream: ScriptedUpstream) -> None:
    upstream.enqueue(RISKY)
    agent.send("Hash it.")
    dialog = agent.page.get_by_role("dialog", name="Run this code?")
    expect(dialog).to_be_visible()
    agent.page.evaluate("() => document.querySelector('ca-task-box .stop').click()")  # it lies below the dialog
    expect(dialog).to_be_hidden()
    agent.wait_for_end()


def test_the_person_can_ask_to_be_asked(page: Page, relayed: str, upstream: ScriptedUpstream) -> None:
    upstream.reset()
    agent = AgentPage(page).open(relayed)
    agent.ready()
    limits = agent.dialog("Settings")
    limits.get_by_role("checkbox", name="Ask me before risky code runs").check()
    limits.get_by_role("button", name="Save").click()
    page.reload()
    agent.ready()
    upstream.enqueue(RISKY, DONE)
    agent.send("Hash it.")
    page.locator("ca-approval").get_by_role("button", name="Don’t run").press("Enter")
    expect(agent.answer).to_have_count(1)
    agent.wait_for_end()
