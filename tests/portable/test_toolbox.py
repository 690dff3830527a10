"""Calls of tools: approved of, told, remembered. Runs under CPython and MicroPython."""

import json

from codeact_agent.loop import Loop
from codeact_agent.options import Options
from codeact_agent.tools import Tool
from scripted import ScriptedHost, ScriptedModel, answered

ANSWER = "<code>final_answer(4)</code>"


def flagged(policy):
    return Tool(lambda n: n + 1, "send", [{"name": "n", "annotation": "int"}], "int", "Sends.", approval=policy)


async def run_calls(policy, decisions, runs=1, calls=2):
    """The outcomes of each run's calls, and the host."""
    host = ScriptedHost()
    host.decisions = list(decisions)
    loop = Loop(host, Options())
    outcomes = []

    async def step():
        outcomes.append([])
        for number in range(calls):
            outcomes[-1].append(await host.take_call("send", json.dumps({"n": number})))
        return answered(4, "4")

    for _ in range(runs):
        host.enqueue(step)
        await loop.run("?", ScriptedModel(ANSWER), {"send": flagged(policy)})
    return outcomes, host


YES = {"decision": "approve"}


async def test_a_call_is_told_with_what_came_of_it():
    outcomes, host = await run_calls("never", [])
    assert outcomes == [[{"value": "1"}, {"value": "2"}]]
    called = host.of("tool_called")[0]
    assert called == {"type": "tool_called", "step": 1, "call_id": 1, "name": "send", "arguments": {"n": 0}}
    returned = host.of("tool_returned")[1]
    assert (returned["call_id"], returned["value"]) == (2, 2)


async def test_each_call_is_asked_about():
    outcomes, host = await run_calls("call", [YES, {"decision": "deny", "reason": "not twice"}])
    assert outcomes[0][0] == {"value": "1"}
    assert outcomes[0][1]["error"] == {"kind": "Denied", "message": "the person did not allow send(): not twice"}
    assert host.cards[0] == {"kind": "tool", "name": "send", "arguments": {"n": 0}}
    assert [each["decision"] for each in host.of("approval_given")] == ["approve", "deny"]


async def test_once_for_a_run():
    outcomes, host = await run_calls("run", [YES, YES], runs=2)
    assert len(host.cards) == 2
    assert outcomes == [[{"value": "1"}, {"value": "2"}]] * 2


async def test_once_for_good():
    _, host = await run_calls("always", [YES], runs=2)
    assert len(host.cards) == 1


async def test_the_person_may_say_for_how_long():
    _, host = await run_calls("call", [{"decision": "approve", "remember": "always"}], runs=2)
    assert len(host.cards) == 1


async def test_a_denied_tool_is_asked_about_again():
    _, host = await run_calls("always", [{"decision": "deny"}, YES], runs=1)
    assert len(host.cards) == 2
    assert "no reason was given" in host.of("tool_returned")[0]["error"]["message"]


async def test_the_person_is_asked():
    host = ScriptedHost()
    host.answers = ["Hanoi"]
    outcomes = []

    async def step():
        arguments = json.dumps({"question": "Which city?", "choices": ["Hanoi", "Hue"]})
        outcomes.append(await host.take_call("ask_user", arguments))
        return answered(4, "4")

    host.enqueue(step)
    await Loop(host).run("?", ScriptedModel(ANSWER), {})
    assert outcomes == [{"value": '"Hanoi"'}]
    (asked,) = host.of("question_asked")
    assert (asked["question"], asked["choices"]) == ("Which city?", ["Hanoi", "Hue"])
    assert host.of("question_answered")[0]["answer"] == "Hanoi"
