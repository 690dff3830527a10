"""Whether the run goes on: shared by a host and the hosts of its sub-agents."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import anyio

from codeact_agent.errors import Stopped

__all__ = ["RunControl"]


class RunControl:
    """Number and state of the current run."""

    def __init__(self) -> None:
        self.stopping = False
        self.run = 0
        """0 outside any run."""
        self._runs = 0
        self._waiting: set[anyio.CancelScope] = set()

    @contextmanager
    def running(self) -> Iterator[None]:
        """One run."""
        self._runs += 1
        self.run = self._runs
        self.stopping = False
        try:
            yield
        finally:
            self.run = 0

    def stop(self) -> None:
        """Stop the run; called in the event loop's thread."""
        self.stopping = True
        for scope in self._waiting:
            scope.cancel()

    @contextmanager
    def until_stopped(self) -> Iterator[None]:
        """What is awaited in here is cancelled when the person stops the run. Raises Stopped then."""
        if self.stopping:
            raise Stopped
        with anyio.CancelScope() as scope:
            self._waiting.add(scope)
            try:
                yield
            finally:
                self._waiting.discard(scope)
        if scope.cancelled_caught:
            raise Stopped
