"""What a run gives to a script, gathered from its events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["RunResult", "StepLog"]


@dataclass(frozen=True)
class RunResult:
    """How a run ended.

    ``answer`` is the JSON value given to ``final_answer`` (its text where JSON has no such value);
    ``status`` one of docs/events.md; ``error`` a sentence or None; ``steps`` hold ``{step, reply, thought,
    code, observation, result, difference, duration_ms}``; ``sandbox`` ``{browser, python, boot_ms,
    from_image}``.
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


class StepLog:
    """Gathers the steps of the current run from its events."""

    def __init__(self) -> None:
        self.steps: list[dict[str, Any]] = []

    def take(self, event: dict[str, Any]) -> None:
        """Note what belongs to a step."""
        kind = event["type"]
        if kind == "run_started":
            self.steps = []
        elif kind == "step_started":
            self.steps.append({"step": event["step"]})
        elif kind == "model_replied":
            self.steps[-1]["reply"] = event["text"]
        elif kind == "code_parsed":
            self.steps[-1].update(thought=event["thought"], code=event["code"])
        elif kind == "step_finished":
            keys = ("observation", "result", "error", "difference", "duration_ms")
            self.steps[-1].update({key: event[key] for key in keys})
