"""The adapter for M3ToolEval in the real sandbox: the paper's loop in its three modes, on a miniature checkout."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from codeact_web.testing import Reply, ScriptedModel
from support.command import codeact_web
from support.m3tooleval_checkout import make_checkout

pytestmark = pytest.mark.browser


@pytest.fixture
def scripted() -> Iterator[ScriptedModel]:
    with ScriptedModel() as upstream:
        yield upstream


def _evaluate(
    tmp_path: Path, mode: str, only: int, *replies: str | Reply, upstream: ScriptedModel
) -> tuple[subprocess.CompletedProcess[str], dict[str, Any]]:
    checkout = make_checkout(tmp_path)
    upstream.reply(*[Reply(text=reply) if isinstance(reply, str) else reply for reply in replies])
    out = tmp_path / f"{mode}.json"
    done = codeact_web(
        "eval", f"m3tooleval:{checkout}", "--model", "m", "--mode", mode, "--limit", str(only), "--out", str(out),
        OPENAI_BASE_URL=upstream.base_url, OPENAI_API_KEY="sk-test",
    )  # fmt: skip
    return done, json.loads(out.read_text())


def _messages(tmp_path: Path, result: dict[str, Any]) -> list[str]:
    messages = json.loads((tmp_path / result["trace"]).read_text())["messages"]
    return [each["content"] for each in messages]


def test_code_calls_the_tools_in_the_sandbox_and_an_answer_may_be_tried_again(
    tmp_path: Path, scripted: ScriptedModel
) -> None:
    done, document = _evaluate(
        tmp_path, "code", 1,
        "Thought: I try. Action:\nn = double(20)\nprint('n is', n)\nmax(n, 3, 7)\nEnd Action\nAnswer: 9",
        "Action: n + nothing End Action",
        "Answer: 40",
        "Action: double(21) End Action",
        "Answer: 42.0",
        upstream=scripted,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (result,) = document["results"]
    assert (result["id"], result["domain"], result["success"]) == (
        "message_decoder/double",
        "message_decoder",
        True,
    )
    assert (result["turns"], result["answer"]) == (5, "42.0")
    messages = _messages(tmp_path, result)
    assert messages[0].startswith("[code_as_action]")
    assert messages[1].endswith("End Action")
    assert messages[2] == "n is 40\n(40, 3)"
    assert "NameError: name 'nothing' is not defined" in messages[4]
    assert messages[6].startswith("That answer is not right.")
    assert messages[8] == "42"


@pytest.mark.parametrize(
    ("mode", "action"),
    [("json", '{"tool": "double", "args": ["4"]}'), ("text", "double, 4")],
)
def test_one_tool_in_each_turn_in_the_checkouts_own_formats(
    tmp_path: Path, scripted: ScriptedModel, mode: str, action: str
) -> None:
    done, document = _evaluate(
        tmp_path, mode, 2,
        "I do not know.", "Answer: 42",
        f"Action: {action} End Action",
        upstream=scripted,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    first, single = document["results"]
    assert [first["success"], first["turns"]] == [True, 2]
    assert _messages(tmp_path, first)[2] == "Neither an action nor an answer.\n*Extra reminder: Mind the format."
    assert [single["id"], single["success"], single["turns"], single["answer"]] == [
        "message_decoder/single", True, 1, "8",
    ]  # fmt: skip


def test_what_a_model_has_evaluated_cannot_touch_this_process(tmp_path: Path, scripted: ScriptedModel) -> None:
    touched = tmp_path / "touched"
    action = json.dumps({"tool": "calculator", "args": [f"open({str(touched)!r}, 'w')"]})
    _, document = _evaluate(
        tmp_path, "json", 1,
        f"Action: {action} End Action",
        'Action: {"tool": "calculator", "args": ["6 * 7"]} End Action',
        "Answer: 42",
        upstream=scripted,
    )  # fmt: skip
    (result,) = document["results"]
    messages = _messages(tmp_path, result)
    assert messages[2].startswith("Error: FileNotFoundError")
    assert messages[4] == "42"
    assert result["success"]
    assert not touched.exists()


def test_after_ten_turns_it_ends(tmp_path: Path, scripted: ScriptedModel) -> None:
    _, document = _evaluate(tmp_path, "text", 1, *["Answer: 41"] * 10, upstream=scripted)
    (result,) = document["results"]
    assert (result["success"], result["turns"], len(scripted.requests)) == (False, 10, 10)
    assert result["verdict"] == "'41' is not '42'"


def test_a_model_that_never_answers_stops_the_evaluation(tmp_path: Path, scripted: ScriptedModel) -> None:
    refused = Reply(status=401, body={"error": {"message": "bad key"}})
    done, document = _evaluate(tmp_path, "text", 2, refused, upstream=scripted)
    assert (done.returncode, document["results"]) == (2, [])
    assert "bad key" in done.stderr
    assert "What has been run is kept; the same command goes on." in done.stderr
