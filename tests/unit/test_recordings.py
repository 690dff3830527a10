"""The recordings in web/recordings: complete, well-formed, and within what the demo tools offer."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from codeact_agent.demo_tools import DEMO_TOOLS
from codeact_agent.parsing import parse
from codeact_agent.recorded import check_recording, find

FILES = sorted((Path(__file__).parents[2] / "web" / "recordings").glob("*.json"))
REQUIRED = {
    "laptops", "cities", "self_debug", "circle", "logs", "sales_csv", "simulation", "parsing", "slow_then_fast",
    "bar_chart", "planets", "two_agents",
}  # fmt: skip
EACH = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def _load(path: Path) -> dict[str, Any]:
    recording: dict[str, Any] = json.loads(path.read_text())
    return recording


def _steps(path: Path) -> list[dict[str, Any]]:
    """What the model did; its plans are no steps."""
    return [step for step in _load(path)["steps"] if not step.get("plan")]


def test_the_required_tasks_are_there() -> None:
    assert {path.stem for path in FILES} >= REQUIRED


@EACH
def test_it_is_a_recording_of_its_name(path: Path) -> None:
    assert check_recording(_load(path), path.name)["id"] == path.stem


@EACH
def test_its_tools_exist(path: Path) -> None:
    recording = _load(path)
    used = set(recording["tools"]).union(*(each["tools"] for each in recording.get("managed_agents", [])))
    assert used <= set(DEMO_TOOLS)


@EACH
def test_every_reply_holds_python(path: Path) -> None:
    for step in _steps(path):
        code = parse(step["reply"]).code
        assert code
        ast.parse(code)


@EACH
def test_only_its_last_reply_answers(path: Path) -> None:
    answering = ["final_answer(" in parse(step["reply"]).code for step in _steps(path)]
    assert answering[-1]
    assert not any(answering[:-1])


@EACH
def test_every_step_says_what_happened(path: Path) -> None:
    observations = [step.get("observation") for step in _steps(path)]
    assert all(observations)
    assert observations[-1] == "The final answer was given."


@EACH
def test_it_is_found_by_its_id_and_by_its_task(path: Path) -> None:
    recordings = [_load(each) for each in FILES]
    wanted = _load(path)
    assert find(wanted["id"], recordings) == wanted
    assert find(wanted["task"], recordings) == wanted
