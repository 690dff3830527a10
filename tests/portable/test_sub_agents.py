"""Agents that are called as functions. Runs under CPython and MicroPython."""

import json

from codeact_agent.errors import DeclarationError, ModelError
from codeact_agent.loop import Loop
from codeact_agent.options import Options
from codeact_agent.sub_agents import MAX_DEPTH, SubAgent
from scripted import ScriptedHost, ScriptedModel, answered, printed, raises

ANSWER = "<code>final_answer(4)</code>"


async def run(agent, child, model=None):
    """The outcome of one call of ``agent``, the run's end, and the parent's host."""
    host = ScriptedHost()
    host.children = [child]
    outcomes = []

    async def step():
        outcomes.append(await host.take_call(agent.name, json.dumps({"task": "Add 2 and 2."})))
        return answered(4, "4")

    host.enqueue(step)
    finished = await Loop(host, Options(), (agent,)).run("?", model or ScriptedModel(ANSWER), {})
    return outcomes[0], finished, host


async def test_a_sub_agent_answers_its_caller():
    child = ScriptedHost(printed("4"), answered(4, "4"))
    own = ScriptedModel("<code>2 + 2</code>", ANSWER)
    outcome, finished, host = await run(SubAgent("adder", "Adds.", model=own), child)
    assert outcome == {"value": "4"}
    assert own.asked[0][1]["content"] == "Add 2 and 2."
    assert child.closed
    nested = host.of("agent_event")
    assert {each["agent"] for each in nested} == {"adder"}
    kinds = [each["event"]["type"] for each in nested]
    assert (kinds[0], kinds[-1]) == ("run_started", "run_finished")
    assert kinds.count("step_finished") == 2
    assert host.of("tool_called")[0]["call_id"] == nested[0]["call_id"]
    assert finished["usage"]["prompt_tokens"] == 3 * 7, "what it uses is its caller's"


async def test_its_caller_sees_an_ordinary_function():
    child = ScriptedHost(answered(4, "4"))
    model = ScriptedModel(ANSWER, ANSWER)
    await run(SubAgent("adder", "Adds."), child, model)
    assert "def adder(task: str) -> Any:" in model.asked[0][0]["content"]
    assert "Another agent: Adds." in model.asked[0][0]["content"]
    assert len(model.asked) == 2, "without a model of its own it has its caller's"


async def test_a_failure_is_an_error_in_the_callers_code():
    child = ScriptedHost()
    own = ScriptedModel(ModelError("no", "refused", 401))
    outcome, finished, _ = await run(SubAgent("adder", "Adds.", model=own), child)
    assert outcome["error"]["kind"] == "AgentError"
    assert "adder gave no answer" in outcome["error"]["message"]
    assert finished["status"] == "answered"
    assert child.closed


async def test_agents_that_call_themselves_come_to_an_end():
    agent = SubAgent("adder", "Adds.")
    agent.managed_agents = (agent,)
    outcomes = []

    def host_at(depth):
        host = ScriptedHost()

        async def step():
            outcomes.append(await host.take_call("adder", '{"task": "?"}'))
            return answered(4, "4")

        host.enqueue(step)
        host.children = [host_at(depth + 1)] if depth < MAX_DEPTH + 1 else []
        return host

    host = host_at(0)
    finished = await Loop(host, Options(), (agent,)).run("?", ScriptedModel(*[ANSWER] * 9), {})
    assert finished["status"] == "answered"
    assert f"at most {MAX_DEPTH} deep" in outcomes[0]["error"]["message"]
    assert [each for each in outcomes if "value" in each] == [{"value": "4"}] * MAX_DEPTH


async def test_stop_ends_the_sub_agent_and_its_caller():
    child = ScriptedHost()
    host = ScriptedHost()
    host.children = [child]

    def stop():
        host.stop()
        child.stop()
        return ANSWER

    async def step():
        outcome = await host.take_call("adder", '{"task": "?"}')
        return printed(outcome["error"]["kind"])

    host.enqueue(step)
    agent = SubAgent("adder", "Adds.", model=ScriptedModel(stop))
    finished = await Loop(host, Options(), (agent,)).run("?", ScriptedModel(ANSWER), {})
    assert finished["status"] == "stopped"
    assert child.closed


def test_an_agent_needs_a_name_and_a_description():
    for name, description in (("", "Adds."), ("adder", "")):
        raises(DeclarationError, lambda name=name, description=description: SubAgent(name, description))
