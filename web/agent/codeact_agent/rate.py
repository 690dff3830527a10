"""How often a tool may be called. Portable."""

import time

from codeact_agent.errors import DeclarationError

__all__ = ["Rate", "RateLimited"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


class RateLimited(Exception):
    """A tool was called more often than it may be."""


def _monotonic() -> float:
    if hasattr(time, "monotonic"):
        return time.monotonic()
    return time.ticks_ms() / 1000  # type: ignore[attr-defined, no-any-return]


class Rate:
    """At most so many calls in any stretch of the given length (a sliding window)."""

    def __init__(self, text: str, now: "Callable[[], float]" = _monotonic) -> None:
        """``text`` is such as ``10/minute``; raises DeclarationError. ``now`` gives monotonic seconds."""
        count, _, period = text.partition("/") if isinstance(text, str) else ("", "", "")
        period = period.strip()
        if not count.strip().isdigit() or int(count) < 1 or period not in _SECONDS:
            raise DeclarationError(f"a rate is such as '10/minute' (second, minute, hour or day), not {text!r}")
        self.text = f"{int(count)}/{period}"
        self._count = int(count)
        self._seconds = _SECONDS[period]
        self._now = now
        self._taken: list[Any] = []

    def take(self, name: str) -> None:
        """Count one call of ``name``. Raises RateLimited."""
        now = self._now()
        self._taken = [each for each in self._taken if 0 <= now - each < self._seconds]
        if len(self._taken) >= self._count:
            wait = self._seconds - (now - self._taken[0])
            raise RateLimited(f"{name}() may be called {self.text}; the next call is possible in {wait:.1f} s")
        self._taken.append(now)
