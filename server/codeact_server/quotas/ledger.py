"""What a caller has had, in one place where it is counted: this process, or Redis. Used by ``quotas.store``."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from limits import RateLimitItem
from limits.aio.storage import RedisStorage, Storage
from limits.aio.strategies import MovingWindowRateLimiter

from codeact_server.quotas.memory import SteadyMemory
from codeact_server.quotas.streams import MemoryStreams, RedisStreams, Streams

if TYPE_CHECKING:
    from redis.asyncio import Redis

__all__ = ["Ledger", "MemoryLedger", "RedisLedger", "open_redis"]

CONNECTIONS = 32
"""To Redis at once; what more is asked waits for one."""
_REDIS_SECONDS = 1.0
# A counter that is gone stays so: below 0 it would be a credit for the next window.
# KEYS: the counter. ARGV: the amount, the most milliseconds that its window may still run.
_GIVE_BACK = """
local left = redis.call('PTTL', KEYS[1])
if left < 0 or left > tonumber(ARGV[2]) then return end
local amount = math.min(tonumber(ARGV[1]), tonumber(redis.call('GET', KEYS[1])))
if amount > 0 then redis.call('DECRBY', KEYS[1], amount) end
"""


class Ledger(ABC):
    """Requests in a moving window, amounts (tokens, micro-dollars) in fixed ones, and streams."""

    def __init__(self, storage: Storage, streams: Streams) -> None:
        self.storage = storage
        self.streams = streams
        self._requests = MovingWindowRateLimiter(storage)

    async def take_request(self, item: RateLimitItem, key: str) -> float | None:
        """Count a request and give None; or give the seconds until the next one is allowed."""
        return None if await self._requests.hit(item, key) else await self._wait(item, key)

    async def refusal(self, item: RateLimitItem, key: str) -> float | None:
        """Give what ``take_request`` would, and count nothing."""
        return None if await self._requests.test(item, key) else await self._wait(item, key)

    async def _wait(self, item: RateLimitItem, key: str) -> float:
        reset, _ = await self._requests.get_window_stats(item, key)
        # Redis forgets it by its own clock then, whatever became of ours since.
        return min(max(0.0, reset - time.time()), item.get_expiry())

    async def take(self, item: RateLimitItem, key: str, amount: int) -> int:
        """Add ``amount`` and give what was counted before, whether or not it is within the limit."""
        name = item.key_for(key)
        if not amount:
            return await self.storage.get(name)
        return await self.storage.incr(name, item.get_expiry(), amount) - amount

    async def seconds_left(self, item: RateLimitItem, key: str) -> float:
        """Give how long the window still runs."""
        return max(0.0, await self.storage.get_expiry(item.key_for(key)) - time.time())

    async def correct(self, item: RateLimitItem, key: str, by: int, taken_ago: float) -> None:
        """Change what was taken ``taken_ago`` seconds ago. Nothing is given back to a window that began later."""
        if by > 0:
            await self.storage.incr(item.key_for(key), item.get_expiry(), by)
        elif by < 0:
            await self._give_back(item.key_for(key), -by, item.get_expiry() - taken_ago + 1)

    @abstractmethod
    async def _give_back(self, name: str, amount: int, most_left: float) -> None:
        """Take ``amount`` from the count, down to 0, if the window runs for ``most_left`` seconds at most."""


class MemoryLedger(Ledger):
    """In this process alone."""

    def __init__(self) -> None:
        self.memory = SteadyMemory()
        super().__init__(self.memory, MemoryStreams())

    async def _give_back(self, name: str, amount: int, most_left: float) -> None:
        self.memory.give_back(name, amount, most_left)

    def forget_streams(self) -> None:
        """Those under way are told to another ledger."""
        self.streams = MemoryStreams()


class RedisLedger(Ledger):
    """In a Redis that several processes share."""

    def __init__(self, redis: Redis, lease_seconds: float) -> None:
        storage = RedisStorage(
            "async+redis://",
            implementation="redispy",
            key_prefix="codeact",
            connection_pool=redis.connection_pool,  # type: ignore[arg-type]  # its annotation forgets it
        )
        super().__init__(storage, RedisStreams(redis, lease_seconds))
        self._redis = redis
        self._giving_back = redis.register_script(_GIVE_BACK)
        self._name = storage.bridge.prefixed_key

    async def _give_back(self, name: str, amount: int, most_left: float) -> None:
        await self._giving_back([self._name(name)], [amount, int(most_left * 1000)])

    async def ping(self) -> None:
        """Raise what asking it raises."""
        await self._redis.ping()

    async def drop_connections(self) -> None:
        """Close those that are not in use: after a loss they are dead, and each would tell it anew."""
        await self._redis.connection_pool.disconnect(inuse_connections=False)


@asynccontextmanager
async def open_redis(url: str, lease_seconds: float) -> AsyncIterator[RedisLedger]:
    """Give a ledger in the Redis at ``url``; whether it answers is found out later. Needs the extra ``redis``."""
    from redis.asyncio import ConnectionPool, Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    # Short, and without retries of its own: a request waits for one answer of Redis at most.
    pool = ConnectionPool.from_url(
        url,
        max_connections=2 * CONNECTIONS,
        socket_timeout=_REDIS_SECONDS,
        socket_connect_timeout=_REDIS_SECONDS,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
    )
    async with Redis.from_pool(pool) as redis:
        yield RedisLedger(redis, lease_seconds)
