"""Leaves an upstream alone that has failed several times in a row: see docs/adr/0034."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil
from typing import Literal

from codeact_server.errors import UpstreamError
from codeact_server.upstreams.failures import FailedError

__all__ = ["Breaker"]

OPEN_SECONDS = 15.0

State = Literal["closed", "open", "half-open"]


class Breaker:
    """Closed: all pass. Open: none do, for ``OPEN_SECONDS``. Half-open: one does, and its end decides for all."""

    def __init__(
        self, failures: int, told: Callable[[bool], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """``failures`` in a row open it, unless that is 0; ``clock`` gives seconds.

        ``told`` hears True when it opens and False when it closes.
        """
        self._most = failures
        self._told = told
        self._clock = clock
        self._failures = 0
        self._opened: float | None = None
        self._probing = False

    @property
    def state(self) -> State:
        """What the next request meets."""
        if self._opened is None:
            return "closed"
        return "half-open" if self._clock() - self._opened >= OPEN_SECONDS else "open"

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Judge the upstream by how the body ends. Raises FailedError instead where it is to be left alone.

        An end that tells nothing of the upstream, such as a client's leaving, changes nothing.
        """
        probe = self._admit()
        try:
            yield
        except FailedError as failed:
            self._failed(probe) if failed.sick else self._succeeded()
            raise
        else:
            self._succeeded()
        finally:
            if probe:
                self._probing = False

    def _admit(self) -> bool:
        state = self.state
        if state == "closed":
            return False
        if state == "open" or self._probing:
            raise FailedError(_left_alone(self._remaining()), elsewhere=True, asked=False)
        self._probing = True
        return True

    def _remaining(self) -> float:
        return OPEN_SECONDS - (self._clock() - (self._opened or 0.0))

    def _succeeded(self) -> None:
        self._failures = 0
        if self._opened is not None:
            self._opened = None
            self._told(False)

    def _failed(self, probe: bool) -> None:
        self._failures += 1
        if self._opened is None and 0 < self._most <= self._failures:
            self._opened = self._clock()
            self._told(True)
        elif probe:  # others began before it opened, and say nothing new
            self._opened = self._clock()


def _left_alone(seconds: float) -> UpstreamError:
    message = "The model's provider has failed several times in a row and is left alone for a moment."
    return UpstreamError(503, "upstream_down", message, {"retry-after": str(max(1, ceil(seconds)))})
