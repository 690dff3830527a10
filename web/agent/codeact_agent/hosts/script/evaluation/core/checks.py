"""Judges of tasks that have more than one right answer."""

from __future__ import annotations

from typing import Any

_STRENGTH = {"Ana": 7, "Ben": 4, "Cai": 9, "Dea": 3, "Eli": 6, "Fin": 8, "Gus": 2, "Hal": 5}


def eight_queens(answer: Any) -> bool | str:
    """A list of the columns of rows 0 to 7, the first of them 2."""
    if not isinstance(answer, list) or len(answer) != 8 or any(type(column) is not int for column in answer):
        return "it is no list of eight columns"
    if answer[0] != 2:
        return "the queen of row 0 is not on column 2"
    free = len(set(answer)) == len({row + column for row, column in enumerate(answer)}) == 8
    free = free and len({row - column for row, column in enumerate(answer)}) == 8
    return (free and all(0 <= column < 8 for column in answer)) or "two queens attack each other"


def balanced_team(answer: Any) -> bool | str:
    """Four names of the eight, with half of the strength."""
    if not isinstance(answer, list) or len(answer) != 4 or len(set(map(str, answer))) != 4:
        return "it is no list of four names"
    if any(name not in _STRENGTH for name in answer):
        return "not everybody in it is one of the eight"
    total = sum(_STRENGTH[name] for name in answer)
    return total * 2 == sum(_STRENGTH.values()) or f"the team has a strength of {total}"
