"""What callers may have: counted in this process and in a real Redis, and what they are told when it is gone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest
from codeact_server.access import Caller
from codeact_server.errors import LimitError
from codeact_server.quota_settings import QuotaSettings
from codeact_server.quotas import Quotas, open_quotas
from codeact_server.quotas.ledger import open_redis
from redis import Redis
from support.loops import in_loop
from support.redis_server import RedisServer, running_redis

ALICE = Caller("user:alice", "192.0.2.1", "jwt")
BOB = Caller("user:bob", "192.0.2.2", "jwt")


@dataclass
class Asked:
    input_tokens: int = 10


@dataclass
class Price:
    input: float
    output: float


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture(params=["memory", "redis"])
def store(request: pytest.FixtureRequest, redis: RedisServer) -> str:
    """Both count alike. Redis is emptied by starting it again."""
    if request.param == "memory":
        return "memory"
    redis.stop()
    redis.start()
    return redis.url


def told(**shares):
    return {"per_identity": shares}


@asynccontextmanager
async def opened(store: str, **settings) -> AsyncIterator[Quotas]:
    async with open_quotas(QuotaSettings(store=store, **settings)) as quotas:
        yield quotas


async def spend(quotas, caller=ALICE, input_tokens=10, output_tokens=0, price=None, asked=None):
    async with quotas.admit(caller, Asked(input_tokens if asked is None else asked), price) as spending:
        spending.used(input_tokens, output_tokens, price)


async def refused(quotas, caller=ALICE, **asked) -> LimitError:
    with pytest.raises(LimitError) as caught:
        await spend(quotas, caller, **asked)
    assert caught.value.status == 429
    return caught.value


@in_loop
async def test_requests_over_a_time(store):
    async with opened(store, **told(requests="3/2 seconds")) as quotas:
        began = time.monotonic()
        for _ in range(3):
            await spend(quotas)
        error = await refused(quotas)
        assert error.code == "requests_used_up"
        assert error.headers == {"retry-after": "2"}
        assert str(error) == "You have made the 3 requests of 2 seconds; ask again in 2 s."
        await spend(quotas, BOB)
        await asyncio.sleep(began + 2.05 - time.monotonic())  # the time that was told is what is tested
        await spend(quotas)


@in_loop
async def test_tokens_are_counted_when_they_are_known(store):
    async with opened(store, **told(tokens="1000/day")) as quotas:
        await spend(quotas, input_tokens=100, output_tokens=880, asked=500)  # estimated too high: corrected
        error = await refused(quotas, input_tokens=21)
        assert error.code == "tokens_used_up"
        assert str(error).startswith(
            "This request takes about 21 tokens, and 20 tokens of today's 1,000 tokens are left"
        )
        await spend(quotas, input_tokens=20, output_tokens=500)  # what an answer takes is only known afterwards
        error = await refused(quotas, input_tokens=1)
        assert str(error) == "You have used today's 1,000 tokens; ask again in 24 h."
        assert 86_390 < int(error.headers["retry-after"]) <= 86_400
        await spend(quotas, BOB)
        error = await refused(quotas, BOB, input_tokens=1001)
        assert "retry-after" not in error.headers  # waiting does not help


@in_loop
async def test_a_request_that_failed_used_nothing(store):
    async with opened(store, **told(tokens="100/day", streams=1)) as quotas:
        for _ in range(5):
            with pytest.raises(RuntimeError, match="no upstream"):
                async with quotas.admit(ALICE, Asked(80), None):
                    raise RuntimeError("no upstream")


@in_loop
async def test_what_is_under_way_is_taken_already(store):
    async with opened(store, **told(tokens="100/day")) as quotas, quotas.admit(ALICE, Asked(60), None) as first:
        assert (await refused(quotas, input_tokens=60)).code == "tokens_used_up"
        first.used(10, 10, None)
    async with opened(store, **told(tokens="100/day")) as quotas:
        await spend(quotas, input_tokens=60)


@in_loop
async def test_nothing_is_given_back_to_a_later_window(store):
    async with opened(store, **told(tokens="100/2 seconds")) as quotas:
        await spend(quotas, input_tokens=10)
        await asyncio.sleep(1)
        async with quotas.admit(ALICE, Asked(90), None) as spending:
            await asyncio.sleep(1.5)  # the window has ended, and no other has begun
            spending.used(1, 0, None)
        await spend(quotas, input_tokens=100)
        assert (await refused(quotas, input_tokens=1)).code == "tokens_used_up"


@in_loop
async def test_money_is_whole_micro_dollars(store):
    price = Price(input=0.1, output=0.2)  # a sum of floats would drift
    async with opened(store, **told(dollars="0.0003/day")) as quotas:
        for _ in range(100):
            await spend(quotas, input_tokens=10, output_tokens=10, price=price)
        error = await refused(quotas, input_tokens=10, price=price)
        assert str(error) == "You have used today's $0.0003; ask again in 24 h."
        await spend(quotas, input_tokens=10)  # no price is known: nothing to count


@in_loop
async def test_answers_at_once(store):
    async with opened(store, **told(streams=2)) as quotas, AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(quotas.admit(ALICE, Asked(), None))
        error = await refused(quotas)
        assert (error.code, error.headers["retry-after"]) == ("streams_used_up", "2")
        assert str(error).startswith("You have 2 answers under way")
        await spend(quotas, BOB)
        await stack.aclose()
        await spend(quotas)


@in_loop
async def test_an_answer_that_ends_while_leases_are_renewed_is_not_under_way_again(redis):
    async with (
        opened(redis.url, **told(streams=1)) as quotas,
        open_redis(redis.url, lease_seconds=60) as ledger,
        AsyncExitStack() as answer,
    ):
        await answer.enter_async_context(quotas.admit(ALICE, Asked(), None))
        write = ledger.streams.keep

        async def end_before(key: str, lease: str) -> None:
            await answer.aclose()
            await write(key, lease)

        ledger.streams.keep = end_before
        await quotas.renew_leases(ledger)
        await spend(quotas)


@in_loop
async def test_a_client_that_leaves_frees_its_stream_and_its_tokens_count(store):
    async with opened(store, **told(streams=1, tokens="100/day")) as quotas:
        begun = asyncio.Event()

        async def relay():
            async with quotas.admit(ALICE, Asked(10), None) as spending:
                try:
                    begun.set()
                    await asyncio.Event().wait()
                finally:
                    spending.used(10, 80, None)

        task = asyncio.create_task(relay())
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await refused(quotas, input_tokens=20)).code == "tokens_used_up"
        await spend(quotas, input_tokens=10)


@in_loop
async def test_addresses_have_shares_too_and_an_ipv6_network_is_one(store):
    async with opened(store, per_address={"requests": "2/minute"}) as quotas:
        here = [Caller(f"session:{n}", f"2001:db8:1:2::{n}", "session") for n in range(3)]
        await spend(quotas, here[0])
        await spend(quotas, here[1])
        error = await refused(quotas, here[2])
        assert str(error).startswith("Your network address has made this minute's 2 requests")
        await spend(quotas, Caller("session:9", "2001:db8:1:3::1", "session"))


@in_loop
async def test_on_an_open_server_the_address_is_who_asks(store):
    async with opened(store, **told(requests="1/minute")) as quotas:
        await spend(quotas, Caller(None, "127.0.0.1", "open"))
        await refused(quotas, Caller(None, "127.0.0.1", "open"))
        await spend(quotas, Caller(None, "127.0.0.2", "open"))


@in_loop
async def test_many_at_once_never_pass_the_limit(store):
    async with opened(store, **told(requests="50/minute")) as quotas:
        results = await asyncio.gather(*(spend(quotas) for _ in range(200)), return_exceptions=True)
    assert results.count(None) == 50
    assert {type(each) for each in results} == {type(None), LimitError}


@pytest.mark.parametrize("hours", [-48, -1, 1, 48])
@in_loop
async def test_setting_the_clock_changes_no_window(store, monkeypatch, hours):
    """Here a clock that nobody sets counts; in Redis its own, but for the moving window of requests."""
    async with opened(store, **told(tokens="100/day", requests="3/minute")) as quotas:
        await spend(quotas, input_tokens=90)
        await spend(quotas, input_tokens=9)
        shown = time.time
        monkeypatch.setattr(time, "time", lambda: shown() + hours * 3600)
        await spend(quotas, input_tokens=1)
        if store == "memory":
            error = await refused(quotas)
            assert error.code == "requests_used_up"
            assert 50 < int(error.headers["retry-after"]) <= 60
    async with opened(store, **told(tokens="100/day")) as quotas:
        if store != "memory":
            error = await refused(quotas, input_tokens=1)
            assert 86_390 < int(error.headers["retry-after"]) <= 86_400


@in_loop
async def test_identities_that_an_address_makes_up_fill_no_store(redis):
    redis.stop()
    redis.start()
    limits = {"per_identity": {"requests": "5/day"}, "per_address": {"requests": "3/day"}}
    async with open_quotas(QuotaSettings.model_validate({**limits, "store": redis.url})) as quotas:
        made_up = [Caller(f"session:{number}", "192.0.2.1", "session") for number in range(50)]
        results = await asyncio.gather(*(spend(quotas, each) for each in made_up[:3]), return_exceptions=True)
        assert results == [None] * 3
        with Redis.from_url(redis.url) as client:
            before = client.dbsize()
            for each in made_up[3:]:
                await refused(quotas, each)
            assert client.dbsize() == before
