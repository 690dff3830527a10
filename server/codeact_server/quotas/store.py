"""Counts in Redis while it answers, and does what the settings say while it does not. Used by ``quotas.quota``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Literal, TypeVar

from codeact_server.errors import ApiError
from codeact_server.observe.logs import log
from codeact_server.observe.metrics import storage_up
from codeact_server.quota_settings import QuotaSettings
from codeact_server.quotas.ledger import CONNECTIONS, Ledger, MemoryLedger, RedisLedger, open_redis
from codeact_server.quotas.streams import LEASE_SECONDS

__all__ = ["Store", "open_store"]

_T = TypeVar("_T")
_PROBE_SECONDS = 1.0


class Store:
    """A ledger in Redis with one in this process behind it, or the latter alone."""

    def __init__(self, redis: RedisLedger | None, on_loss: Literal["memory", "refuse"]) -> None:
        self._redis = redis
        self._memory = MemoryLedger()
        self._on_loss = on_loss
        self._is_up = True
        self._slots = asyncio.Semaphore(CONNECTIONS)
        self._probing: asyncio.Task[None] | None = None

    @property
    def is_up(self) -> bool:
        """Whether Redis answers; memory always does."""
        return self._is_up

    async def ask(self, question: Callable[[Ledger], Awaitable[_T]], *, settling: bool = False) -> _T:
        """Put ``question`` to the ledger that counts now.

        ``settling``: it writes down what was used already, which is kept here until Redis is back, whatever the
        settings say. Raises ApiError (503) where the settings want callers refused while Redis is lost.
        """
        if self._redis is None:
            return await question(self._memory)
        if self._is_up:
            async with self._slots:
                if self._is_up:  # still, after the wait: nobody queues for an answer that does not come
                    try:
                        return await question(self._redis)
                    except _losses() as exc:
                        self._lose(exc)
        if self._on_loss == "refuse" and not settling:
            said = "What has been used cannot be counted now; try again soon."
            raise ApiError(503, "quota_store_lost", said, {"retry-after": "5"})
        return await question(self._memory)

    async def probe(self) -> None:
        """Ask Redis whether it answers; if it never did, or is lost, go on asking in the background."""
        if self._redis is None:
            return
        try:
            await self._redis.ping()
            storage_up(True)
        except _losses() as exc:
            self._lose(exc)

    async def close(self) -> None:
        """Stop asking."""
        if self._probing is not None:
            self._probing.cancel()
            await asyncio.gather(self._probing, return_exceptions=True)

    def _lose(self, exc: BaseException) -> None:
        if not self._is_up:
            return  # told already
        self._is_up = False
        storage_up(False)
        log.warning("the quotas' store does not answer", meanwhile=self._on_loss, exc_info=exc)
        self._probing = asyncio.create_task(self._come_back())

    async def _come_back(self) -> None:
        assert self._redis is not None
        while True:
            with suppress(*_losses()):
                await self._redis.drop_connections()
                await self._redis.ping()
                await self._carry_over(self._redis)
                break
            await asyncio.sleep(_PROBE_SECONDS)
        self._memory.forget_streams()  # Redis is told of those under way within a lease
        self._is_up = True
        storage_up(True)
        log.info("the quotas' store answers again")

    async def _carry_over(self, redis: RedisLedger) -> None:
        """Add what was counted here, also meanwhile; requests of the last minute are let go."""
        while counters := self._memory.memory.take_counters():
            try:
                while counters:
                    await redis.storage.incr(*counters[-1])
                    counters.pop()
            finally:
                for key, seconds, count in counters:
                    await self._memory.storage.incr(key, seconds, count)


@asynccontextmanager
async def open_store(settings: QuotaSettings, lease_seconds: float = LEASE_SECONDS) -> AsyncIterator[Store]:
    """Give the store that ``settings`` name."""
    if settings.redis_url is None:
        storage_up(True)
        yield Store(None, settings.on_loss)
        return
    async with open_redis(settings.redis_url, lease_seconds) as redis:
        store = Store(redis, settings.on_loss)
        await store.probe()
        try:
            yield store
        finally:
            await store.close()


def _losses() -> tuple[type[BaseException], ...]:
    """Whatever Redis answers with an error is a loss too: it is full, read-only, or wants a password."""
    from redis.exceptions import RedisError

    return (RedisError, OSError, TimeoutError)
