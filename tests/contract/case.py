"""A case of the contract: code, step by step, and how what must happen is told from what did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Expectation = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """``expect`` maps a path in what happened (``error.name``, ``output``) to a value or a predicate.

    ``answer`` is the person's, where they are asked."""

    code: str
    expect: Expectation = field(default_factory=dict)
    time_ms: int | None = None
    approval: str = "never"
    answer: dict[str, Any] = field(default_factory=lambda: {"approved": False})


@dataclass(frozen=True)
class Case:
    """``tools`` name entries of ``TOOLS``; ``prelude`` is the source of tools of the sandbox."""

    name: str
    steps: list[Step]
    tools: tuple[str, ...] = ()
    prelude: str = ""


@dataclass
class Happened:
    """One step's Result, and what its host saw meanwhile."""

    result: dict[str, Any]
    output: list[tuple[str, str]]
    displayed: list[dict[str, str]]
    calls: list[tuple[str, dict[str, Any]]]
    cards: list[dict[str, Any]] = field(default_factory=list)

    def get(self, path: str) -> Any:
        """The value at a dotted path, ``ABSENT`` if there is none."""
        first, *rest = path.split(".")
        value: Any = (
            getattr(self, first)
            if first in ("output", "displayed", "calls", "cards")
            else self.result.get(first, ABSENT)
        )
        for part in rest:
            if isinstance(value, (list, tuple)) and int(part) < len(value):
                value = value[int(part)]
            elif isinstance(value, dict) and part in value:
                value = value[part]
            else:
                return ABSENT
        return value


class _Absent:
    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = _Absent()


class Check:
    """A predicate with words for the report of a failure."""

    def __init__(self, words: str, holds: Callable[[Any], object]) -> None:
        self.words = words
        self.holds = holds

    def __repr__(self) -> str:
        return self.words


def has(*parts: str) -> Check:
    return Check(f"has {parts}", lambda text: isinstance(text, str) and all(part in text for part in parts))


def lacks(*parts: str) -> Check:
    return Check(f"lacks {parts}", lambda text: isinstance(text, str) and not any(part in text for part in parts))


def both(*checks: Check) -> Check:
    return Check(" and ".join(map(repr, checks)), lambda value: all(each.holds(value) for each in checks))


def matches(words: str, holds: Callable[[Any], object]) -> Check:
    return Check(words, holds)


def row(name: str, kind: str, text: str | Check | None = None) -> Check:
    """A row of the table of variables."""

    def holds(rows: list[dict[str, str]]) -> bool:
        found = [each for each in rows if each["name"] == name]
        if len(found) != 1 or found[0]["type"] != kind:
            return False
        shown = found[0]["repr"]
        return text is None or (bool(text.holds(shown)) if isinstance(text, Check) else shown == text)

    return Check(f"row {name}: {kind} = {text!r}", holds)


def names(*expected: str) -> Check:
    return Check(f"rows {expected}", lambda rows: [each["name"] for each in rows] == list(expected))


def check(happened: Happened, expect: Expectation) -> None:
    """Fail with the path, what was expected and everything that happened."""
    for path, expected in expect.items():
        value = happened.get(path)
        holds = expected.holds(value) if isinstance(expected, Check) else value == expected
        assert holds, (
            f"{path} is {str(value)[:1500]!r}, expected {expected!r}; result: {str(happened.result)[:3000]}"
        )


CLEAN: Expectation = {"error": None, "timed_out": False, "stopped": False, "final_answer": ABSENT}


def value(text: str) -> Expectation:
    return {**CLEAN, "results": [{"text/plain": text}]}


def answer(encoded: str | None, text: Any, **more: Any) -> Expectation:
    return {"error": None, "final_answer.json": encoded, "final_answer.text": text, **more}
