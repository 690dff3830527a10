"""Which upstream is asked for what, on real sockets: dialects, names, fallback, retries, the list of models."""

from __future__ import annotations

import asyncio
import logging
import time
from email.utils import formatdate

import pytest
from codeact_server.errors import RequestError, UpstreamError
from codeact_server.settings import Timeouts, Upstream
from codeact_server.upstream_settings import Price
from codeact_server.upstreams import ModelFacts
from codeact_server.upstreams.breaker import OPEN_SECONDS
from support.loops import in_loop
from support.raw_upstream import Call, RawUpstream, answering
from support.upstreams import ASKED, asking, one, opening, refused, said

KEY = "sk-test-0123456789abcdef"
PRICE = Price(input=3, output=15)


@in_loop
async def test_each_dialect_has_its_path_and_its_way_to_carry_the_key():
    async with RawUpstream(answering({"ok": 1})) as raw:
        mine = {"api_key": KEY, "headers": {"X-Team": "blue"}}
        openai = Upstream(name="one", base_url=raw.base_url, models=["m"], **mine)
        anthropic = Upstream(name="two", base_url=raw.base_url, dialect="anthropic", models=["c"], **mine)
        async with opening(openai, anthropic) as upstreams:
            await said(upstreams)
            await said(upstreams, asking("m", "openai.embeddings"))
            async with upstreams.open(asking("c", "anthropic.messages", stream=True)) as answer:
                assert (answer.upstream, answer.media_type) == ("two", "application/json")
    assert [call.line for call in raw.calls] == [
        "POST /v1/chat/completions HTTP/1.1",
        "POST /v1/embeddings HTTP/1.1",
        "POST /v1/messages HTTP/1.1",
    ]
    usual = {"host", "accept", "accept-encoding", "connection", "user-agent", "content-type", "content-length"}
    chat, _, messages = raw.calls
    assert set(chat.headers) == {*usual, "authorization", "x-team"}
    assert set(messages.headers) == {*usual, "x-api-key", "anthropic-version", "x-team"}
    assert chat.headers["authorization"] == f"Bearer {KEY}"
    assert (messages.headers["x-api-key"], messages.headers["anthropic-version"]) == (KEY, "2023-06-01")
    assert (chat.headers["accept"], messages.headers["accept"]) == ("application/json", "text/event-stream")
    assert chat.headers["host"] == f"127.0.0.1:{raw.port}"


@in_loop
async def test_an_alias_is_asked_for_under_the_upstreams_own_name():
    async with RawUpstream(answering({"ok": 1})) as raw:
        upstream = Upstream(base_url=raw.base_url, models=["small-8b"], aliases={"fast": "small-8b"})
        async with opening(upstream) as upstreams:
            await said(upstreams, asking("fast"))
    assert raw.calls[0].json == {"model": "small-8b", **ASKED, "stream": False}


@in_loop
async def test_a_model_that_is_not_listed_reaches_nobody():
    async with (
        RawUpstream(answering({})) as raw,
        opening(Upstream(base_url=raw.base_url, models=["m"])) as upstreams,
    ):
        error = await refused(upstreams, asking("other"))
        assert isinstance(error, RequestError)
        assert (error.status, error.code) == (404, "model_not_found")
        assert (await refused(upstreams, asking("m", "anthropic.messages"))).status == 404
    assert raw.connections == 0


@in_loop
async def test_without_upstreams_there_is_a_mend():
    async with opening() as upstreams:
        assert await upstreams.models() == []
        error = await refused(upstreams)
        assert (error.status, error.code) == (503, "no_upstream")


# Retries


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 529])
@in_loop
async def test_a_moments_trouble_is_asked_again(status):
    async with one(answering(status, status, {"ok": 1})) as (raw, upstreams):
        assert await said(upstreams) == b'{"ok": 1}'
    assert [call.body for call in raw.calls] == [raw.calls[0].body] * 3


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 422, 501])
@in_loop
async def test_what_asking_again_does_not_mend_is_told_at_once(status):
    async with one(answering(status)) as (raw, upstreams):
        assert (await refused(upstreams)).status == status
    assert len(raw.calls) == 1


@pytest.mark.parametrize("status", [600, 799, 999])
@in_loop
async def test_a_status_that_http_does_not_have_is_none(status):
    async with one(answering(status)) as (_raw, upstreams):
        error = await refused(upstreams)
    assert (error.status, error.code) == (502, "upstream_not_an_api")


