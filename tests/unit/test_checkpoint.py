"""Variables are saved one by one, and come back in a fresh process."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

SUPPORT = Path(__file__).parents[1] / "support" / "checkpoint_process.py"

CASES = tomllib.loads(Path(__file__).with_name("checkpoint_cases.toml").read_text())
KEPT, LOST, NOT_RESTORED = CASES["kept"], CASES["lost"], CASES["not_restored"]


def play(how: str, cases: dict[str, Any]) -> dict[str, Any]:
    path = ":".join(each for each in sys.path if each)
    done = subprocess.run(
        [sys.executable, str(SUPPORT), how], input=json.dumps(cases), capture_output=True, text=True,
        env={"PYTHONPATH": path}, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def there_and_back(cases: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Save in one process and restore in another; gives what both told."""
    saved = play("save", cases)
    assert not any("failure" in each for each in saved.values()), saved
    restored = play("restore", {name: cases[name] | saved[name] for name in cases})
    return {name: saved[name] | restored[name] for name in cases}


@pytest.fixture(scope="module")
def kept() -> dict[str, Any]:
    return there_and_back({name: case | {"make": [case["make"]]} for name, case in KEPT.items()})


@pytest.mark.parametrize("name", KEPT)
def test_comes_back_whole(kept: dict[str, Any], name: str) -> None:
    case = kept[name]
    assert {each: value for each, value in case["rounds"][0].items() if isinstance(value, dict)} == {}
    assert case["lost"] == {}
    assert not case["failure"], case["failure"]
    assert case["names"] == [*case["modules"], *case["rounds"][0]]


@pytest.fixture(scope="module")
def lost() -> dict[str, Any]:
    return there_and_back(
        {name: {"make": ["y = [1]\n" + case["make"]], "check": "assert y == [1]"} for name, case in LOST.items()}
    )


@pytest.mark.parametrize("name", LOST)
def test_is_lost_alone_and_says_why(lost: dict[str, Any], name: str) -> None:
    case = lost[name]
    told = case["rounds"][0]["x"]
    assert isinstance(told, dict), "was saved"
    assert LOST[name].get("why") in (None, told["lost"])
    assert not case["failure"], case["failure"]


@pytest.fixture(scope="module")
def not_restored() -> dict[str, Any]:
    rest = {"check": "assert y == [1]", "no_tools": True}
    return there_and_back(
        {name: rest | {"make": ["y = [1]", case["make"]]} for name, case in NOT_RESTORED.items()}
    )


@pytest.mark.parametrize("name", NOT_RESTORED)
def test_what_fails_is_lost_with_what_refers_to_it(not_restored: dict[str, Any], name: str) -> None:
    case = not_restored[name]
    assert case["lost"] == NOT_RESTORED[name]["lost"]
    assert not case["failure"], case["failure"]
