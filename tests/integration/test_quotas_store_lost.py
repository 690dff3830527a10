"""Redis goes away in mid-run, hangs, and comes back; processes that share it die."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from codeact_server.access import Caller
from codeact_server.errors import ApiError, LimitError
from codeact_server.observe.metrics import exposition
from codeact_server.quota_settings import QuotaSettings
from codeact_server.quotas import open_quotas
from support.loops import in_loop
from support.redis_server import RedisServer, running_redis

ALICE = Caller("user:alice", "192.0.2.1", "jwt")
LOST = "the quotas' store does not answer"
BACK = "the quotas' store answers again"


@dataclass
class Asked:
    input_tokens: int = 1


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


def settings(redis: RedisServer, on_loss: str = "memory", **shares) -> QuotaSettings:
    return QuotaSettings(store=redis.url, on_loss=on_loss, per_identity=shares)


async def spend(quotas, tokens=1):
    async with quotas.admit(ALICE, Asked(tokens), None) as spending:
        spending.used(tokens, 0, None)


async def until(met) -> None:
    async with asyncio.timeout(10):
        while not met():  # noqa: ASYNC110 - seen from outside, in metrics and logs
            await asyncio.sleep(0.02)


def events(caplog) -> list[str]:
    told = [record.getMessage() for record in caplog.records if record.name == "codeact"]
    return [each for text in told for each in (LOST, BACK) if each in text]


def is_up() -> bool:
    return b"quota_storage_up 1.0" in exposition()


@in_loop
async def test_it_counts_here_until_redis_is_back_and_carries_over(redis, caplog):
    caplog.set_level("INFO")
    shared = settings(redis, tokens="100/day", streams=1)
    async with open_quotas(shared) as one, open_quotas(shared) as other:
        await spend(one, 40)
        assert is_up()
        redis.stop()
        began = time.monotonic()
        for _ in range(5):
            await spend(one, 6)
        assert time.monotonic() - began < 1
        assert events(caplog) == [LOST]  # once, not with each request
        assert not is_up()
        redis.start()  # with nothing in it
        await until(lambda: events(caplog) == [LOST, BACK])
        assert is_up()
        async with open_quotas(shared) as third:  # what was used meanwhile is known to all
            with pytest.raises(LimitError):
                await spend(third, 71)
        await spend(other, 70)  # connections that died are no second loss
        with pytest.raises(LimitError):
            await spend(one)
    assert events(caplog).count(LOST) <= 2  # `other` may have met it too


@in_loop
async def test_callers_are_refused_where_the_settings_say_so(redis):
    async with open_quotas(settings(redis, "refuse", tokens="100/day")) as quotas:
        async with quotas.admit(ALICE, Asked(10), None) as spending:
            redis.stop()
            spending.used(10, 50, None)  # an answer under way goes on
        with pytest.raises(ApiError, match="cannot be counted") as caught:
            await spend(quotas)
        assert (caught.value.status, caught.value.code) == (503, "quota_store_lost")
        redis.start()
        await until(is_up)
        with pytest.raises(LimitError):  # its 50 were kept
            await spend(quotas, 51)


@in_loop
async def test_a_redis_that_hangs_holds_up_nobody_for_long(redis):
    async with open_quotas(settings(redis, requests="10000/minute", tokens="100000/day", streams=1000)) as quotas:
        await asyncio.gather(*(spend(quotas) for _ in range(100)))
        redis.freeze()
        try:
            began = time.monotonic()
            await asyncio.gather(*(spend(quotas) for _ in range(300)))
            assert time.monotonic() - began < 3  # a timeout of one second, and the work
            began = time.monotonic()
            await spend(quotas)
            assert time.monotonic() - began < 0.1
            assert not is_up()
        finally:
            redis.thaw()
        await until(is_up)
        await spend(quotas)


@in_loop
async def test_a_redis_that_is_not_there_at_first(redis):
    redis.stop()
    async with open_quotas(settings(redis, tokens="100/day")) as quotas:
        await spend(quotas)
        redis.start()
        await until(is_up)
        await spend(quotas)


@in_loop
async def test_an_answer_of_a_process_that_died_ends_with_its_lease(redis):
    shared = settings(redis, streams=1)
    with subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-m", "support.quota_process", redis.url, "1"],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    ) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == b"begun\n"
            async with open_quotas(shared, lease_seconds=1) as quotas:
                began = time.monotonic()
                while time.monotonic() - began < 2:  # twice the lease: the process renews it
                    with pytest.raises(LimitError):
                        await spend(quotas)
                    await asyncio.sleep(0.1)
                process.kill()
                killed = time.monotonic()
                while True:
                    try:
                        await spend(quotas)
                        break
                    except LimitError:
                        assert time.monotonic() - killed < 5
                        await asyncio.sleep(0.05)
        finally:
            process.kill()


@in_loop
async def test_a_redis_that_forgot_learns_who_is_under_way(redis):
    shared = settings(redis, streams=1)
    async with open_quotas(shared, 1) as quotas, open_quotas(shared, 1) as other:
        async with quotas.admit(ALICE, Asked(), None):
            redis.stop()
            redis.start()
            await until(is_up)

            async def is_full() -> bool:
                try:
                    await spend(other)
                except LimitError:
                    return True
                return False

            async with asyncio.timeout(10):
                while not await is_full():  # noqa: ASYNC110 - it is Redis that learns
                    await asyncio.sleep(0.05)
        await spend(other)


@in_loop
async def test_what_began_while_it_was_lost_is_not_under_way_for_ever(redis):
    async with open_quotas(settings(redis, streams=1), lease_seconds=1) as quotas:
        for _ in range(2):
            redis.stop()
            async with quotas.admit(ALICE, Asked(), None):
                await until(lambda: not is_up())
                redis.start()
                await until(is_up)
        redis.stop()
        await spend(quotas)


@in_loop
async def test_what_is_counted_while_it_is_carried_over_comes_too(redis):
    """More callers than are carried over at once."""
    async with open_quotas(settings(redis, tokens="10000/hour")) as quotas:
        redis.stop()
        callers = [Caller(f"user:{number}", "192.0.2.1", "jwt") for number in range(3000)]
        for caller in callers:
            async with quotas.admit(caller, Asked(), None) as spending:
                spending.used(1, 0, None)
        redis.start()
        late = 0
        while not is_up():
            await spend(quotas)
            await asyncio.sleep(0.001)
            late += 1
        with pytest.raises(LimitError, match=f"and {10_000 - late:,} tokens of"):
            await spend(quotas, 10_000)


@in_loop
async def test_the_password_of_the_store_is_nowhere_to_be_read():
    secret = QuotaSettings(store="redis://:hunter2@127.0.0.1:6379")
    assert "hunter2" not in repr(secret) + str(secret) + secret.model_dump_json()