@in_loop
async def test_a_refused_key_is_not_told_as_the_callers():
    async with one(answering(401)) as (raw, upstreams):
        error = await refused(upstreams)
    assert (error.status, error.code, error.headers) == (502, "upstream_key_refused", {"x-should-retry": "false"})
    assert len(raw.calls) == 1


@in_loop
async def test_an_upstream_may_forbid_asking_again():
    async def play(call: Call) -> None:
        await call.answer({}, 500, x_should_retry="false")

    async with one(play) as (raw, upstreams):
        await refused(upstreams)
    assert len(raw.calls) == 1


@pytest.mark.parametrize("retries", [0, 1, 3])
@in_loop
async def test_retries_are_as_many_as_the_settings_say(retries):
    async with one(answering(503), retries=retries) as (raw, upstreams):
        error = await refused(upstreams)
    assert (error.status, error.code) == (503, "upstream_refused")
    assert error.as_dict() == {"error": {"message": "scripted 503"}}
    assert len(raw.calls) == 1 + retries


async def _hang_up(call: Call) -> None:
    await call.hang_up()


async def _begin_and_hang_up(call: Call) -> None:
    await call.begin()
    await call.hang_up()


async def _begin_and_end(call: Call) -> None:
    await call.begin()
    await call.chunk(b"")


@pytest.mark.parametrize("play", [_hang_up, _begin_and_hang_up, _begin_and_end])
@in_loop
async def test_hanging_up_before_the_first_byte_is_asked_again(play):
    async with one(answering(play, {"ok": 1})) as (raw, upstreams):
        assert await said(upstreams) == b'{"ok": 1}'
    assert len(raw.calls) == 2


@in_loop
async def test_nothing_is_asked_again_after_the_first_byte():
    async def play(call: Call) -> None:
        await call.begin()
        await call.chunk(b"data: 1\n\n")
        await call.hang_up()

    async with RawUpstream(play) as raw, RawUpstream(answering({})) as other:
        both = [Upstream(name=n, base_url=r.base_url, models=["m"]) for n, r in (("a", raw), ("b", other))]
        async with opening(*both) as upstreams, upstreams.open(asking(stream=True)) as answer:
            assert await anext(answer.chunks) == b"data: 1\n\n"
            with pytest.raises(UpstreamError, match="closed the connection in the middle"):
                await anext(answer.chunks)
    assert (len(raw.calls), len(other.calls)) == (1, 0)


@pytest.mark.parametrize(
    ("header", "least"),
    [({"retry_after": "1"}, 1.0), ({"retry_after_ms": "600"}, 0.6), ({"retry_after": "date"}, 1.0)],
    ids=["seconds", "milliseconds", "date"],
)
@in_loop
async def test_an_upstream_is_given_the_time_it_asks_for(header, least):
    times: list[float] = []

    async def play(call: Call) -> None:
        times.append(time.monotonic())
        told = {name: formatdate(time.time() + 2, usegmt=True) if v == "date" else v for name, v in header.items()}
        await (call.answer({}, 429, **told) if call.number == 0 else call.answer({"ok": 1}))

    async with one(play) as (_raw, upstreams):
        await said(upstreams)
    assert least <= times[1] - times[0] < least + 2


@pytest.mark.parametrize("header", ["11", "Wed, 21 Oct 2099 07:28:00 GMT", "9" * 400])
@in_loop
async def test_a_longer_wait_is_the_callers_to_decide(header):
    async def play(call: Call) -> None:
        await call.answer({}, 429, retry_after=header)

    began = time.monotonic()
    async with one(play) as (raw, upstreams):
        error = await refused(upstreams)
    assert (error.status, len(raw.calls)) == (429, 1)
    assert error.headers.get("retry-after") == (header if len(header) < 129 else None)
    assert time.monotonic() - began < 2


@in_loop
async def test_waiting_never_outlasts_the_time_to_the_first_byte():
    began = time.monotonic()

    async def play(call: Call) -> None:
        await call.answer({}, 503, retry_after="3")

    async with one(play, timeouts=Timeouts(first_byte=1)) as (_raw, upstreams):
        assert (await refused(upstreams)).status == 503
    assert time.monotonic() - began < 1


@in_loop
async def test_retries_of_many_do_not_come_together():
    times: list[float] = []

    async def play(call: Call) -> None:
        if call.number >= 40:
            times.append(time.monotonic())
        await call.answer({}, 503 if call.number < 40 else 200)

    async with one(play, breaker=0) as (_raw, upstreams):
        await asyncio.gather(*(said(upstreams) for _ in range(40)))
    assert max(times) - min(times) > 0.1


# Fallback


