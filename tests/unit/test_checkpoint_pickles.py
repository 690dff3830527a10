"""Variables are saved one by one, and come back in a fresh process."""

from __future__ import annotations

import base64
import json
import linecache
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from codeact_runtime.tracebacks import remember_source, restore_sources, sources, step_filename

SUPPORT = Path(__file__).parents[1] / "support" / "checkpoint_process.py"

CASES = tomllib.loads(Path(__file__).with_name("checkpoint_cases.toml").read_text())
KEPT = {name: case for name, case in CASES["kept"].items() if sys.version_info >= tuple(case.get("python", ()))}
LOST, NOT_RESTORED = CASES["lost"], CASES["not_restored"]


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


# Rounds of code, each followed by a round of saving; what each round must give for some variables, and what must
# hold after a restore from the last bytes of each.
ROUNDS: dict[str, tuple[list[str], list[dict[str, object]], str]] = {
    "only what changed": (
        ["a = [1]; b = {'a': a}; def_ = lambda: a; s = {'x', 'y'}", "a.append(2); c = 3", ""],
        [
            {"a": bytes, "b": bytes, "def_": bytes, "s": bytes},
            {"a": bytes, "b": "unchanged", "def_": "unchanged", "s": "unchanged", "c": bytes},
            dict.fromkeys(["a", "b", "def_", "s", "c"], "unchanged"),
        ],
        "assert def_() is a == [1, 2] and b['a'] is a and c == 3",
    ),
    "a name that goes and comes back": (
        ["a = 1", "del a", "a = 1"],
        [{"a": bytes}, {}, {"a": bytes}],
        "assert a == 1",
    ),
    "what becomes saveable": (
        ["a = [i for i in [1]]; b = [a]", "a.append(i for i in a)", "a.pop()"],
        [
            {"a": bytes, "b": bytes},
            {"a": "it holds an object of type generator: generators cannot be saved", "b": None},
            {"a": bytes, "b": bytes},
        ],
        "assert b[0] is a == [1]",
    ),
    "no more than all may take": (
        ["a = bytes(150_000); b = bytes(150_000); c = bytes(150_000); d = bytes(150_000); e = 1", "del a"],
        [
            {"a": bytes, "c": bytes, "d": "the variables together would be larger than 500,000 bytes", "e": bytes},
            {"b": "unchanged", "d": bytes},
        ],
        "assert len(d) == 150_000 and e == 1",
    ),
    "a circle that changes": (
        ["a = []; b = [a]; a.append(b)", "a.append(5)", "b.clear()"],
        [{"a": bytes, "b": bytes}, {"a": bytes, "b": bytes}, {"b": bytes}],
        "assert a == [b, 5] and a[0] is b == []",
    ),
    "a class redefined while its instances live": (
        ["class A:\n    v = 1\nold = A()", "class A:\n    v = 2\nnew = A()"],
        [{"A": bytes, "old": bytes}, {"A": bytes, "old": bytes, "new": bytes}],
        "assert old.v == 1 and new.v == 2 and type(new) is A",
    ),
}


@pytest.fixture(scope="module")
def rounds() -> dict[str, Any]:
    return there_and_back({name: {"make": make, "check": check} for name, (make, _, check) in ROUNDS.items()})


@pytest.mark.parametrize("name", ROUNDS)
def test_a_round_gives_what_changed(rounds: dict[str, Any], name: str) -> None:
    case = rounds[name]
    for expected, saved in zip(ROUNDS[name][1], case["rounds"], strict=True):
        for variable, what in expected.items():
            if what is bytes:
                assert isinstance(saved[variable], str), (variable, saved[variable])
                assert saved[variable] != "unchanged", variable
            elif what is not None:
                assert saved[variable] in (what, {"lost": what}), variable
    assert not case["failure"], case["failure"]
    assert case["lost"] == {}


def test_damaged_bytes_are_lost_alone() -> None:
    case = {"make": ["a = 1; b = [2]"], "check": "assert a == 1"}
    saved = play("save", {"case": case})["case"]
    saved["rounds"][0]["b"] = base64.b64encode(b"{}").decode()
    saved["rounds"][0]["c"] = base64.b64encode(b"nonsense").decode()
    restored = play("restore", {"case": case | saved})["case"]
    assert set(restored["lost"]) == {"b", "c"}
    assert not restored["failure"], restored["failure"]


def test_sources_of_steps_come_back_newest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linecache, "cache", {})
    for number in range(1, 4):
        remember_source(step_filename(number), f"def f():\n    return {number} / 0\n")
    saved = sources(most=2 * len("def f():\n    return 1 / 0\n"))
    assert list(saved) == ["<step 2>", "<step 3>"]
    linecache.cache.clear()
    restore_sources(saved)
    assert linecache.getline("<step 3>", 2) == "    return 3 / 0\n"
    assert sources() == saved
