"""Reading a suite: what is wrong with it is said before anything is run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from codeact_agent.hosts.script.evaluation.errors import SuiteError
from codeact_agent.hosts.script.evaluation.suite import load_suite
from codeact_agent.hosts.script.evaluation.suite_player import EvaluatedSuite
from codeact_server.run_command import load_tools

GOOD = {
    "id": "one",
    "domain": "maths",
    "task": "What is 1 + 1?",
    "tools": None,
    "checker": {"kind": "exact", "expected": 2},
}
TOOLS = 'from codeact_agent import tool\n\n@tool\ndef two() -> int:\n    """Two."""\n    return 2\n'


def _write(folder: Path, *lines: dict[str, Any] | str) -> str:
    path = folder / "mine.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    return str(path)


def test_a_suite_is_read_in_order_and_blank_lines_are_passed_over(tmp_path: Path) -> None:
    suite = load_suite(_write(tmp_path, GOOD, "", {**GOOD, "id": "two"}), load_tools)
    assert [task.id for task in suite.tasks] == ["one", "two"]
    assert (suite.name, suite.folder) == ("mine", tmp_path)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"id": "two", ', "line 3 is not JSON"),
        ("[1, 2]", "line 3"),
        ({**GOOD, "id": "a b"}, "line 3: id"),
        ({**GOOD, "id": "two", "checker": {"kind": "magic"}}, "line 3: checker"),
        (
            {**GOOD, "id": "two", "checker": {"kind": "numeric", "expected": "two"}},
            "line 3: checker.numeric.expected",
        ),
        ({**GOOD, "id": "two", "tolerance": 3}, "line 3: tolerance"),
        ({**GOOD, "id": "two", "modes": ["morse"]}, "line 3: modes must be some of code, json, hybrid"),
        ({**GOOD, "id": "two", "max_steps": 0}, "line 3: max_steps"),
        ({key: GOOD[key] for key in GOOD if key != "task"}, "line 3: task"),
        (GOOD, "line 3: the id 'one' is there already"),
    ],
)
def test_a_broken_line_is_named_by_its_number(tmp_path: Path, line: dict[str, Any] | str, words: str) -> None:
    with pytest.raises(SuiteError) as caught:
        load_suite(_write(tmp_path, GOOD, "", line), load_tools)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("files", "changed", "words"),
    [
        ({}, {"tools": "tools.py"}, "The tools of the task 'one': "),
        ({"tools.py": "import nothing_there"}, {"tools": "tools.py"}, "No module named 'nothing_there'"),
        ({"tools.py": "x = 1"}, {"tools": "tools.py"}, "declares no tool"),
        ({}, {"checker": {"kind": "python", "file": "judge.py"}}, "judge.py is not there"),
        ({"judge.py": "1 / 0"}, {"checker": {"kind": "python", "file": "judge.py"}}, "ZeroDivisionError"),
        ({"judge.py": ""}, {"checker": {"kind": "python", "file": "judge.py"}}, "has no function check()"),
    ],
)
def test_files_that_a_line_names_are_looked_at_first(
    tmp_path: Path, files: dict[str, str], changed: dict[str, Any], words: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(SuiteError) as caught:
        load_suite(_write(tmp_path, {**GOOD, **changed}), load_tools)
    assert words in str(caught.value)


@pytest.mark.parametrize("name", ["nowhere.jsonl", "."])
def test_a_suite_that_cannot_be_read(name: str, tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="cannot be read"):
        load_suite(str(tmp_path / name), load_tools)


def test_an_empty_suite(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="holds no task"):
        load_suite(_write(tmp_path, ""), load_tools)


def test_the_digest_changes_with_the_lines_and_with_the_files_they_name(tmp_path: Path) -> None:
    (tmp_path / "tools.py").write_text(TOOLS)
    path = _write(tmp_path, {**GOOD, "tools": "tools.py"})
    first = load_suite(path, load_tools).digest
    assert load_suite(path, load_tools).digest == first
    (tmp_path / "tools.py").write_text(TOOLS.replace("Two.", "Always two."))
    second = load_suite(path, load_tools).digest
    _write(tmp_path, {**GOOD, "tools": "tools.py", "max_steps": 3})
    assert len({first, second, load_suite(path, load_tools).digest}) == 3


def test_tools_are_fresh_for_each_task(tmp_path: Path) -> None:
    counting = TOOLS.replace("@tool", "calls = []\n\n@tool").replace(
        "return 2", "calls.append(1)\n    return len(calls)"
    )
    (tmp_path / "tools.py").write_text(counting)
    suite = load_suite(_write(tmp_path, {**GOOD, "tools": "tools.py"}), load_tools)
    for _ in range(2):
        (tool,) = suite.tools_of(suite.tasks[0])
        assert [tool(), tool()] == [1, 2]


def test_only_what_is_recorded_is_planned_for_the_recorded_model(tmp_path: Path) -> None:
    suite = load_suite(_write(tmp_path, GOOD, {**GOOD, "id": "two", "modes": ["json"]}), load_tools)
    live = EvaluatedSuite(suite, "some-model").plan(("code", "json"))
    assert [(each.mode, each.id) for each in live] == [("code", "one"), ("json", "one"), ("json", "two")]
    with pytest.raises(SuiteError, match="no recorded task for the mode code"):
        EvaluatedSuite(suite, "recorded").plan(("code",))
    with pytest.raises(SuiteError, match="no mode 'telepathy'"):
        EvaluatedSuite(suite, "some-model").plan(("telepathy",))