async def _html(call: Call) -> None:
    await call.answer(b"<p>welcome</p>", content_type="text/html")


async def _redirect(call: Call) -> None:
    await call.answer({}, 307, location="http://127.0.0.1:1/")


@pytest.mark.parametrize(
    "play", [_hang_up, _html, _redirect, 401, 429, 500], ids=lambda play: getattr(play, "__name__", str(play))
)
@in_loop
async def test_the_next_upstream_is_asked_where_the_first_fails(play):
    async with RawUpstream(answering(play)) as bad, RawUpstream(answering({"ok": 1})) as good:
        first = Upstream(name="bad", base_url=bad.base_url, models=["m"], retries=1)
        second = Upstream(
            name="good", base_url=good.base_url, models=["x"], aliases={"m": "x"}, price={"x": PRICE}, fallback=2
        )
        async with opening(second, first) as upstreams, upstreams.open(asking()) as answer:
            assert (answer.upstream, answer.price) == ("good", PRICE)
    assert good.calls[0].json["model"] == "x"
    assert 1 <= len(bad.calls) <= 2


@pytest.mark.parametrize("status", [400, 403, 404, 422])
@in_loop
async def test_a_request_that_is_at_fault_is_not_taken_elsewhere(status):
    async with RawUpstream(answering(status)) as bad, RawUpstream(answering({})) as good:
        both = [Upstream(name=n, base_url=r.base_url, models=["m"]) for n, r in (("a", bad), ("b", good))]
        async with opening(*both) as upstreams:
            assert (await refused(upstreams)).status == status
    assert good.connections == 0


@in_loop
async def test_when_all_fail_the_first_ones_words_are_told():
    async with RawUpstream(answering(429)) as first, RawUpstream(answering(500)) as second:
        once = {"models": ["m"], "retries": 0}
        both = [Upstream(name=n, base_url=r.base_url, **once) for n, r in (("a", first), ("b", second))]
        async with opening(*both) as upstreams:
            assert (await refused(upstreams)).status == 429
    assert len(second.calls) == 1


# The breaker


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@in_loop
async def test_an_upstream_that_fails_is_left_alone_and_then_tried_with_one_request():
    clock, answers = Clock(), {"status": 500}
    held = asyncio.Event()

    async def play(call: Call) -> None:
        if answers["status"] == 200:
            await held.wait()
        await call.answer({"ok": 1}, answers["status"])

    async with RawUpstream(play) as raw:
        upstream = Upstream(base_url=raw.base_url, retries=0, breaker=3)
        async with opening(upstream, clock=clock) as upstreams:
            for _ in range(3):
                assert (await refused(upstreams)).status == 500
            error = await refused(upstreams)
            assert (error.code, error.headers) == ("upstream_down", {"retry-after": "15"})
            assert len(raw.calls) == 3
            clock.now += OPEN_SECONDS
            assert (await refused(upstreams)).status == 500  # the probe
            assert (await refused(upstreams)).code == "upstream_down"
            clock.now += OPEN_SECONDS
            answers["status"] = 200
            many = [asyncio.create_task(said(upstreams)) for _ in range(20)]
            _, waiting = await asyncio.wait(many, return_when=asyncio.FIRST_EXCEPTION)
            held.set()
            assert [await each for each in waiting] == [b'{"ok": 1}']
            assert len(raw.calls) == 5
            assert await said(upstreams) == b'{"ok": 1}'


@in_loop
async def test_one_that_is_left_alone_is_passed_over():
    async with RawUpstream(answering(500)) as bad, RawUpstream(answering({"ok": 1})) as good:
        first = Upstream(name="bad", base_url=bad.base_url, models=["m"], breaker=2)
        second = Upstream(name="good", base_url=good.base_url, models=["m"], fallback=2)
        async with opening(first, second, clock=Clock()) as upstreams:
            for _ in range(5):
                assert await said(upstreams) == b'{"ok": 1}'
    # It opened between two retries, which ended them.
    assert (len(bad.calls), len(good.calls)) == (2, 5)


@pytest.mark.parametrize("status", [400, 401, 429])
@in_loop
async def test_an_upstream_that_refuses_is_alive(status):
    async with one(answering(status), retries=0, breaker=1) as (raw, upstreams):
        for _ in range(3):
            await refused(upstreams)
    assert len(raw.calls) == 3


