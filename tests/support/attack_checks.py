"""What a row's ``must`` means: one function for each phrase of the closed vocabulary."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from codeact_agent.tools import call
from support.aftermath import REFUSED_UNRUN, Aftermath
from support.attacked_page import TOOLS, slack
from support.loops import run_apart

__all__ = ["AFTER", "CHECKS", "check", "was_disturbed", "was_refused"]

MARGIN_MS = 1000
RESPONSIVE_MS = 100
LEAST_SHARE_OF_TICKS = 0.8

PERSON_CHARS = 1_000_000
MODEL_CHARS = 10_000
DISPLAY_CHARS = 2_000_000

# The interpreter or its worker broke, and was replaced.
BROKEN = ("interpreter_died", "worker_died", "worker_error", "unknown_message", "message_flood")

AFTER = {
    "42": "40 + 2",
    "prints": "import sys\nwritten = sys.stdout.write('real\\n')",
    "raises": "[][1]",
    "answers": "globals().pop('final_answer', None)\nfinal_answer([7])",
}
"""Steps that tell whether the next ones work, and whether what they give is real."""


def next_step(seen: Aftermath) -> None:
    """For every attack: follow-up steps succeed, and a plain sum gives what it should.

    Where hardened, a follow-up step may instead meet the list of imports, and where much is kept, the ceiling.
    """
    met = (*(REFUSALS if seen.hardened else ()), *(("MemoryError",) if seen.attack.kind == "memory" else ()))
    for step in seen.followed:
        assert step.get("result"), f"a step after the attack: {step}"
        assert not step["result"]["error"] or step["result"]["error"]["name"] in met, step["result"]["error"]
    result = seen.after["42"].get("result")
    assert result, seen.after["42"]
    assert (result["error"], result["results"]) == (None, [{"text/plain": "42"}])


REFUSALS = (*REFUSED_UNRUN, "ModuleNotFoundError", "ImportError")


def was_refused(seen: Aftermath) -> bool:
    """Whether the hardening stopped it before it did what it is about."""
    return seen.hardened and seen.ending in REFUSALS


def no_request(seen: Aftermath) -> None:
    assert seen.canary == []
    assert seen.requests == []


def host_untouched(seen: Aftermath) -> None:
    assert json.loads(seen.looks) == json.loads(seen.before)
    assert seen.step["heard"] == []


def in_time(seen: Aftermath) -> None:
    """A typed result within the wall clock and a second."""
    assert seen.step["ms"] < seen.wall_ms + MARGIN_MS * slack(), f"took {seen.step['ms']:.0f} ms"


def responsive(seen: Aftermath) -> None:
    """The page went on all the while."""
    assert seen.longest <= RESPONSIVE_MS * slack(), f"one task of the page took {seen.longest:.0f} ms"
    if seen.ticks > 10:
        gap = f"widest gap {seen.widest:.0f} ms"
        assert seen.share >= LEAST_SHARE_OF_TICKS / slack(), f"{seen.share:.0%} of the ticks, {gap}"


def ordinary(seen: Aftermath) -> None:
    """An aim of the hardening, not of the boundary: where there is none, any typed ending will do."""
    if seen.hardened:
        assert seen.result is not None, f"the interpreter was lost: {seen.ending}"
    if seen.hardened and seen.attack.needs_js:
        assert seen.result
        assert seen.result["error"], "js was there"


def only_declared_tools(seen: Aftermath) -> None:
    """What came to the host is played to the real one, which must run it or refuse it with an error."""
    asked = [(each["name"], json.loads(each["arguments"])) for each in seen.step["calls"][:200]]
    assert {name for name, _ in asked} <= set(TOOLS)
    assert all(isinstance(arguments, dict) for _, arguments in asked)
    for answer in run_apart(_play(asked)):
        assert set(answer) in ({"value"}, {"error"})


async def _play(asked: list[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    return [await call(TOOLS, name, arguments) for name, arguments in asked]


def nothing_forged(seen: Aftermath) -> None:
    """Rows that forge use the word; here it may only stand in the code itself."""
    result = seen.result or {}
    shown = [result.get("results"), result.get("final_answer"), seen.step["displayed"], seen.step["output"]]
    assert "forged" not in str(shown), shown
    assert "forged" not in str([each["name"] for each in seen.step["calls"]])
    assert seen.step["heard"] == []
    ours_is_real(seen)


def ours_is_real(seen: Aftermath) -> None:
    """What later steps print, raise and answer is what they did."""
    results = {name: step.get("result") for name, step in seen.after.items()}
    assert all(results.values()), seen.after
    assert results["prints"]["stdout"] == "real\n"
    assert "real\n" in seen.after["prints"]["output"]
    assert (results["raises"]["error"] or {}).get("name") == "IndexError", results["raises"]
    assert "[][1]" in results["raises"]["error"]["traceback"], results["raises"]["error"]
    assert results["answers"]["final_answer"]["json"] == "[7]"
    assert seen.step["called"] >= len(seen.step["calls"])


def no_secret(seen: Aftermath) -> None:
    assert seen.planted not in seen.said


def broke_in_time(seen: Aftermath) -> None:
    """Better than a crash is none; what must not be is a step that ends by the wall clock alone."""
    assert seen.ending in BROKEN or seen.result is not None, seen.ending


def timed_out(seen: Aftermath) -> None:
    """By the clock, by its worker's end, or by a limit on what it did so often."""
    ended = seen.result["timed_out"] if seen.result else seen.ending in ("killed", *BROKEN)
    assert ended or seen.ending in ("KeyboardInterrupt", "SandboxError", "ToolLimit"), seen.ending


