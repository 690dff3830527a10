"""Judging answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from codeact_agent.hosts.script.evaluation.checkers import Checker
from codeact_agent.hosts.script.evaluation.errors import SuiteError
from pydantic import TypeAdapter

CASES = [
    # kind and options, right answers, wrong ones
    ({"kind": "exact", "expected": "Rome"}, ["Rome", " Rome\n"], ["rome", "Rome!", None, 3]),
    ({"kind": "exact", "expected": "Rome", "ignore_case": True}, ["ROME"], ["Romes"]),
    ({"kind": "exact", "expected": 3}, [3, 3.0], ["3", True, 4, None, [3]]),
    ({"kind": "exact", "expected": True}, [True], [1, "True", False]),
    ({"kind": "exact", "expected": None}, [None], [0, "", False]),
    ({"kind": "numeric", "expected": 2.5}, [2.5, "2.5", 2.5 + 1e-12], [2.51, "about 2.5", None, True, [2.5]]),
    ({"kind": "numeric", "expected": 1000, "tolerance": 1}, [999, 1001, "1,000.4"], [998.9, 1002, float("nan")]),
    ({"kind": "numeric", "expected": 1, "tolerance": 0}, [1, 1.0], [True, 1.0000001]),
    ({"kind": "json", "expected": {"a": [1, 2.5], "b": None}},
     [{"b": None, "a": [1, 2.5]}, '{"a":[1,2.5],"b":null}'],
     [{"a": [2.5, 1], "b": None}, {"a": [1, 2.5]}, {"a": [1, 2.5], "b": None, "c": 1}, "{", None]),
    ({"kind": "json", "expected": [1, 2], "any_order": True}, [[2, 1], "[2, 1]"], [[1, 1, 2], [1], {"1": 2}]),
    ({"kind": "json", "expected": [{"x": 1}], "tolerance": 0.1}, [[{"x": 1.05}]], [[{"x": 1.2}], [{"x": True}]]),
    ({"kind": "json", "expected": "yes"}, ["yes"], ['"yes"', "no"]),
]  # fmt: skip


def _checker(declared: dict[str, Any]) -> Any:
    return TypeAdapter(Checker).validate_python(declared)


@pytest.mark.parametrize(("declared", "right", "wrong"), CASES, ids=lambda each: str(each)[:60])
def test_right_and_wrong_answers(
    declared: dict[str, Any], right: list[Any], wrong: list[Any], tmp_path: Path
) -> None:
    checker = _checker(declared)
    assert [checker.check(each, tmp_path) for each in right] == [True] * len(right)
    for each in wrong:
        verdict = checker.check(each, tmp_path)
        assert isinstance(verdict, str), each
        assert verdict


def _predicate(tmp_path: Path, body: str) -> Any:
    (tmp_path / "judge.py").write_text(f"def check(answer):\n    {body}\n")
    return _checker({"kind": "python", "file": "judge.py"})


def test_a_predicate_says_yes_no_or_what_is_wrong(tmp_path: Path) -> None:
    assert _predicate(tmp_path, "return answer % 2 == 0").check(4, tmp_path) is True
    assert _predicate(tmp_path, "return answer % 2 == 0").check(5, tmp_path) == "judge.py: check() says no to 5"
    assert _predicate(tmp_path, "return answer == 1 or 'one too many'").check(2, tmp_path) == "one too many"


def test_a_predicate_that_raises_is_no_wrong_answer(tmp_path: Path) -> None:
    with pytest.raises(
        SuiteError, match=r"judge\.py: check\(\) raised TypeError: .* for the answer \"x\"\. A checker"
    ):
        _predicate(tmp_path, "return answer + 1").check("x", tmp_path)


def test_a_predicate_that_gives_something_else(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="gave int instead of True, False or a text"):
        _predicate(tmp_path, "return 1").check("x", tmp_path)


def test_long_answers_are_cut_in_what_is_said(tmp_path: Path) -> None:
    verdict = _checker({"kind": "exact", "expected": "a"}).check("b" * 10_000, tmp_path)
    assert len(verdict) < 300