def test_what_others_made_good_is_in_the_log_and_no_word_of_it(caplog, monkeypatch):
    logger = logging.getLogger("codeact")
    monkeypatch.setattr(logger, "propagate", True)
    caplog.set_level(logging.INFO, "codeact")

    @in_loop
    async def ask() -> None:
        async with RawUpstream(answering(500)) as bad, RawUpstream(answering({"ok": 1})) as good:
            first = Upstream(name="bad", base_url=bad.base_url, models=["m"], breaker=2, api_key=KEY)
            second = Upstream(name="good", base_url=good.base_url, models=["m"], fallback=2)
            async with opening(first, second) as upstreams:
                await said(upstreams)

    ask()
    lines = [record.msg for record in caplog.records if record.name == "codeact"]
    assert [(line["event"], line["upstream"]) for line in lines] == [
        ("an upstream failed", "bad"),
        ("an upstream failed", "bad"),
        ("an upstream is left alone", "bad"),
    ]
    assert (lines[0]["code"], lines[0]["status"]) == ("upstream_refused", 500)
    assert "scripted" not in repr(lines)
    assert KEY not in repr(lines)


# The list of models


@in_loop
async def test_models_and_aliases_are_told_with_what_the_settings_know():
    async with RawUpstream(answering({})) as raw:
        upstream = Upstream(
            name="main",
            base_url=raw.base_url,
            models=["large", "small"],
            aliases={"fast": "small"},
            price={"small": {"input": 0.15, "output": 0.6}},
            context_window={"small": 32000},
            takes_images=["small"],
        )
        other = Upstream(name="other", base_url=raw.base_url, models=["small", "huge"], fallback=2)
        async with opening(upstream, other) as upstreams:
            small = {"price": Price(input=0.15, output=0.6), "context_window": 32000, "takes_images": True}
            assert await upstreams.models() == [
                ModelFacts("large", "main", "openai"),
                ModelFacts("small", "main", "openai", **small),
                ModelFacts("fast", "main", "openai", **small),
                ModelFacts("huge", "other", "openai"),
            ]
            assert upstreams.price(asking("fast")) == Price(input=0.15, output=0.6)
            assert upstreams.price(asking("large")) is None
    assert raw.connections == 0


@in_loop
async def test_an_upstream_without_a_list_is_asked_once_a_minute_even_by_many():
    names = ["small", "a/b:c", "http://x", "<b>", "../x", ""]
    async with one(
        answering({"data": [{"id": name} for name in names]}), api_key=KEY, aliases={"fast": "small"}
    ) as (raw, upstreams):
        for _ in range(2):
            lists = await asyncio.gather(*(upstreams.models() for _ in range(20)))
            assert all([facts.name for facts in each] == ["small", "a/b:c", "fast"] for each in lists)
    (call,) = raw.calls
    assert call.line == "GET /v1/models HTTP/1.1"
    assert call.headers["authorization"] == f"Bearer {KEY}"


@in_loop
async def test_a_list_that_cannot_be_had_leaves_the_others():
    async with RawUpstream(answering(500)) as bad:
        silent = Upstream(name="bad", base_url=bad.base_url, retries=0)
        async with opening(silent, Upstream(name="b", base_url=bad.base_url, models=["m"])) as upstreams:
            assert [facts.name for facts in await upstreams.models()] == ["m"]
        async with opening(silent) as upstreams:
            with pytest.raises(UpstreamError) as caught:
                await upstreams.models()
            assert caught.value.status == 500


@in_loop
async def test_a_list_that_does_not_come_is_not_waited_for_as_long_as_an_answer():
    async def play(call: Call) -> None:
        await call.until_gone()

    async with one(play, timeouts={"first_byte": 0.3}) as (raw, upstreams):
        began = time.monotonic()
        lists = await asyncio.gather(*(upstreams.models() for _ in range(20)), return_exceptions=True)
        assert [getattr(each, "status", each) for each in lists] == [504] * 20
        assert time.monotonic() - began < 2, "each waited for itself"
    assert len(raw.calls) == 1


@in_loop
async def test_a_list_that_fails_is_not_asked_for_again_at_once():
    async with one(answering(500), retries=0) as (raw, upstreams):
        for _ in range(5):
            with pytest.raises(UpstreamError):
                await upstreams.models()
    assert len(raw.calls) == 1


@pytest.mark.parametrize(
    "body", [b"[]", b'{"data": 3}', b'{"data": [{"id": 4}]}', b'{"data": [], "x": "' + b"x" * 2**20 + b'"}']
)
@in_loop
async def test_a_list_that_is_none_is_told(body):
    async with one(answering(lambda call: call.answer(body))) as (_raw, upstreams):
        with pytest.raises(UpstreamError) as caught:
            await upstreams.models()
        assert caught.value.code == "upstream_not_an_api"
