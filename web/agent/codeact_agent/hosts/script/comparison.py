"""What differs between a trace and what happened when it was run again."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import zip_longest
from typing import Any

from codeact_agent.observation import without_variables
from codeact_agent.trace import code_that_ran

__all__ = ["Difference", "differences", "in_words"]

_ENDED_BY_ITSELF = ("answered", "forced", "unanswered", "stuck")


@dataclass(frozen=True)
class Difference:
    """``what`` was ``recorded`` and is now ``real``; ``where`` names the step, and the sub-agents on the way."""

    where: str
    what: str
    recorded: Any
    real: Any

    def as_json(self) -> dict[str, Any]:
        """``{where, what, recorded, real}``."""
        return asdict(self)


def differences(recorded: dict[str, Any], real: dict[str, Any], where: str = "") -> Iterator[Difference]:
    """All of them, in the order of the run. Both are traces; times, tokens and cost are not compared."""
    steps, real_steps = recorded["steps"], real["steps"]
    keeps_variables = _is_first_run(recorded)
    for step, real_step in zip(steps, real_steps, strict=False):
        yield from _of_step(step, real_step, f"{where}step {step['step']}", keeps_variables)
    ended = recorded["status"] in _ENDED_BY_ITSELF
    counts = (len(steps), len(real_steps) if ended else min(len(real_steps), len(steps)))
    yield from _of("number of steps", *counts, where + "run")
    if ended:
        yield from _of("status", recorded["status"], real["status"], where + "run")
        yield from _of("answer", _value(recorded["answer"]), _value(real["answer"]), where + "run")
        yield from _of("error", recorded["error"], real["error"], where + "run")


def _of_step(
    recorded: dict[str, Any], real: dict[str, Any], where: str, keeps_variables: bool
) -> Iterator[Difference]:
    yield from _of("code run", code_that_ran(recorded), code_that_ran(real), where)
    calls = zip_longest(recorded["tool_calls_made"], real["tool_calls_made"])
    for number, (call, real_call) in enumerate(calls, 1):
        yield from _of_call(call, real_call, where, number)
    yield from _of("error", _error(recorded), _error(real), where)
    before, after = recorded["observation"] or "", real["observation"] or ""
    if not keeps_variables:  # runs before this one have left theirs
        before, after = without_variables(before), without_variables(after)
    yield from _of("observation", before, after, where)


def _of_call(
    call: dict[str, Any] | None, real_call: dict[str, Any] | None, where: str, number: int
) -> Iterator[Difference]:
    """A call is another where its name or arguments are; what a call of the same gave is compared, too."""
    named = f"tool call {number}"
    if call is None or real_call is None or _key(call) != _key(real_call):
        yield from _of(named, _key(call), _key(real_call), where)
        return
    if "left_out" not in call:
        yield from _of(f"value of {named}, {call['name']}", call.get("value"), real_call.get("value"), where)
    yield from _of(f"error of {named}, {call['name']}", call.get("error"), real_call.get("error"), where)
    if call.get("agent") and real_call.get("agent"):
        yield from differences(call["agent"], real_call["agent"], f"{where}, {call['name']}: ")


def _of(what: str, recorded: Any, real: Any, where: str) -> Iterator[Difference]:
    if recorded != real:
        yield Difference(where, what, recorded, real)


def _key(call: dict[str, Any] | None) -> str | None:
    if call is None:
        return None
    return f"{call['name']}({json.dumps(call['arguments'], ensure_ascii=False, sort_keys=True)})"


def _error(step: dict[str, Any]) -> str | None:
    """Class and text of what the code raised, or what ended its interpreter."""
    error = (step["result"] or {}).get("error")
    if error:
        return f"{error['name']}: {error['value']}"
    return f"{step['error']['kind']}: {step['error']['message']}" if step["error"] else None


def _value(answer: dict[str, Any] | None) -> Any:
    if answer is None:
        return None
    return json.loads(answer["json"]) if answer["json"] is not None else answer["text"]


def _is_first_run(document: dict[str, Any]) -> bool:
    """Whether nothing came before it in its conversation: the first prompt is system prompt and task, and perhaps
    a plan."""
    first = document["steps"][0] if document["steps"] else {}
    asked = (first.get("plan") or {}).get("prompt") or first.get("prompt")
    return asked is not None and asked["messages"] <= (3 if first.get("plan") else 2)


def in_words(difference: Difference) -> str:
    """For a person: one line, or the lines that differ."""
    recorded, real = _text(difference.recorded), _text(difference.real)
    head = f"{difference.where}: {difference.what}"
    if "\n" not in recorded + real:
        return f"{head}\n  recorded: {recorded}\n  now:      {real}"
    lines = difflib.unified_diff(recorded.splitlines(), real.splitlines(), "recorded", "now", lineterm="", n=2)
    return "\n".join([head, *(f"  {line}" for line in lines)])


def _text(value: Any) -> str:
    if value is None:
        return "(nothing)"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
