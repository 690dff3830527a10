"""Answers under way, per caller: here, or as leases in Redis that end by themselves if a process dies."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from redis.asyncio import Redis

__all__ = ["LEASE_SECONDS", "MemoryStreams", "RedisStreams", "Streams"]

LEASE_SECONDS = 60
# By Redis' own clock, since those of several servers differ.
# KEYS: the caller's set. ARGV: the lease, the most at once, milliseconds of a lease.
_CLEAN = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
"""
_WRITE = """
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
"""
_TAKE = f"{_CLEAN}if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end{_WRITE}"
_KEEP = f"{_CLEAN}{_WRITE}"
_PREFIX = "codeact:streams:"


class Streams(Protocol):
    """What has begun and not ended. ``key`` is a caller, ``lease`` one answer."""

    async def take(self, key: str, most: int, lease: str) -> bool:
        """Begin an answer, unless ``most`` are under way."""
        ...

    async def end(self, key: str, lease: str) -> None:
        """End it; one that is not known is no mistake."""
        ...

    async def keep(self, key: str, lease: str) -> None:
        """Tell that it goes on."""
        ...


class MemoryStreams:
    """Those of this process, which end with it at the latest."""

    def __init__(self) -> None:
        self._under_way: defaultdict[str, set[str]] = defaultdict(set)

    async def take(self, key: str, most: int, lease: str) -> bool:
        """As in Streams."""
        if len(self._under_way[key]) >= most:
            return False
        self._under_way[key].add(lease)
        return True

    async def end(self, key: str, lease: str) -> None:
        """As in Streams."""
        leases = self._under_way.get(key, set())
        leases.discard(lease)
        if not leases:
            self._under_way.pop(key, None)

    async def keep(self, key: str, lease: str) -> None:
        """Nothing to do: nothing ends by itself here."""


class RedisStreams:
    """Those of all processes, each a member of the caller's sorted set that counts until its lease is over."""

    def __init__(self, redis: Redis, lease_seconds: float = LEASE_SECONDS) -> None:
        self._redis = redis
        self._milliseconds = int(lease_seconds * 1000)
        self._take = redis.register_script(_TAKE)
        self._keep = redis.register_script(_KEEP)

    async def take(self, key: str, most: int, lease: str) -> bool:
        """As in Streams."""
        return bool(await self._take([_PREFIX + key], [lease, most, self._milliseconds]))

    async def end(self, key: str, lease: str) -> None:
        """As in Streams."""
        await self._redis.zrem(_PREFIX + key, lease)

    async def keep(self, key: str, lease: str) -> None:
        """As in Streams; also writes one that a restarted Redis has forgotten."""
        await self._keep([_PREFIX + key], [lease, 0, self._milliseconds])
