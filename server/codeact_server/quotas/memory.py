"""Counts in this process, by a clock that nobody sets. Used by ``quotas.ledger``."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from math import ceil

from limits.aio.storage import MovingWindowSupport, Storage

__all__ = ["SteadyMemory"]

_SWEEP_SECONDS = 60
# Goes on while a laptop sleeps, where there is such a clock: a day is a day.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def _now() -> float:
    return time.clock_gettime(_CLOCK)


@dataclass(slots=True)
class _Counter:
    ends: float
    count: int = 0


@dataclass(slots=True)
class _Window:
    ends: float = 0
    times: deque[float] = field(default_factory=deque)


class SteadyMemory(Storage, MovingWindowSupport):
    """A storage for ``limits``, in place of its own MemoryStorage.

    That one counts by time.time(), so that setting the clock back an hour shuts callers out for an hour, and on
    each request hands every window of every caller to a thread (docs/adr/0037). The past is swept once a minute.
    """

    STORAGE_SCHEME = None
    base_exceptions: tuple[type[Exception], ...] = ()

    def __init__(self) -> None:
        super().__init__()
        self._counters: dict[str, _Counter] = {}
        self._windows: dict[str, _Window] = {}
        self._swept = _now()

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add ``amount``; the window begins with the first."""
        now = self._sweep()
        counter = self._counters.get(key)
        if counter is None or counter.ends <= now:
            counter = self._counters[key] = _Counter(now + expiry)
        counter.count += amount
        return counter.count

    def give_back(self, key: str, amount: int, most_left: float) -> None:
        """Take ``amount`` from the count, down to 0, if the window runs for ``most_left`` seconds at most."""
        counter, now = self._counters.get(key), _now()
        if counter and now < counter.ends <= now + most_left:
            counter.count = max(0, counter.count - amount)

    async def get(self, key: str) -> int:
        """Give what was counted in the window that runs, or 0."""
        counter = self._counters.get(key)
        return counter.count if counter and counter.ends > _now() else 0

    async def get_expiry(self, key: str) -> float:
        """Give when the window ends, as time.time() would show it: so the library wants it."""
        counter = self._counters.get(key)
        return time.time() + (max(0.0, counter.ends - _now()) if counter else 0.0)

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Note ``amount`` requests, unless that makes more than ``limit`` within the last ``expiry`` seconds."""
        now = self._sweep()
        window = self._windows.setdefault(key, _Window())
        _forget(window.times, now - expiry)
        if len(window.times) + amount > limit:
            return False
        window.times.extend([now] * amount)
        window.ends = now + expiry
        return True

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """Give when the oldest of the noted requests was, as time.time() would show it, and how many there are."""
        now, window = _now(), self._windows.get(key)
        if window is not None:
            _forget(window.times, now - expiry)
        if window is None or not window.times:
            return time.time(), 0
        return time.time() - (now - window.times[0]), len(window.times)

    def take_counters(self) -> list[tuple[str, int, int]]:
        """Give (key, seconds it still runs, count) of each counter, and forget it: it goes elsewhere."""
        now = _now()
        counters, self._counters = self._counters, {}
        return [
            (key, ceil(each.ends - now), each.count)
            for key, each in counters.items()
            if each.count and each.ends > now
        ]

    async def check(self) -> bool:
        """It is always there."""
        return True

    async def clear(self, key: str) -> None:
        """Forget what was counted for ``key``."""
        self._counters.pop(key, None)
        self._windows.pop(key, None)

    async def reset(self) -> int:
        """Forget everything."""
        many = len(self._counters) + len(self._windows)
        self._counters.clear()
        self._windows.clear()
        return many

    def _sweep(self) -> float:
        now = _now()
        if now - self._swept > _SWEEP_SECONDS:
            self._swept = now
            self._counters = {key: each for key, each in self._counters.items() if each.ends > now}
            self._windows = {key: each for key, each in self._windows.items() if each.ends > now}
        return now


def _forget(times: deque[float], until: float) -> None:
    while times and times[0] <= until:
        times.popleft()