def out_of_memory(seen: Aftermath) -> None:
    """MemoryError in Python, a full file system, or a worker that was ended for it."""
    assert seen.ending in ("MemoryError", "OSError", "memory", "killed"), seen.ending


def capped(seen: Aftermath) -> None:
    """No more crossed than may, and where less did than was said, somebody says so."""
    assert seen.step["chars"] <= PERSON_CHARS + 1000
    assert all(sum(map(len, each.values())) <= DISPLAY_CHARS + MODEL_CHARS for each in seen.step["displayed"])
    if seen.result is None:
        return  # no part of it crossed
    result = seen.result
    texts = [result["stdout"], result["stderr"], *(result["error"] or {}).values()]
    texts += [text for bundle in result["results"] for text in bundle.values()]
    assert max(map(len, texts)) <= DISPLAY_CHARS
    assert all(len(text) <= 1.2 * MODEL_CHARS + 200 for text in (result["stdout"], result["stderr"]))
    marked = "not shown" in str(texts) or "not kept" in seen.step["output"] or result["error"]
    assert marked, str(result)[:500]


def nothing_ran_as_a_process(seen: Aftermath) -> None:
    assert "uid=" not in seen.said


def something_came_back(seen: Aftermath) -> None:
    assert seen.ending != "ok" or seen.step["output"], "no error, and not a word"


def nothing_crosses(seen: Aftermath) -> None:
    assert seen.again
    assert seen.again["output"] == seen.fresh


def package_not_loaded(seen: Aftermath) -> None:
    assert seen.ending != "ok" or not seen.hardened
    assert seen.after["packages"]["output"] == seen.packages


def shown_elsewhere(seen: Aftermath) -> None:
    """That is for test_attacks_shown.py, where things are really rendered; here nothing more can be asked."""
    host_untouched(seen)


CHECKS: dict[str, Callable[[Aftermath], None]] = {
    "next step still works": next_step,
    "no network request leaves": no_request,
    "host window untouched": host_untouched,
    "rejected before execution or fails as an ordinary Python error": ordinary,
    "only declared tools run, with validated arguments": only_declared_tools,
    "host accepts no forged message": nothing_forged,
    "trace and result shown are the real ones": ours_is_real,
    "no secret or host data is readable": no_secret,
    "storage of host origin not readable": no_secret,
    "host page stays responsive and gets a crash error before the wall clock": broke_in_time,
    "host page stays responsive and gets a timeout error": timed_out,
    "host page stays responsive and gets a memory error": out_of_memory,
    "output is capped and marked truncated": capped,
    "no process starts": nothing_ran_as_a_process,
    "an error comes back": something_came_back,
    "no state crosses into another run": nothing_crosses,
    "package outside the allowlist does not load": package_not_loaded,
    "no script runs from rendered output": shown_elsewhere,
    "observation text cannot forge trace structure": shown_elsewhere,
}

_ENDINGS = (broke_in_time, timed_out, out_of_memory, capped)
_ALWAYS = (next_step, no_request, host_untouched, in_time, no_secret, only_declared_tools)


def was_disturbed(seen: Aftermath) -> bool:
    """Whether it took too long: an attack that does it does it each time, a busy machine now and then."""
    try:
        responsive(seen)
        in_time(seen)
        if "host page stays responsive and gets a crash error before the wall clock" in seen.attack.must:
            broke_in_time(seen)
    except AssertionError:
        return True
    return False


def check(seen: Aftermath, *, timed: bool = True) -> None:
    """All that must hold after every attack, and what its row asks. An unknown phrase is a KeyError.

    Without ``timed`` it may take any time: for a browser in which all is slow.

    An attack that was refused has had no end of its own: how it would have ended is not asked.
    """
    for holds in dict.fromkeys([*_ALWAYS, responsive, *(CHECKS[phrase] for phrase in seen.attack.must)]):
        if (was_refused(seen) and holds in _ENDINGS) or (not timed and holds in (in_time, responsive)):
            continue
        holds(seen)
