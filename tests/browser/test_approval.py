"""Code with serious findings runs only if the person says so, once they or the operator want to be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from codeact_server.serve import running_server
from codeact_server.settings import Settings, Upstream
from codeact_web.testing import Reply, ScriptedModel
from playwright.sync_api import Page, expect
from support.agent_page import AgentPage

pytestmark = pytest.mark.browser

RISKY = Reply(text="I hash.\n<code>\nimport hashlib\nprint(hashlib.md5(b'x').hexdigest())\n</code>")
DONE = Reply(text="<code>final_answer('done')</code>")


@pytest.fixture(scope="module")
def asking(site: Path, upstream: ScriptedModel) -> Iterator[str]:
    """A site whose operator wants the person asked."""
    settings = Settings(
        site=site,
        upstream=Upstream(base_url=upstream.base_url, models=("scripted",)),
        sandbox={"approve_from": 3},
    )
    with running_server(settings) as url:
        yield url


@pytest.fixture
def agent(open_kept: Callable[[str], AgentPage], asking: str, upstream: ScriptedModel) -> AgentPage:
    upstream.reset()
    return open_kept(asking)


@pytest.mark.parametrize(("button", "seen"), [("Approve", "9dd4e461268c8034"), ("Deny", "did not approve")])
def test_the_person_decides(agent: AgentPage, upstream: ScriptedModel, button: str, seen: str) -> None:
    upstream.reply(RISKY, DONE)
    agent.send("Hash it.")
    card = agent.approval()
    expect(card.get_by_role("heading", name="May this code run?")).to_be_focused()
    expect(card).to_contain_text("High")
    card.get_by_role("button", name=button).click()
    expect(agent.answer).to_have_count(1)
    agent.wait_for_end()
    assert seen in upstream.requests[-1].json["messages"][-1]["content"]


def test_stop_takes_the_question_back(agent: AgentPage, upstream: ScriptedModel) -> None:
    upstream.reply(RISKY)
    agent.send("Hash it.")
    agent.approval()
    agent.stop.click()
    agent.wait_for_end()
    expect(agent.page.locator("ca-approval")).to_contain_text("No decision on")


def test_a_site_that_asks_cannot_be_told_not_to(agent: AgentPage) -> None:
    settings = agent.dialog("Settings")
    expect(settings.get_by_role("radio", name="Never")).to_be_disabled()
    expect(settings.get_by_role("radio", name="Only risky code")).to_be_checked()


def test_a_reason_for_a_denial_reaches_the_model(agent: AgentPage, upstream: ScriptedModel) -> None:
    upstream.reply(RISKY, DONE)
    agent.send("Hash it.")
    agent.approval().get_by_role("textbox", name="Or say no").fill("Use SHA-256.")
    agent.page.keyboard.press("Enter")
    expect(agent.answer).to_have_count(1)
    agent.wait_for_end()
    assert "Use SHA-256." in upstream.requests[-1].json["messages"][-1]["content"]
    agent.reload()
    expect(agent.page.locator("ca-approval")).to_contain_text("You denied this code: Use SHA-256.")


def test_the_person_asks_to_see_all_code_and_edits_it(page: Page, relayed: str, upstream: ScriptedModel) -> None:
    upstream.reset()
    agent = AgentPage(page).open(relayed)
    agent.ready()
    agent.dialog("Settings").get_by_role("radio", name="Always").check()
    agent.reload()
    upstream.reply(Reply(text="<code>\nimport json\nfinal_answer('theirs')\n</code>"))
    agent.send("Answer.")
    card = agent.approval()
    expect(card).to_contain_text("json")
    card.get_by_role("button", name="Edit").click()
    card.get_by_role("textbox", name="Code to run").fill("final_answer('mine')")
    card.get_by_role("button", name="Approve the edited code").click()
    expect(agent.answer).to_contain_text("mine", timeout=30_000)
    agent.wait_for_end()
    agent.reload()
    expect(page.locator("ca-approval")).to_contain_text("Edited by you")
    expect(page.locator("ca-approval ca-code")).to_contain_text("final_answer('mine')")
