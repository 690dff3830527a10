"""``Agent`` in a script: sub-agents, questions, approvals, streams, variables, files, other action formats."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from codeact_agent import Agent, RunResult, tool
from codeact_agent.errors import DeclarationError
from codeact_web.testing import Reply, ScriptedModel
from support.loops import run_apart

MakeAgent = Callable[..., Agent]

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("live")]


def code(*lines: str) -> Reply:
    return Reply(text="<code>\n" + "\n".join(lines) + "\n</code>")


def calls(name: str, **arguments: Any) -> Reply:
    """A reply that is one tool call, streamed in two pieces."""
    text = json.dumps(arguments)
    middle = len(text) // 2
    pieces = [
        {"index": 0, "id": "call_1", "function": {"name": name, "arguments": text[:middle]}},
        {"index": 0, "function": {"arguments": text[middle:]}},
    ]
    chunks = [{"choices": [{"delta": {"tool_calls": [piece]}}]} for piece in pieces]
    chunks.append({"choices": [{"delta": {}, "finish_reason": "tool_calls"}]})
    return Reply(chunks=[f"data: {json.dumps(chunk)}\n\n" for chunk in chunks] + ["data: [DONE]\n\n"])


def test_a_sub_agent_has_a_namespace_of_its_own(upstream: ScriptedModel, make_agent: MakeAgent) -> None:
    @tool
    def secret() -> int:
        """The secret number."""
        return 42

    upstream.reply(
        code("kept = 1", "found = finder('Find the number.')", "final_answer([found, 'mine' in globals()])"),
        code("mine = secret()", "assert 'kept' not in globals()", "final_answer(mine)"),
    )
    events: list[dict[str, Any]] = []
    finder = Agent([secret], "m", name="finder", description="Finds numbers.", max_steps=3)
    with make_agent(model="m", managed_agents=[finder], on_event=events.append) as agent:
        result = agent.run("What is it?")
    assert result.answer == [42, False]
    nested = [event["event"] for event in events if event["type"] == "agent_event"]
    assert nested[0]["type"] == "run_started"
    assert nested[-1]["answer"]["json"] == "42"
    (called,) = result.trace["steps"][0]["tool_calls_made"]
    assert called["agent"]["steps"][0]["tool_calls_made"][0]["name"] == "secret"


def test_questions_and_approvals_are_the_callers(upstream: ScriptedModel, make_agent: MakeAgent) -> None:
    @tool(approval="call")
    def send(text: str) -> str:
        """Send a text."""
        return f"sent {text}"

    asked: list[Any] = []

    def ask(question: str, choices: list[str] | None) -> str:
        asked.append((question, choices))
        return "Hue"

    def approve(card: dict[str, Any]) -> dict[str, Any]:
        asked.append(card)
        return {"decision": "deny", "reason": "not today"} if card["arguments"]["text"] == "b" else {
            "decision": "approve"
        }  # fmt: skip

    upstream.reply(
        code(
            "city = ask_user('Which city?', ['Hanoi', 'Hue'])",
            "first = send('a')",
            "try:",
            "    send('b')",
            "except Exception as error:",
            "    second = str(error)",
            "final_answer([city, first, second])",
        )
    )
    with make_agent([send], "m", ask=ask, approve=approve) as agent:
        result = agent.run("?")
    assert result.answer[:2] == ["Hue", "sent a"]
    assert "not today" in result.answer[2]
    assert asked[0] == ("Which city?", ["Hanoi", "Hue"])
    assert [each["arguments"] for each in asked[1:]] == [{"text": "a"}, {"text": "b"}]


def test_without_a_terminal_a_question_is_an_error_the_model_sees(
    upstream: ScriptedModel, make_agent: MakeAgent
) -> None:
    upstream.reply(code("ask_user('Well?')"), code("final_answer('alone')"))
    with make_agent(model="m") as agent:
        result = agent.run("?")
    assert result.answer == "alone"
    assert "There is no terminal to ask the person on" in result.steps[0]["observation"]


def test_a_stream_of_events_ends_with_the_result(upstream: ScriptedModel, make_agent: MakeAgent) -> None:
    upstream.reply(code("final_answer(1)"))
    with make_agent(model="m") as agent:
        *events, result = agent.run("?", stream=True)
    assert isinstance(result, RunResult)
    assert result.answer == 1
    kinds = [event["type"] for event in events if isinstance(event, dict)]
    assert (kinds[0], kinds[-1]) == ("run_started", "run_finished")


def test_variables_and_files_of_the_caller(upstream: ScriptedModel, tmp_path: Path, make_agent: MakeAgent) -> None:
    (tmp_path / "rain.csv").write_text("day,mm\n1,5\n")
    upstream.reply(code("text = open('/data/rain.csv').read()", "final_answer([factor * 2, text])"))
    with make_agent(model="m") as agent:
        result = agent.run("?", additional_args={"factor": 21}, files=[tmp_path / "rain.csv"])
        told = upstream.requests[0].json["messages"][-1]["content"]
    assert result.answer == [42, "day,mm\n1,5\n"]
    assert '"/data/rain.csv" (11 bytes)' in told
    assert "factor (int)" in told


@pytest.mark.parametrize(
    "given", [{"additional_args": {"1x": 2}}, {"additional_args": {"x": {1}}}, {"files": ["no"]}]
)
def test_what_cannot_be_given_is_told_before_the_run(given: dict[str, Any], make_agent: MakeAgent) -> None:
    with make_agent(model="m") as agent, pytest.raises(DeclarationError):
        agent.run("?", **given)


def test_json_and_hybrid_modes_have_the_same_tools(upstream: ScriptedModel, make_agent: MakeAgent) -> None:
    @tool
    def double(n: int) -> int:
        """Twice n."""
        return 2 * n

    upstream.reply(calls("double", n=2), calls("double", n=4), calls("final_answer", answer=8))
    with make_agent([double], "m", mode="json") as agent:
        result = agent.run("Double 2 twice.")
    assert (result.answer, len(result.steps)) == (8, 3)
    request = upstream.requests[0].json
    assert request["parallel_tool_calls"] is False
    function = request["tools"][0]["function"]
    assert function["name"] == "double"
    assert function["parameters"]["properties"]["n"]["type"] == "integer"
    upstream.reply(calls("python", code="final_answer(double(double(2)))"))
    with make_agent([double], "m", mode="hybrid") as agent:
        assert agent.run("Double 2 twice.").answer == 8


def test_a_rejected_answer_a_plan_and_a_schema(upstream: ScriptedModel, make_agent: MakeAgent) -> None:
    upstream.reply(Reply(text="1. Answer."), code("final_answer('4')"), code("final_answer({'n': 4})"))
    schema = {"type": "object", "required": ["n"]}
    with make_agent(model="m", answer_schema=schema, planning_interval=5) as agent:
        result = agent.run("?")
        assert agent.memory.steps == result.steps
    assert result.answer == {"n": 4}
    assert "not accepted" in result.steps[0]["observation"]
    assert result.trace["steps"][0]["plan"]["text"] == "1. Answer."


def test_a_value_that_is_too_long_for_a_message_becomes_a_file(
    upstream: ScriptedModel, make_agent: MakeAgent
) -> None:
    @tool
    def much() -> str:
        """Much text."""
        return "x" * 6_000_000

    upstream.reply(
        code("import json", "given = much()", "whole = json.load(open(given['file']))", "final_answer(len(whole))")
    )
    with make_agent([much], "m") as agent:
        assert agent.run("?").answer == 6_000_000


def test_modules_that_are_not_there_are_named(make_agent: MakeAgent) -> None:
    with make_agent(model="m", additional_authorized_imports=["torch"]) as agent:
        result = agent.run("?")
    assert result.status == "failed"
    assert "The sandbox has no torch" in (result.error or "")


def test_async_and_closed_by_a_block(upstream: ScriptedModel) -> None:
    async def answers() -> list[Any]:
        async with Agent(model="m") as agent:
            return [(await agent.run_async("?")).answer for _ in range(2)]

    upstream.reply(code("final_answer(1)"), code("final_answer(2)"))
    assert run_apart(answers()) == [1, 2]


def test_progress_of_a_tool_in_a_thread_is_told(upstream: ScriptedModel, make_agent: MakeAgent) -> None:
    @tool
    def slow(n: int, progress: Any = None) -> int:
        """Takes its time."""
        progress(0.5, "half")
        return n

    upstream.reply(code("final_answer(slow(3))"))
    told: list[dict[str, Any]] = []
    with make_agent([slow], "m", on_event=told.append) as agent:
        assert agent.run("?").answer == 3
    (progress,) = [event for event in told if event["type"] == "tool_progress"]
    assert (progress["fraction"], progress["text"], progress["call_id"]) == (0.5, "half", 1)


PRELUDE = '''
@tool
def doubled(n: int) -> int:
    """Twice a host tool's value."""
    return 2 * number(n)
