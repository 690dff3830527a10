"""Running a plan: results are kept as they come, an interrupted one goes on, figures are right."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from codeact_agent.errors import AgentError
from codeact_agent.hosts.script.evaluation.errors import ResultsError
from codeact_agent.hosts.script.evaluation.played import Planned, Played
from codeact_agent.hosts.script.evaluation.results import Results
from codeact_agent.hosts.script.evaluation.runner import evaluate
from codeact_agent.hosts.script.evaluation.summary import summarise
from codeact_agent.hosts.script.evaluation.table import result_line, table

TASKS = {"a": "maths", "b": "text", "c": "maths"}


def _played(**changed: Any) -> Played:
    whole: dict[str, Any] = {
        "success": True, "answer": 1, "verdict": None, "error": None, "turns": 2, "tokens": 100, "seconds": 0.5,
        "trace": {"events": []},
    }  # fmt: skip
    return Played(**{**whole, **changed})


class Scripted:
    """A suite whose runs are made up; everything else is real."""

    name = "scripted"
    digest = "d1"

    def __init__(self, play: Callable[[Planned], Played] = lambda planned: _played()) -> None:
        self._play = play
        self.played: list[tuple[str, str]] = []
        self.players = 0
        self.at_once = 0
        self._now = 0

    def plan(self, modes: tuple[str, ...]) -> list[Planned]:
        return [Planned(name, TASKS[name], mode) for mode in modes for name in TASKS]

    @asynccontextmanager
    async def playing(self, model: str) -> AsyncIterator[Callable[[], Scripted]]:
        yield self._player

    def _player(self) -> Scripted:
        self.players += 1
        return self

    async def play(self, planned: Planned) -> Played:
        self._now += 1
        self.at_once = max(self.at_once, self._now)
        await asyncio.sleep(0)
        self._now -= 1
        played = self._play(planned)
        self.played.append((planned.mode, planned.id))
        return played


def _results(path: Path, suite: Scripted, model: str = "m") -> Results:
    return Results(path, suite.name, suite.digest, model)


def _run(suite: Scripted, path: Path, modes: tuple[str, ...] = ("code",), **options: Any) -> list[Any]:
    seen: list[Any] = []
    told = lambda *each: seen.append(each)  # noqa: E731
    asyncio.run(evaluate(suite, "m", modes, _results(path, suite), on_result=told, **options))
    return seen


def _document(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text())
    return document


def test_each_result_is_written_with_its_trace(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "results.json"
    seen = _run(Scripted(), out, ("code", "json"))
    assert [(number, total) for _, number, total in seen] == [(n, 6) for n in range(1, 7)]
    document = _document(out)
    assert {key: document[key] for key in ("suite", "model")} == {"suite": "scripted", "model": "m"}
    assert [(each["mode"], each["id"]) for each in document["results"]] == [
        (mode, name) for mode in ("code", "json") for name in TASKS
    ]
    first = document["results"][0]
    assert set(first) >= {"id", "domain", "mode", "success", "turns", "tokens", "seconds", "trace"}
    assert first["trace"] == "results_traces/code/a.json"
    assert json.loads((out.parent / first["trace"]).read_text()) == {"events": []}


def test_a_run_that_was_cut_off_is_gone_on_with(tmp_path: Path) -> None:
    out = tmp_path / "results.json"

    def interrupted(planned: Planned) -> Played:
        if planned.id == "b":
            raise KeyboardInterrupt
        return _played()

    with pytest.raises(KeyboardInterrupt):
        _run(Scripted(interrupted), out)
    assert [each["id"] for each in _document(out)["results"]] == ["a"]
    again = Scripted()
    seen = _run(again, out)
    assert again.played == [("code", "b"), ("code", "c")]
    assert [number for _, number, _ in seen] == [2, 3]
    assert len(_document(out)["results"]) == 3
    third = Scripted()
    _run(third, out)
    assert (third.played, third.players) == ([], 0)


def test_what_could_not_be_judged_is_run_again_and_what_was_wrong_is_not(tmp_path: Path) -> None:
    out = tmp_path / "results.json"
    outcomes = {"a": _played(success=False, error="it broke"), "b": _played(success=False, verdict="3 is not 4")}
    _run(Scripted(lambda planned: outcomes.get(planned.id, _played())), out)
    again = Scripted()
    _run(again, out)
    assert again.played == [("code", "a")]
    assert sorted((each["id"], each["success"]) for each in _document(out)["results"]) == [
        ("a", True), ("b", False), ("c", True),
    ]  # fmt: skip


def test_a_model_that_cannot_be_reached_ends_it_and_nothing_is_lost(tmp_path: Path) -> None:
    out = tmp_path / "results.json"
    gone = _played(success=False, error="The model could not be reached.", unreachable=True)
    with pytest.raises(AgentError, match=r"could not be reached\. What has been run is kept"):
        _run(Scripted(lambda planned: gone if planned.id == "b" else _played()), out)
    assert [each["id"] for each in _document(out)["results"]] == ["a"]


def test_the_limit_takes_the_same_tasks_in_every_mode(tmp_path: Path) -> None:
    suite = Scripted()
    _run(suite, tmp_path / "results.json", ("code", "json"), limit=2)
    assert suite.played == [("code", "a"), ("code", "b"), ("json", "a"), ("json", "b")]


def test_jobs_are_run_at_once_each_with_its_own_player(tmp_path: Path) -> None:
    suite = Scripted()
    _run(suite, tmp_path / "results.json", ("code", "json"), jobs=3)
    assert (suite.players, suite.at_once) == (3, 3)
    assert len(_document(tmp_path / "results.json")["results"]) == 6


@pytest.mark.parametrize(
    ("name", "digest", "model", "words"),
    [
        ("other", "d1", "m", "has results of the suite 'scripted', not 'other'"),
        ("scripted", "d1", "n", "has results of the model 'm', not 'n'"),
        ("scripted", "d2", "m", "The suite 'scripted' has changed since"),
    ],
)
def test_results_of_something_else_are_refused_and_left_alone(
    tmp_path: Path, name: str, digest: str, model: str, words: str
) -> None:
    out = tmp_path / "results.json"
    _run(Scripted(), out)
    before = out.read_bytes()
    with pytest.raises(ResultsError) as caught:
        Results(out, name, digest, model)
    assert words in str(caught.value)
    assert "--out" in str(caught.value)
    assert out.read_bytes() == before


@pytest.mark.parametrize("text", ["", "[]", '{"results": []}', "not JSON"])
def test_a_file_that_holds_no_results_is_refused_and_left_alone(tmp_path: Path, text: str) -> None:
    out = tmp_path / "results.json"
    out.write_text(text)
    with pytest.raises(ResultsError, match="holds no results"):
        _results(out, Scripted())
    assert out.read_text() == text


def test_results_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultsError, match="cannot be written"):
        _results(tmp_path / "file" / "results.json", Scripted())


def _result(mode: str, name: str, success: bool, turns: int, tokens: int | None = 10) -> dict[str, Any]:
    return {
        "id": name, "domain": TASKS[name], "mode": mode, "success": success, "turns": turns, "tokens": tokens,
        "seconds": 1.0, "verdict": "no", "error": None,
    }  # fmt: skip


RESULTS = [
    _result("code", "a", True, 1, 30),
    _result("code", "b", True, 2, None),
    _result("code", "c", False, 3, 10),
    _result("json", "a", True, 4),
    _result("json", "b", True, 3),
    _result("json", "c", True, 9),
]


def test_the_summary_has_figures_per_mode_and_domain() -> None:
    code = summarise(RESULTS)["modes"]["code"]
    assert {key: code[key] for key in code if key != "domains"} == {
        "tasks": 3, "success_percent": 66.7, "turns": 2.0, "tokens": 20.0, "seconds": 1.0,
    }  # fmt: skip
    assert code["domains"]["maths"] == {
        "tasks": 2, "success_percent": 50.0, "turns": 2.0, "tokens": 20.0, "seconds": 1.0,
    }  # fmt: skip
    assert code["domains"]["text"]["tokens"] is None


def test_modes_are_compared_on_the_tasks_that_both_solved() -> None:
    assert summarise(RESULTS)["compared"] == [
        {"mode": "json", "with": "code", "domain": "maths", "tasks": 1, "calls_ratio": 4.0},
        {"mode": "json", "with": "code", "domain": "text", "tasks": 1, "calls_ratio": 1.5},
    ]
    assert summarise([]) == {"modes": {}, "compared": []}


def test_the_table_has_a_row_for_each_domain_and_mode() -> None:
    assert table(summarise(RESULTS[:4])).splitlines() == [
        "mode  domain  tasks  success  turns  tokens  seconds",
        "────  ──────  ─────  ───────  ─────  ──────  ───────",
        "code  maths       2     50 %      2      20        1",
        "code  text        1    100 %      2       –        1",
        "code  all         3   66.7 %      2      20        1",
        "json  maths       1    100 %      4      10        1",
        "json  all         1    100 %      4      10        1",
        "json took 4 × the model calls of code in maths (1 tasks that both solved)",
    ]


def test_a_line_for_each_run() -> None:
    assert result_line(RESULTS[0], 1, 6) == "[1/6] code a: solved (1 turn, 1 s)"
    assert result_line(RESULTS[2], 3, 6) == "[3/6] code c: not solved: no (3 turns, 1 s)"
