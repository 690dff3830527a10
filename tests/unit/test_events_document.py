"""docs/events.md and the events that the loop emits."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from codeact_agent.errors import AgentError, ModelError
from codeact_agent.loop import Loop
from codeact_agent.options import Options
from codeact_agent.sub_agents import SubAgent
from codeact_agent.tools import Tool
from portable.scripted import ScriptedHost, ScriptedModel, answered, printed
from support.loops import run_apart
from support.markdown import fields_of, rows

DOCUMENT = Path(__file__).parents[2] / "docs" / "events.md"
# These come from the hosts, which pass on what the sandbox tells.
OF_THE_HOSTS = {"output", "displayed", "package_progress", "restored"}
ANSWER = "<code>final_answer(4)</code>"


@pytest.fixture(scope="module")
def documented() -> dict[str, set[str]]:
    return {fields_of(kind)[0]: set(fields_of(fields)) for kind, fields, _ in rows(DOCUMENT, "type")}


def _run(host: ScriptedHost, model: ScriptedModel, tools: Any = (), agents: Any = (), **options: Any) -> None:
    run_apart(Loop(host, Options(**options), agents).run("?", model, {each.name: each for each in tools}))


def _plain_run() -> list[dict[str, Any]]:
    host = ScriptedHost(printed("1"), answered(4, "4"))
    _run(host, ScriptedModel(ModelError("busy", "refused", 503), "A\n<code>1</code>", ANSWER))
    return host.events


def _run_with_tools() -> list[dict[str, Any]]:
    """A tool that must be approved and tells its progress, a question, a sub-agent, an answer that is refused."""
    host = ScriptedHost()
    host.children = [ScriptedHost(answered(4, "4"))]
    host.decisions, host.answers = [{"decision": "approve"}], ["yes"]

    def slow(progress: Any) -> int:
        progress(0.5, "half")
        return 1

    tool = Tool(slow, "slow", [], "int", "Slow.", approval="call", takes_progress=True)

    async def step() -> dict[str, Any]:
        await host.take_call("slow", "{}")
        await host.take_call("ask_user", json.dumps({"question": "Sure?"}))
        await host.take_call("adder", json.dumps({"task": "Add."}))
        await host.take_call("missing", "{}")
        return answered(4, "4")

    host.enqueue(step, answered(5, "5"))
    agent = SubAgent("adder", "Adds.", model=ScriptedModel(ANSWER))
    model = ScriptedModel("A plan.", ANSWER, ANSWER)
    _run(host, model, [tool], (agent,), planning_interval=9, final_answer_checks=(lambda answer, _: answer == 5,))
    return host.events


def _run_in_circles() -> list[dict[str, Any]]:
    host = ScriptedHost(*[printed("x")] * 20)
    _run(host, ScriptedModel(*["<code>1</code>"] * 20))
    return host.events


def _long_run() -> list[dict[str, Any]]:
    host = ScriptedHost(*[printed("x" * 4000 + str(number)) for number in range(12)], answered(4, "4"))
    model = ScriptedModel(*[f"<code>{number}</code>" for number in range(12)], ANSWER, context_window=9000)
    model.usage = None  # its own count is what tells that it does not fit
    _run(host, model)
    return host.events


def _emitted() -> list[dict[str, Any]]:
    """Events of runs in which everything happens that can."""
    refused = ScriptedHost()
    _run(refused, ScriptedModel(ModelError("no", "refused", 401)))
    Loop(refused).refuse("?", "m", AgentError("no"))
    return _plain_run() + _run_with_tools() + _run_in_circles() + _long_run() + refused.events


def test_every_event_of_the_loop_is_documented(documented: dict[str, set[str]]) -> None:
    assert {str(event["type"]) for event in _emitted()} == set(documented) - OF_THE_HOSTS


def test_fields_are_those_documented(documented: dict[str, set[str]]) -> None:
    for event in _emitted():
        told = set(event) - {"type", "step"}
        if event["type"] == "tool_returned":
            assert len(told & {"value", "error"}) == 1
            told |= {"value", "error"}
        assert told == documented[event["type"]] - {"step"}, event["type"]
        assert ("step" in event) == (event["type"] not in ("run_started", "run_finished")), event["type"]


def test_events_stand_in_the_order_in_which_they_come(documented: dict[str, set[str]]) -> None:
    order = list(documented)
    first = [event["type"] for event in _plain_run()]
    assert (first[0], first[-1]) == (order[0], order[-1])
    ends = [index for index, kind in enumerate(first) if kind == "step_finished"]
    for begin, end in zip([0, *ends], ends, strict=False):
        places = [order.index(str(kind)) for kind in first[begin + 1 : end + 1]]
        # A retry makes the deltas before it void; what follows it begins anew.
        assert [place for place in places if order[place] not in ("model_delta", "model_retried")] == sorted(
            place for place in places if order[place] not in ("model_delta", "model_retried")
        )


def test_every_status_is_documented() -> None:
    told = re.search(r"`status` is (.*)", DOCUMENT.read_text(), re.DOTALL)
    assert told
    named = set(re.findall(r"`([a-z]+)`", told.group(1)))
    assert named == {"answered", "forced", "unanswered", "stopped", "stuck", "failed"}