'''


def test_tools_in_the_sandbox_may_call_those_of_the_host(upstream: ScriptedModel, make_agent: MakeAgent) -> None:
    @tool
    def number(n: int) -> int:
        """A number of the host's."""
        return n + 1

    upstream.reply(
        code("final_answer([doubled(1), doubled(2)])"), calls("doubled", n=4), calls("final_answer", answer=1)
    )
    with make_agent([number], "m", prelude={"numbers": PRELUDE}) as agent:
        assert agent.run("?").answer == [4, 6]
        assert "def doubled(n: int) -> int:" in upstream.requests[0].json["messages"][0]["content"]
    with make_agent([number], "m", prelude={"numbers": PRELUDE}, mode="json") as agent:
        assert "10" in agent.run("?").steps[0]["observation"]


def test_a_prelude_that_fails_is_told(upstream: ScriptedModel, make_agent: MakeAgent) -> None:
    with make_agent(model="m", prelude={"numbers": "1 / 0"}) as agent:
        result = agent.run("?")
    assert result.status == "failed"
    assert "numbers" in (result.error or "")
    assert "ZeroDivisionError" in (result.error or "")


def test_parallel_calls(upstream: ScriptedModel, make_agent: MakeAgent) -> None:
    both = threading.Barrier(2, timeout=20)

    @tool
    def meet(n: int) -> int:
        """Returns when two have called."""
        both.wait()
        return n

    upstream.reply(code("import asyncio", "final_answer(await asyncio.gather(*[meet(n) for n in (1, 2)]))"))
    with make_agent([meet], "m") as agent:
        assert agent.run("?").answer == [1, 2]


def test_code_waits_for_approval_and_is_edited(upstream: ScriptedModel, make_agent: MakeAgent) -> None:
    cards: list[dict[str, Any]] = []

    def approve(card: dict[str, Any]) -> dict[str, Any]:
        cards.append(card)
        if "os.remove" in card["code"]:
            return {"decision": "deny", "reason": "keep it"}
        return {"decision": "edit", "code": card["code"].replace("41", "42")}

    upstream.reply(code("import os", "os.remove('/output/x')"), code("final_answer(41)"))
    with make_agent(model="m", approval="always", approve=approve) as agent:
        result = agent.run("?")
    assert result.answer == 42
    assert "keep it" in result.steps[0]["observation"]
    assert cards[0]["files"] == [{"path": "/output/x", "action": "delete"}]
    assert "os" in cards[0]["new_imports"]
    assert result.steps[1]["result"]["approval"]["decision"] == "edit"


def test_input_asks_the_person(upstream: ScriptedModel, make_agent: MakeAgent) -> None:
    upstream.reply(code("final_answer(input('Name? '))"))
    with make_agent(model="m", ask=lambda question, choices: f"{question}Ada") as agent:
        assert agent.run("?").answer in ("Name? Ada", "Name?Ada")


def test_files_by_helpers_that_a_tool_may_replace(upstream: ScriptedModel, make_agent: MakeAgent) -> None:
    lines = [
        "path = write_file('notes/a.txt', 'ä')",
        "final_answer([path, read_file('notes/a.txt'), read_file(path)])",
    ]
    upstream.reply(code(*lines), calls("read_file", path="gone"), calls("final_answer", answer=1))
    with make_agent(model="m") as agent:
        assert agent.run("?").answer == ["/output/notes/a.txt", "ä", "ä"]
        agent.options = agent.options.changed({"mode": "json"})
        assert "there is no file gone" in agent.run("?").steps[0]["observation"]

    @tool
    def read_file(path: str) -> str:
        """Read elsewhere."""
        return f"{path}!"

    upstream.reply(code("final_answer(read_file('a'))"))
    with make_agent([read_file], "m") as agent:
        assert agent.run("?").answer == "a!"


def test_two_sub_agents_at_once(upstream: ScriptedModel, make_agent: MakeAgent) -> None:
    both = threading.Barrier(2, timeout=40)

    @tool
    def meet() -> int:
        """Returns when two have called."""
        both.wait()
        return 1

    upstream.reply(
        code("import asyncio", "final_answer(await asyncio.gather(left('a'), right('b')))"),
        code("final_answer(meet())"),
        code("final_answer(meet())"),
    )
    helpers = [Agent([meet], "m", name=name, description="Meets another.") for name in ("left", "right")]
    with make_agent(model="m", managed_agents=helpers) as agent:
        assert agent.run("?").answer == [1, 1]


def test_pictures_go_back_to_a_model_that_sees(upstream: ScriptedModel, make_agent: MakeAgent) -> None:
    png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    upstream.reply(
        code("import base64", f"display(Image(base64.b64decode('{png}')))"), code("final_answer('seen')")
    )
    with make_agent(model="m", takes_images=True) as agent:
        assert agent.run("?").answer == "seen"
    text, picture = upstream.requests[1].json["messages"][-1]["content"]
    assert text["text"].startswith("Observation:")
    assert picture["image_url"]["url"] == f"data:image/png;base64,{png}"


def test_stop_ends_a_tool_that_hangs_by_json(upstream: ScriptedModel, make_agent: MakeAgent) -> None:
    release = threading.Event()

    @tool
    def hang() -> None:
        """Never answers."""
        agent.interrupt()
        release.wait(30)

    upstream.reply(calls("hang"))
    with make_agent([hang], "m", mode="json") as agent:
        result = agent.run("?")
    release.set()
    assert result.status == "stopped"
    assert result.duration_ms < 20_000
