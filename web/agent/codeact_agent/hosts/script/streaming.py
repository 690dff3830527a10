"""A run's events as an iterator."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

from codeact_agent.hosts.script.result import RunResult

__all__ = ["events_of"]


def events_of(
    solve: Callable[[Callable[[dict[str, Any]], None]], RunResult],
) -> Iterator[dict[str, Any] | RunResult]:
    """The events that ``solve(on_event)`` tells, as they come, and what it returns. Raises what it raises."""
    events: queue.SimpleQueue[dict[str, Any] | RunResult | BaseException] = queue.SimpleQueue()

    def run() -> None:
        try:
            events.put(solve(events.put))
        except BaseException as error:  # noqa: BLE001 - it is raised where the events are read
            events.put(error)

    threading.Thread(target=run, name="codeact run", daemon=True).start()
    while True:
        event = events.get()
        if isinstance(event, BaseException):
            raise event
        yield event
        if isinstance(event, RunResult):
            return
