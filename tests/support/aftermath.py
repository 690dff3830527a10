"""What was seen of one attack."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from support.attack import Attack

__all__ = ["LIMITS", "REFUSED_UNRUN", "Aftermath"]

# Of the grace a quarter is for describing an error, which a busy machine may need.
LIMITS = {"time_ms": 8000, "grace_ms": 1200, "tool_calls": 4000}
"""Of the sandboxes that are attacked."""
REFUSED_UNRUN = ("ImportRefused", "CallRefused")
"""Errors of code that was read and not run."""
_GENTLE = ("net-js", "net-py", "prompt-injection", "rich-output", "secrets", "tool-args")
"""Kinds that try to get something out and change nothing inside: the next attack may have their interpreter."""


@dataclass
class Aftermath:
    """What was seen of one attack."""

    attack: Attack
    hardened: bool
    time_ms: float
    """What the attack itself was given."""
    step: dict[str, Any]
    """``{result}`` or ``{error}``, ``ms``, and what the page was sent meanwhile."""
    followed: list[dict[str, Any]]
    after: dict[str, dict[str, Any]]
    again: dict[str, Any] | None
    fresh: str
    """``SURROUNDINGS`` of an interpreter no attack has seen."""
    packages: str
    """``PACKAGES`` before any attack."""
    before: str
    looks: str
    ticks: int
    widest: float
    longest: float
    share: float
    planted: str
    canary: list[bytes] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @property
    def wall_ms(self) -> float:
        """By when it has to be over."""
        return self.time_ms + LIMITS["grace_ms"]

    @property
    def result(self) -> dict[str, Any] | None:
        """The step's result; None if it was ended without one."""
        return self.step.get("result")

    @property
    def ending(self) -> str:
        """``ok``, the name of Python's error, or the kind of the sandbox's."""
        if self.result is None:
            return str(self.step["error"]["kind"])
        return self.result["error"]["name"] if self.result["error"] else "ok"

    @property
    def said(self) -> str:
        """Whatever the code got across in this step, as one text."""
        return str({name: value for name, value in self.step.items() if name != "ms"})

    @property
    def is_spent(self) -> bool:
        """Whether the interpreter may be another than before, so that the next attack must not have it."""
        if self.again:
            return False  # it is a fresh one
        if self.attack.then:
            return True
        if self.result is None:
            return False  # the attack's own has been replaced, and nothing was saved of it
        if not self.result["sound"]:
            return True
        return self.attack.kind not in _GENTLE and self.ending not in REFUSED_UNRUN
