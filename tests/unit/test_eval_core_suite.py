"""The suite ``core``: its answers, computed in another way; its recordings."""

from __future__ import annotations

import ast
import json
from collections import Counter
from typing import Any

import pytest
from codeact_agent.hosts.script.evaluation.suite import CORE, Suite, SuiteTask, load_suite
from codeact_agent.parsing import parse
from codeact_agent.recorded import check_recording
from codeact_server.run_command import load_tools
from support.core_answers import ANSWERS, SEVERAL, tools_of

SUITE: Suite = load_suite("core", load_tools)
EACH = pytest.mark.parametrize("task", SUITE.tasks, ids=lambda task: task.id)
RECORDINGS = sorted((CORE.parent / "recordings").glob("*/*.json"))
EACH_RECORDING = pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: f"{path.parent.name}/{path.stem}")


def _recording(path: Any) -> dict[str, Any]:
    return check_recording(json.loads(path.read_text()), path.name)


def test_it_has_seven_domains_with_enough_tasks() -> None:
    domains = Counter(task.domain for task in SUITE.tasks)
    assert sum(domains.values()) >= 40
    assert set(domains) == {
        "data analysis",
        "maths",
        "multi-tool composition",
        "text",
        "simulation",
        "state across turns",
        "error recovery",
    }
    assert min(domains.values()) >= 5
    assert domains["multi-tool composition"] >= 10


def test_it_has_every_kind_of_checker() -> None:
    assert {task.checker.kind for task in SUITE.tasks} == {"exact", "numeric", "json", "python"}


@EACH
def test_its_answer_computed_in_another_way_is_right(task: SuiteTask) -> None:
    if task.id in SEVERAL:
        answer = SEVERAL[task.id][0]
    else:
        answer = ANSWERS[task.id](tools_of(CORE.parent / task.tools if task.tools else None))
    assert SUITE.check(task, json.loads(json.dumps(answer))) is True


@EACH
def test_other_answers_are_wrong(task: SuiteTask) -> None:
    wrong = [None, "", [], {}, -1, "I do not know", True, *SEVERAL.get(task.id, (None, []))[1]]
    assert [each for each in wrong if SUITE.check(task, each) is True] == []


@EACH
def test_it_is_recorded(task: SuiteTask) -> None:
    modes = {path.parent.name for path in RECORDINGS if path.stem == task.id}
    assert modes == ({"code", "json"} if task.domain == "multi-tool composition" else {"code"})


@EACH_RECORDING
def test_a_recording_is_of_its_task(path: Any) -> None:
    recording = _recording(path)
    (task,) = [task for task in SUITE.tasks if task.id == path.stem]
    assert (recording["id"], recording["task"]) == (task.id, task.task)
    assert recording["tools"] == [each.name for each in SUITE.tools_of(task)]


@EACH_RECORDING
def test_only_its_last_reply_answers(path: Any) -> None:
    answering = []
    for step in _recording(path)["steps"]:
        if path.parent.name == "code":
            code = parse(step["reply"]).code
            ast.parse(code)
            answering.append("final_answer(" in code)
        else:
            (call,) = step["tool_calls"]
            assert isinstance(json.loads(call["arguments"]), dict)
            answering.append(call["name"] == "final_answer")
    assert answering == [False] * (len(answering) - 1) + [True]
