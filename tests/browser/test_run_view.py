"""What the page shows of a run beyond its code: plans, questions, sub-agents, what was spent, how it is saved."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from codeact_web.testing import Reply, ScriptedModel
from playwright.sync_api import Locator, expect
from support.agent_page import AgentPage
from support.recordings import TASK, give_recording
from support.replies import code

pytestmark = pytest.mark.browser

POPULATION = {
    "task": "Find the population of Hue.",
    "steps": [
        {"reply": "I look it up.\n<code>\nn = city_population(city='Hue')\nprint(n)\n</code>"},
        {"reply": "<code>\nfinal_answer(n)\n</code>"},
    ],
}
RESEARCHER = {"name": "researcher", "description": "Looks facts up.", "tools": ["city_population"]}
ASKS = "<code>\nname = ask_user('Your name?')\nfinal_answer(f'Hello {name}')\n</code>"


def finish(agent: AgentPage) -> Locator:
    """The answer, once it is there."""
    expect(agent.answer.last).to_be_visible(timeout=30_000)
    agent.wait_for_end()
    return agent.answer.last


def test_a_plan_is_shown_before_its_step_and_folds_when_it_is_revised(agent: AgentPage) -> None:
    plans = [{"reply": "1. Look\n2. **Answer**", "plan": True}, {"reply": "1. Answer", "plan": True}]
    steps = [plans[0], {"reply": "<code>\n1\n</code>"}, plans[1], {"reply": "<code>\nfinal_answer(1)\n</code>"}]
    give_recording(agent, *steps, options={"planning_interval": 1})
    agent.solve(TASK)
    shown = agent.page.locator("ca-run-steps > *")
    tags = shown.evaluate_all("all => all.map((each) => each.localName)")
    assert tags == ["ca-plan", "ca-step", "ca-plan", "ca-step"]
    assert agent.page.locator("ca-plan details").evaluate_all("all => all.map(({ open }) => open)") == [
        False,
        True,
    ]
    expect(agent.page.locator("ca-plan").first).to_contain_text(re.compile(r"Plan\s*≈ [\d,]+ tokens"))
    expect(agent.page.locator("ca-plan").last).to_contain_text("Plan, revised")
    expect(agent.page.locator("#announcer")).to_contain_text("The model made a plan.")
    expect(agent.ending).to_contain_text(re.compile(r"2 steps · .* · about [\d,]+ tokens \(estimated\)"))


def test_choices_are_buttons(agent: AgentPage) -> None:
    asks = "unit = ask_user('Which unit?', ['people', 'thousands'])\nfinal_answer(f'in {unit}')"
    give_recording(agent, asks)
    agent.send(TASK)
    question = agent.question()
    expect(agent.page.locator("#announcer")).to_contain_text("The agent asks you: Which unit?")
    first = question.get_by_role("button", name="people")
    expect(first).to_be_focused()
    agent.page.keyboard.press("Tab")
    agent.page.keyboard.press("Enter")
    expect(finish(agent)).to_contain_text("in thousands")
    expect(agent.page.locator("ca-question")).to_contain_text("You answered: thousands")
    expect(agent.page.locator("ca-tool-call")).to_have_count(0)  # the question says it all


def test_an_answer_is_typed_where_the_focus_is_and_outlasts_a_reload(agent: AgentPage) -> None:
    give_recording(agent, {"reply": ASKS})
    agent.send(TASK)
    expect(agent.question().get_by_role("textbox", name="Your name?")).to_be_focused()
    agent.page.keyboard.type("<b>Ada</b>")
    agent.page.keyboard.press("Enter")
    expect(finish(agent)).to_contain_text("Hello <b>Ada</b>")
    agent.reload()
    expect(agent.page.locator("ca-question")).to_contain_text("You answered: <b>Ada</b>")
    expect(agent.page.locator("ca-question input")).to_have_count(0)


def test_a_text_that_is_being_written_keeps_the_focus(agent: AgentPage) -> None:
    give_recording(agent, {"reply": ASKS})
    agent.send(TASK)
    agent.task.press_sequentially("and then")
    agent.question()
    expect(agent.task).to_be_focused()
    expect(agent.task).to_have_value("and then")


def test_stop_takes_a_question_back(agent: AgentPage) -> None:
    give_recording(agent, {"reply": ASKS})
    agent.send(TASK)
    agent.question()
    agent.stop.click()
    agent.wait_for_end()
    expect(agent.page.locator("ca-question")).to_contain_text("It was not answered.")
    expect(agent.page.locator("ca-question input")).to_have_count(0)


def test_a_sub_agent_is_one_line_that_opens(agent: AgentPage) -> None:
    code = "n = researcher('Find the population of Hue.')\nfinal_answer(n)"
    given: Any = {"agents": {"researcher": [POPULATION]}, "managed_agents": [RESEARCHER]}
    give_recording(agent, code, tools=["city_population"], **given)
    agent.send(TASK)
    expect(finish(agent)).to_contain_text("652000")
    shown = agent.page.locator("ca-sub-agent")
    expect(shown.locator("summary").first).to_contain_text(re.compile("researcher.*answered · 2 steps"))
    expect(shown.locator("ca-step").first).to_be_hidden()
    shown.locator("summary").first.press("Enter")
    expect(shown.locator("ca-step").first).to_contain_text("I look it up.")
    expect(shown.locator("ca-tool-call")).to_contain_text('city_population(city="Hue") → 652000')
    expect(shown.locator("ca-answer")).to_contain_text("652000")
    expect(agent.page.locator("ca-run-steps").first.locator("> ca-step")).to_have_count(1)


def test_a_sub_agent_that_asks_is_opened(agent: AgentPage) -> None:
    asks = {"task": "Ask.", "steps": [{"reply": ASKS}]}
    given: Any = {"agents": {"asker": [asks]}, "managed_agents": [{"name": "asker", "description": "Asks."}]}
    give_recording(agent, "final_answer(asker('Ask.'))", **given)
    agent.send(TASK)
    expect(agent.question().get_by_role("textbox")).to_be_focused()
    agent.page.keyboard.type("Eve\n")
    expect(finish(agent)).to_contain_text("Hello Eve")


@pytest.mark.parametrize(
    ("label", "suffix", "inside"),
    [
        ("JSON", ".json", '"steps"'),
        ("Notebook", ".ipynb", '"cells"'),
        ("Python", ".py", "6 * 7"),
        ("Markdown", ".md", "42"),
    ],
)
def test_a_run_is_saved_in_every_form(
    agent: AgentPage, upstream: ScriptedModel, label: str, suffix: str, inside: str
) -> None:
    upstream.reply(code("final_answer(6 * 7)"), code("final_answer('other')"))
    agent.solve("Multiply")
    agent.solve("Something else")
    menu = agent.ending.first.get_by_role("group").filter(has_text="Save run as…")
    menu.locator("summary").press("Enter")
    with agent.page.expect_download() as download:
        menu.get_by_role("button", name=re.compile(f"^{label}")).press("Enter")
    assert download.value.suggested_filename.endswith(suffix)
    text = Path(download.value.path()).read_text()
    assert inside in text
    assert "Something else" not in text  # the other run
    expect(menu.locator("ul")).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()


# Events that need much to come about, given to the page as its loop gives them.


def emit(agent: AgentPage, *events: dict[str, Any]) -> None:
    agent.page.evaluate(
        "(events) => { for (const each of events) window.codeact_bridge.emit(JSON.stringify(each)); }",
        list(events),
    )


def begin(agent: AgentPage, **fields: Any) -> None:
    """A run whose events the test gives."""
    agent.page.evaluate(
        """() => {
          document.body.dataset.view = 'transcript';
          document.querySelector('ca-transcript').begin('Show');
        }"""
    )
    started = {
        "type": "run_started", "task": "Show", "task_id": None, "model": "m", "recorded": False, "mode": "code",
        "max_steps": 20, "planning_interval": None, "approval": "never", "tools": [], "files": [],
    }  # fmt: skip
    emit(agent, {**started, **fields}, {"type": "step_started", "step": 1, "forced": False})


def parsed(**fields: Any) -> dict[str, Any]:
    return {"type": "code_parsed", "step": 1, "thought": "", "code": "", "calls": [], **fields}


def step_finished(**fields: Any) -> dict[str, Any]:
    ended = {"type": "step_finished", "step": 1, "observation": "told", "result": None, "error": None}
    return {**ended, "difference": None, "duration_ms": 3, **fields}


def run_finished(**fields: Any) -> dict[str, Any]:
    used = {"prompt_tokens": 1000, "completion_tokens": 234, "estimated": False}
    ended = {
        "type": "run_finished",
        "status": "unanswered",
        "answer": None,
        "error": None,
        "steps": 1,
        "cap": None,
    }
    return {**ended, "usage": used, "cost": 0.00123, "duration_ms": 5, **fields}


def test_a_tool_tells_how_far_it_is(agent: AgentPage) -> None:
    begin(agent)
    called = {"type": "tool_called", "step": 1, "call_id": 1, "name": "fetch", "arguments": {"n": 3}}
    emit(agent, parsed(code="fetch(n=3)"), called)
    row = agent.page.locator("ca-tool-call")
    emit(agent, {"type": "tool_progress", "step": 1, "call_id": 1, "fraction": 0.25, "text": "page 1 of 4"})
    expect(row.get_by_role("progressbar", name="Progress of fetch")).to_have_attribute("value", "0.25")
    expect(row).to_contain_text("25 % · page 1 of 4")
    emit(agent, {"type": "tool_progress", "step": 1, "call_id": 1, "fraction": None, "text": "nearly"})
    expect(row.get_by_role("progressbar")).not_to_have_attribute("value", re.compile(""))
    emit(agent, {"type": "tool_returned", "step": 1, "call_id": 1, "name": "fetch", "value": 9, "duration_ms": 8})
    expect(row).to_contain_text("fetch(n=3) → 9")
    expect(row.get_by_role("progressbar")).to_have_count(0)


def test_a_call_by_json_is_shown_once_with_its_arguments(agent: AgentPage) -> None:
    begin(agent, mode="json")
    call = {"id": "a", "name": "largest_cities", "arguments": '{"country": "Vietnam"}'}
    used = {"prompt_tokens": 10, "completion_tokens": 5, "estimated": False}
    replied = {
        "type": "model_replied",
        "step": 1,
        "text": "",
        "tool_calls": [call, call],
        "usage": used,
        "cost": None,
    }
    emit(agent, {**replied, "duration_ms": 1}, parsed(calls=[call]))
    row = agent.page.locator("ca-tool-call")
    expect(row).to_contain_text('largest_cities(country="Vietnam") …')
    expect(agent.steps).to_contain_text("15 tokens")
    expect(agent.steps).to_contain_text("2 tool calls at once")
    called = {"type": "tool_called", "step": 1, "call_id": 1, "name": "largest_cities"}
    emit(agent, {**called, "arguments": {"country": "Vietnam"}})
    returned = {"type": "tool_returned", "step": 1, "call_id": 1, "name": "largest_cities", "value": ["Hue"]}
    emit(agent, {**returned, "duration_ms": 1}, step_finished())
    expect(row).to_have_count(1)
    expect(row).to_contain_text('→ ["Hue"]')
    expect(agent.steps).not_to_contain_text("No code in this reply")


def test_a_call_that_is_no_json_is_shown_with_what_the_model_was_told(agent: AgentPage) -> None:
    begin(agent, mode="json")
    emit(agent, parsed(calls=[{"id": "a", "name": "f", "arguments": '{"broken'}]), step_finished())
    expect(agent.page.locator("ca-tool-call")).to_contain_text('f(arguments="{\\"broken")')
    expect(agent.page.locator("ca-tool-call")).not_to_contain_text("…")
    expect(agent.steps).to_contain_text("What the model was told")


def test_what_went_wrong_with_the_run_is_said_in_sentences(agent: AgentPage) -> None:
    begin(agent)
    rejected = {"type": "answer_rejected", "step": 1, "problems": ["It is no number."]}
    nudged = {"type": "nudged", "step": 1, "reason": "two actions take turns, and nothing changes"}
    shortened = {"type": "context_shortened", "step": 1, "shortened": [[3, {}], [5, {}]], "summary": None}
    counts = {"summarised": 1, "before_tokens": 9000, "after_tokens": 5200}
    emit(agent, {**shortened, **counts}, parsed(code="1"), rejected, nudged, step_finished())
    expect(agent.steps).to_contain_text("The answer was not accepted, and the model was told why:It is no number.")
    expect(agent.steps).to_contain_text("two actions take turns")
    expect(agent.runs).to_contain_text("2 older observations were shortened")
    expect(agent.runs).to_contain_text("from about 9,000 tokens to 5,200")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "stuck", "error": {"kind": "stuck", "message": "It went in circles."}}, "Stuck"),
        ({"cap": "tokens"}, "The tokens for this run were used up."),
        ({"cap": "steps"}, "The steps ran out."),
        ({"status": "forced", "cap": "money"}, "The money for this run was spent, so the model answered"),
        ({"status": "forced", "cap": "seconds"}, "The time for this run was over, so the model answered"),
    ],
)
def test_how_a_run_ended_is_said_in_sentences(agent: AgentPage, fields: dict[str, Any], words: str) -> None:
    begin(agent)
    if fields.get("status") == "forced":
        fields = {**fields, "answer": {"json": "1", "text": "1", "bundle": {"text/plain": "1"}}}
    emit(agent, run_finished(**fields))
    expect(agent.ending).to_contain_text(words)
    expect(agent.ending).to_contain_text("1 step · 5 ms · 1,234 tokens · cost 0.0012")


def test_agents_at_once_and_within_each_other_do_not_mix(agent: AgentPage) -> None:
    begin(agent)
    emit(agent, parsed(code="gather()"))

    def of(call_id: int, event: dict[str, Any], agent: str = "") -> dict[str, Any]:
        name = agent or f"agent{call_id}"
        return {"type": "agent_event", "step": 1, "agent": name, "call_id": call_id, "event": event}

    started = {"type": "run_started", "planning_interval": None, "task": "", "files": []}
    for number in (1, 2):
        called = {"type": "tool_called", "step": 1, "call_id": number, "name": f"agent{number}", "arguments": {}}
        emit(agent, called, of(number, started), of(number, {"type": "step_started", "step": 1, "forced": False}))
    for number in (1, 2):
        emit(agent, of(number, parsed(thought=f"Thought {number}", code=f"inner({number})")))
        inner = {"type": "tool_called", "step": 1, "call_id": 1, "name": "inner", "arguments": {}}
        step = of(1, {"type": "step_started", "step": 1, "forced": False}, "inner")
        deep = of(1, parsed(thought=f"Deep {number}", code="1"), "inner")
        emit(agent, of(number, inner), of(number, step), of(number, deep))
    outer = [agent.page.locator("ca-sub-agent").filter(has_text=f"agent{number}") for number in (1, 2)]
    for number, each in enumerate(outer, 1):
        each.locator("summary").first.click()
        each.locator("ca-sub-agent summary").first.click()
        expect(each).to_contain_text(f"Thought {number}")
        expect(each).to_contain_text(f"Deep {number}")
        expect(each).not_to_contain_text(f"Deep {3 - number}")
    emit(agent, of(1, run_finished(status="answered", steps=1)), step_finished(result=None))
    expect(outer[0].locator("summary").first).to_contain_text("answered")
    expect(outer[1].locator("summary").first).to_contain_text("was ended · 1 step")


def test_settings_are_remembered_and_used(agent: AgentPage, upstream: ScriptedModel) -> None:
    settings = agent.dialog("Settings")
    settings.get_by_role("radio", name="By calling one tool at a time").check()
    settings.get_by_role("radio", name="Always").check()
    agent.reload()
    settings = agent.dialog("Settings")
    expect(settings.get_by_role("radio", name="By calling one tool at a time")).to_be_checked()
    expect(settings.get_by_role("radio", name="Always")).to_be_checked()
    agent.page.keyboard.press("Escape")
    call = {"id": "a", "type": "function", "function": {"name": "final_answer", "arguments": '{"answer": 5}'}}
    upstream.reply(tool_call(call))
    expect(agent.solve("Five")).to_contain_text("5")
    names = [each["function"]["name"] for each in upstream.requests[-1].json["tools"]]
    assert "final_answer" in names
    expect(agent.page.locator("ca-tool-call")).to_contain_text("final_answer(answer=5)")


def tool_call(call: dict[str, Any]) -> Reply:
    delta = {"tool_calls": [{"index": 0, **call}]}
    chunk = {"choices": [{"index": 0, "delta": delta, "finish_reason": "tool_calls"}]}
    return Reply(chunks=[f"data: {json.dumps(chunk)}\n\n", "data: [DONE]\n\n"])
