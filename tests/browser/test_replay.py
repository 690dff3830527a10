"""Traces of real runs, run again in the real sandbox."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from codeact_agent import Agent, tool
from codeact_agent.trace import TraceRecorder
from codeact_web.testing import Reply, ScriptedModel
from support.command import codeact_web

pytestmark = pytest.mark.browser

FIRST = """print([price("lamp"), price(product="desk")])
both = [price("lamp"), price("chair")]
name = ask_user("Your name?")
try:
    price("nothing")
except Exception as error:
    print(type(error).__name__, error)
both"""
CALLS_AN_AGENT = 'total = adder("Add 2 and 3.")\ntotal / 0'
TOOLS = '''
from codeact_agent import tool

@tool
def price(product: str) -> int:
    """The price of a product."""
    return 7
'''


@tool
def price(product: str) -> int:
    """The price of a product."""
    return {"lamp": 40, "desk": 200, "chair": 90}[product]


@pytest.fixture(scope="module")
def trace(upstream: ScriptedModel) -> Iterator[dict[str, Any]]:
    """The trace of a run with tools, a question, an error, a sub-agent and an answer that was refused."""
    upstream.reset()
    upstream.reply(
        Reply(text="First, look."),
        Reply(text=f"I look.\n<code>\n{FIRST}\n</code>"),
        Reply(text=f"I add.\n<code>\n{CALLS_AN_AGENT}\n</code>"),
        Reply(text="<code>\nfinal_answer(2 + 3)\n</code>"),
        Reply(text="<code>\nfinal_answer(total)\n</code>"),
        Reply(text="<code>\nfinal_answer([name, total, both])\n</code>"),
    )
    recorder = TraceRecorder({"program": "codeact-web"})

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_BASE_URL", upstream.base_url)
        patch.setenv("OPENAI_API_KEY", "sk-test-0123456789abcdef")
        adder = Agent(name="adder", description="Adds numbers.", model="m")
        with Agent(
            [price], "m", planning_interval=9, managed_agents=[adder], ask=lambda question, choices: "Ada",
            on_event=recorder.take,
            final_answer_checks=[lambda answer, steps: isinstance(answer, list) or "a list is wanted"],
        ) as agent:  # fmt: skip
            result = agent.run("Prices?")
    assert result.answer == ["Ada", 5, [40, 90]], result
    yield json.loads(json.dumps(recorder.document()))


def replayed(document: dict[str, Any], folder: Path, *options: str) -> tuple[int, dict[str, Any]]:
    path = folder / "trace.json"
    path.write_text(json.dumps(document))
    done = codeact_web("replay", str(path), "--json", *options)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_the_trace_holds_the_run(trace: dict[str, Any]) -> None:
    first, second, third, fourth = trace["steps"]
    assert first["plan"]["text"] == "First, look."
    assert first["prompt"]["messages"] == 5
    assert [call["name"] for call in first["tool_calls_made"][:4]] == ["price"] * 4
    assert first["questions"][0]["answer"] == "Ada"
    assert second["tool_calls_made"][0]["agent"]["status"] == "answered"
    assert second["result"]["error"]["name"] == "ZeroDivisionError"
    assert third["rejected"] == ["a list is wanted"]
    assert fourth["result"]["final_answer"]["json"] == '["Ada", 5, [40, 90]]'


def test_the_same_words_do_the_same(trace: dict[str, Any], tmp_path: Path) -> None:
    code, told = replayed(trace, tmp_path)
    assert (code, told) == (0, {"same": True, "steps": 4, "differences": []})


def test_other_code_and_its_other_calls_are_told(trace: dict[str, Any], tmp_path: Path) -> None:
    changed = json.loads(json.dumps(trace).replace("chair", "table"))
    first = changed["steps"][0]
    first["tool_calls_made"] = trace["steps"][0]["tool_calls_made"]
    path = tmp_path / "trace.json"
    path.write_text(json.dumps(changed))
    done = codeact_web("replay", str(path))
    assert done.returncode == 1, done.stderr
    assert "step 1: tool call 4" in done.stdout
    assert 'recorded: price({"product": "chair"})' in done.stdout
    assert 'now:      price({"product": "table"})' in done.stdout
    assert "step 1: error" in done.stdout
    assert "run: answer" in done.stdout


def test_the_callers_tools_are_called(trace: dict[str, Any], tmp_path: Path) -> None:
    tools = tmp_path / "tools.py"
    tools.write_text(TOOLS)
    code, told = replayed(trace, tmp_path, "--tools", str(tools))
    assert code == 1
    values = [each for each in told["differences"] if each["what"] == "value of tool call 1, price"]
    assert [(each["where"], each["recorded"], each["real"]) for each in values] == [("step 1", 40, 7)]
    assert told["differences"][-1]["real"] == ["Ada", 5, [7, 7]]


def test_a_missing_browser_is_a_sentence(trace: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "trace.json"
    path.write_text(json.dumps(trace))
    done = codeact_web("replay", str(path), CODEACT_BROWSER="no-such-browser")
    assert done.returncode == 2
    assert "make setup-browser" in done.stderr
    assert "Traceback" not in done.stderr
