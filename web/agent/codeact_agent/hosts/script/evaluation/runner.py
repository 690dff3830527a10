"""Run what a suite plans, several at once, and keep each result as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from codeact_agent.errors import AgentError
from codeact_agent.hosts.script.evaluation.played import Evaluated, Planned, Player
from codeact_agent.hosts.script.evaluation.results import Results

__all__ = ["evaluate"]

OnResult = Callable[[dict[str, Any], int, int], None]


async def evaluate(
    suite: Evaluated,
    model: str,
    modes: tuple[str, ...],
    results: Results,
    *,
    limit: int | None = None,
    jobs: int = 1,
    on_result: OnResult,
) -> None:
    """Run the first ``limit`` tasks of ``suite`` (all without one) in each of ``modes``; not what ``results`` has.

    ``jobs`` players run at once, each with its own sandbox. ``on_result(result, number, total)`` is called after
    each. Raises AgentError where the model cannot be reached or nothing can be run; what has been run is kept.
    """
    planned = _limited(suite.plan(modes), limit)
    waiting = [each for each in planned if not results.has(each)]
    total, done = len(planned), len(planned) - len(waiting)

    async def work(player: Player) -> None:
        nonlocal done
        while waiting:
            each = waiting.pop(0)
            played = await player.play(each)
            if played.unreachable:
                raise AgentError(f"{played.error} What has been run is kept; the same command goes on.")
            done += 1
            on_result(results.add(each, played), done, total)

    async def work_together() -> None:
        async with suite.playing(model) as make_player, asyncio.TaskGroup() as group:
            for _ in range(min(jobs, len(waiting))):
                group.create_task(work(make_player()))

    try:
        await _unless_cancelled(work_together())
    except BaseExceptionGroup as errors:  # `except*` would put what it raises into a group (Python 3.11.2)
        expected, others = errors.split(AgentError)
        if others or not expected:
            raise
        raise expected.exceptions[0] from None


async def _unless_cancelled(work: Coroutine[Any, Any, None]) -> None:
    """Ctrl-C reaches the browser too: that it has ended is not to be told then."""
    # In a task of its own, since a TaskGroup leaves its task's count of cancellations raised (Python 3.11).
    working = asyncio.create_task(work)
    try:
        await working
    except BaseException:
        task = asyncio.current_task()
        if task and task.cancelling():
            raise asyncio.CancelledError from None
        raise


def _limited(planned: list[Planned], limit: int | None) -> list[Planned]:
    """The same tasks in every mode, so that modes can be compared."""
    ids = set(list(dict.fromkeys(each.id for each in planned))[:limit])
    return [each for each in planned if each.id in ids]
