"""The portable tests once more, under the MicroPython that the page uses."""

from __future__ import annotations

import pytest
from support.portable import Outcome, portable_tests, run_in_micropython


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    return run_in_micropython()


def test_the_same_tests_run_under_both_interpreters(outcomes: dict[str, Outcome]) -> None:
    assert len(outcomes) > 100
    assert sorted(outcomes) == sorted(portable_tests())


@pytest.mark.parametrize("name", portable_tests())
def test_micropython(outcomes: dict[str, Outcome], name: str) -> None:
    outcome = outcomes[name]
    assert outcome.passed, outcome.error
