"""What a run gives to a script, gathered from its events."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["Memory", "RunResult"]

_NOTHING_USED = {"prompt_tokens": 0, "completion_tokens": 0, "estimated": False}


@dataclass(frozen=True)
class RunResult:
    """How a run ended.

    ``answer`` is the JSON value given to ``final_answer`` (its text where JSON has no such value);
    ``status`` one of docs/events.md; ``error`` a sentence or None; ``steps`` hold ``{step, reply, thought,
    code, calls, observation, result, difference, duration_ms}``; ``sandbox`` ``{browser, python, boot_ms,
    from_image}``; ``usage`` ``{prompt_tokens, completion_tokens, estimated}``; ``cost`` is money, or None where
    no price is known; ``trace`` the document of docs/trace.md.
    """

    task: str
    model: str
    status: str
    answer: Any
    text: str
    error: str | None
    steps: list[dict[str, Any]]
    sandbox: dict[str, Any]
    duration_ms: int
    usage: dict[str, Any] = field(default_factory=lambda: dict(_NOTHING_USED))
    cost: float | None = None
    trace: dict[str, Any] = field(default_factory=dict)

    @property
    def answered(self) -> bool:
        """Whether there is an answer."""
        return self.status in ("answered", "forced")

    def __str__(self) -> str:
        return self.text

    def as_json(self) -> dict[str, Any]:
        """``{answer, steps, sandbox, duration_ms, model}``, as ``codeact-web run --json`` prints it."""
        keys = ("answer", "steps", "sandbox", "duration_ms", "model")
        return {key: getattr(self, key) for key in keys}


class Memory:
    """The steps of a conversation: of all its runs, until it is reset."""

    def __init__(self) -> None:
        self.steps: list[dict[str, Any]] = []
        self._first = 0

    @property
    def of_run(self) -> list[dict[str, Any]]:
        """The steps of the last run."""
        return self.steps[self._first :]

    def reset(self) -> None:
        """Forget them."""
        self.steps = []
        self._first = 0

    def take(self, event: dict[str, Any]) -> None:
        """Note what belongs to a step."""
        kind = event["type"]
        if kind == "run_started":
            self._first = len(self.steps)
        elif kind == "step_started":
            self.steps.append({"step": event["step"]})
        elif kind == "model_replied":
            self.steps[-1].update(reply=event["text"], tool_calls=event["tool_calls"], usage=event["usage"])
        elif kind == "code_parsed":
            self.steps[-1].update(thought=event["thought"], code=event["code"], calls=event["calls"])
        elif kind == "step_finished":
            keys = ("observation", "result", "error", "difference", "duration_ms")
            self.steps[-1].update({key: event[key] for key in keys})
