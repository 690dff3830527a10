"""A tab whose process is killed, as browsers do when memory is short: its reload brings the conversation back."""

from __future__ import annotations

import pytest
from codeact_web.testing import Reply, ScriptedModel
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect
from support.agent_page import AgentPage
from support.complaints import Complaints
from support.replies import code
from support.stored import wait_for_variable

pytestmark = pytest.mark.browser


def crash(agent: AgentPage, complaints: Complaints) -> AgentPage:
    """End the process that holds the page, and load the same address in a new one.

    Playwright drives a crashed page no more, so the new process is that of another tab; the crashed one stays.
    """
    address = agent.page.url
    with agent.page.expect_event("crash"), pytest.raises(PlaywrightError):
        agent.page.goto("chrome://crash")
    page = agent.page.context.new_page()
    complaints.watch(page)
    page.goto(address)
    opened = AgentPage(page)
    opened.ready()
    return opened


def test_after_a_crash_everything_is_back(
    own_agent: AgentPage, upstream: ScriptedModel, complaints: Complaints
) -> None:
    agent = own_agent
    begin = "kept = {'a': 1}\nwith open('/output/note.txt', 'w') as file:\n    file.write('here')\nprint('seen')"
    upstream.reply(code(begin), code("final_answer('done')"))
    agent.solve("Begin")
    wait_for_variable(agent.page, "kept")
    agent = crash(agent, complaints)
    expect(agent.steps).to_have_count(2)
    expect(agent.steps.first).to_contain_text("seen")
    expect(agent.answer).to_contain_text("done")
    expect(agent.notices).to_contain_text("1 variable came back")
    upstream.reply(code('final_answer(f\'{kept["a"] + 41} {open("/output/note.txt").read()}\')'))
    expect(agent.solve("Go on")).to_contain_text("42 here")
    asked = [message["content"] for message in upstream.requests[-1].json["messages"]]
    assert asked[1] == "Begin"
    assert "Output:\nseen" in asked[3]
    assert asked[-1] == "Go on"


def test_a_run_that_a_crash_cut_off_is_ended(
    own_agent: AgentPage, upstream: ScriptedModel, complaints: Complaints
) -> None:
    agent = own_agent
    upstream.reply(code("x = 1"), Reply(hang=True))
    agent.send("Think")
    expect(agent.steps).to_have_count(2)
    wait_for_variable(agent.page, "x")
    agent = crash(agent, complaints)
    expect(agent.steps.first).to_have_attribute("state", "done")
    expect(agent.ending).to_contain_text("The page was reloaded during this run.")
    upstream.reply(code("final_answer(x + 1)"))
    expect(agent.solve("Go on")).to_contain_text("2")
