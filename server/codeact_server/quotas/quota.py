"""Lets a request begin if its caller has not had what is allowed, and writes down what it used.

``app`` opens the quotas, the relay asks them around each request. What is counted when: docs/adr/0037.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from math import ceil
from typing import Any, Protocol

from limits import RateLimitItem

from codeact_server.access.caller import Caller
from codeact_server.quota_settings import MICRO, QuotaSettings, Rate
from codeact_server.quotas.ledger import Ledger
from codeact_server.quotas.refusals import Counted, all_used, too_many_streams
from codeact_server.quotas.store import Store, open_store
from codeact_server.quotas.streams import LEASE_SECONDS
from codeact_server.quotas.subjects import Subject, subjects_of

__all__ = ["Quotas", "Spending", "open_quotas"]


class Prepared(Protocol):
    """What must be known of a request: ``relay.prepared.Prepared``."""

    @property
    def input_tokens(self) -> int: ...


class Price(Protocol):
    """Dollars per million tokens: ``upstreams.Price``."""

    @property
    def input(self) -> float: ...
    @property
    def output(self) -> float: ...


class Spending:
    """What one request has used. The relay tells it once, when the answer has ended or broken off."""

    def __init__(self) -> None:
        self.tokens = 0
        self.micro_dollars = 0

    def used(self, input_tokens: int, output_tokens: int, price: Price | None) -> None:
        """Without a call the request counts as having used nothing: no upstream answered it."""
        self.tokens = input_tokens + output_tokens
        self.micro_dollars = _micro_dollars(price, input_tokens, output_tokens)


@dataclass(frozen=True, slots=True)
class _Taken:
    subject: Subject
    counted: Counted
    rate: Rate
    amount: int
    at: float


@dataclass(slots=True)
class _Held:
    """What a request has taken so far, to be given back or settled."""

    lease: str = field(default_factory=lambda: secrets.token_hex(12))
    streams: list[str] = field(default_factory=list)
    amounts: list[_Taken] = field(default_factory=list)


class Quotas:
    """The shares of all callers. Made by ``open_quotas``."""

    def __init__(self, settings: QuotaSettings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._leases: dict[str, list[str]] = {}
        self._settling: set[asyncio.Task[None]] = set()

    @property
    def store_up(self) -> bool:
        """Whether the store of the settings answers."""
        return self._store.is_up

    @asynccontextmanager
    async def admit(self, caller: Caller, prepared: Prepared, price: Price | None) -> AsyncIterator[Spending]:
        """Let a request begin; at the end its stream is over and what it used is counted.

        ``price`` is that of the upstream which is asked first.
        Raises LimitError (429), and ApiError (503) where a lost store means refusal.
        """
        held, spending = _Held(), Spending()
        try:
            subjects = subjects_of(caller, self._settings)
            if len(subjects) > 1:
                # Looked at before anything is counted: an address that has had its share leaves no trace of the
                # identities it makes up.
                await self._check_request(subjects[1])
            for subject in subjects:
                await self._take_request(subject)
            for subject in subjects:
                await self._take_stream(subject, held)
                await self._take_amount(subject, "tokens", subject.share.tokens, prepared.input_tokens, held)
                cost = _micro_dollars(price, prepared.input_tokens, 0)
                await self._take_amount(subject, "dollars", subject.share.dollars if price else None, cost, held)
            yield spending
        finally:
            await self._finish(self._settle(held, spending))

    async def keep_leases(self, seconds: float) -> None:
        """Tell the store, every so many seconds, which streams go on."""
        while True:
            await asyncio.sleep(seconds)
            await self._store.ask(self.renew_leases, settling=True)

    async def renew_leases(self, ledger: Ledger) -> None:
        """Tell ``ledger`` of each answer under way, one after the other."""
        for lease, keys in list(self._leases.items()):
            for key in list(keys):
                if lease in self._leases:
                    await ledger.streams.keep(key, lease)
                if lease not in self._leases:  # it has ended meanwhile, and would be there again
                    await ledger.streams.end(key, lease)

    async def close(self) -> None:
        """Wait for what is still being written."""
        await asyncio.gather(*self._settling)

    async def _check_request(self, subject: Subject) -> None:
        if (rate := subject.share.requests) is None:
            return
        seconds = await self._store.ask(partial(_refusal, rate.item(), f"requests:{subject.key}"))
        if seconds is not None:
            raise all_used("requests", rate, subject.whose, seconds)

    async def _take_request(self, subject: Subject) -> None:
        if (rate := subject.share.requests) is None:
            return
        seconds = await self._store.ask(lambda ledger: ledger.take_request(rate.item(), f"requests:{subject.key}"))
        if seconds is not None:
            raise all_used("requests", rate, subject.whose, seconds)

    async def _take_stream(self, subject: Subject, held: _Held) -> None:
        if (most := subject.share.streams) is None:
            return
        held.streams.append(subject.key)
        if not await self._store.ask(lambda ledger: ledger.streams.take(subject.key, most, held.lease)):
            held.streams.pop()
            raise too_many_streams(most, subject.whose)
        self._leases[held.lease] = held.streams

    async def _take_amount(
        self, subject: Subject, counted: Counted, rate: Rate | None, amount: int, held: _Held
    ) -> None:
        """Take now what it will use at least, so that requests side by side do not pass the limit together."""
        if rate is None:
            return
        item, key = rate.item(_scale(counted)), f"{counted}:{subject.key}"
        before = await self._store.ask(lambda ledger: ledger.take(item, key, amount))
        held.amounts.append(_Taken(subject, counted, rate, amount, time.monotonic()))
        if before >= item.amount or before + amount > item.amount:
            seconds = await self._store.ask(lambda ledger: ledger.seconds_left(item, key))
            raise all_used(counted, rate, subject.whose, seconds, before, amount)

    async def _settle(self, held: _Held, spending: Spending) -> None:
        self._leases.pop(held.lease, None)
        for key in held.streams:
            await self._store.ask(partial(_end, held.lease, key), settling=True)
        used = {"tokens": spending.tokens, "dollars": spending.micro_dollars}
        for taken in held.amounts:
            item, key = taken.rate.item(_scale(taken.counted)), f"{taken.counted}:{taken.subject.key}"
            by, ago = used[taken.counted] - taken.amount, time.monotonic() - taken.at
            await self._store.ask(partial(_correct, item, key, by, ago), settling=True)

    async def _finish(self, settling: Coroutine[Any, Any, None]) -> None:
        """Even where the relay is being cancelled, because its client has left."""
        task = asyncio.create_task(settling)
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)
        await asyncio.shield(task)


@asynccontextmanager
async def open_quotas(settings: QuotaSettings, lease_seconds: float = LEASE_SECONDS) -> AsyncIterator[Quotas]:
    """Give the quotas that ``settings`` describe; on leaving, what was used is written down."""
    async with open_store(settings, lease_seconds) as store:
        quotas = Quotas(settings, store)
        keeping = asyncio.create_task(quotas.keep_leases(lease_seconds / 3))
        try:
            yield quotas
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            await quotas.close()


async def _refusal(item: RateLimitItem, key: str, ledger: Ledger) -> float | None:
    return await ledger.refusal(item, key)


async def _end(lease: str, key: str, ledger: Ledger) -> None:
    await ledger.streams.end(key, lease)


async def _correct(item: RateLimitItem, key: str, by: int, ago: float, ledger: Ledger) -> None:
    await ledger.correct(item, key, by, ago)


def _micro_dollars(price: Price | None, input_tokens: int, output_tokens: int) -> int:
    """Dollars per million tokens are micro-dollars per token; parts of one are rounded up."""
    if price is None:
        return 0
    return ceil(Decimal(str(price.input)) * input_tokens + Decimal(str(price.output)) * output_tokens)


def _scale(counted: Counted) -> int:
    return MICRO if counted == "dollars" else 1
