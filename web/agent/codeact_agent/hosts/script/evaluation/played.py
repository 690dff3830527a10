"""What the runner asks of a suite, and what it is told of one run."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

__all__ = ["Evaluated", "Planned", "Played", "Player"]


@dataclass(frozen=True)
class Planned:
    """One task to be run in one mode."""

    id: str
    domain: str
    mode: str


@dataclass(frozen=True)
class Played:
    """How a run went.

    ``turns`` are replies of the model; ``tokens`` those sent and received together, None where nobody counted.
    ``verdict`` says what is wrong with the answer, ``error`` why there is none that could be judged;
    ``unreachable``: no reply came at all, so that the next task would fare no better.
    """

    success: bool
    answer: Any
    verdict: str | None
    error: str | None
    turns: int
    tokens: int | None
    seconds: float
    trace: dict[str, Any]
    unreachable: bool = False


class Player(Protocol):
    """Runs tasks one after the other, in a sandbox of its own."""

    async def play(self, planned: Planned) -> Played:
        """Run and judge one. Raises AgentError where nothing can be run here at all."""
        ...


class Evaluated(Protocol):
    """A suite as the runner sees it. ``digest`` tells whether results are of the same suite."""

    name: str
    digest: str

    def plan(self, modes: tuple[str, ...]) -> list[Planned]:
        """All there is to run, in order. Raises SuiteError for a mode it has not got."""
        ...

    def playing(self, model: str) -> AbstractAsyncContextManager[Callable[[], Player]]:
        """Gives what makes players, each with a sandbox of its own."""
        ...
