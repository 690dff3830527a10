"""However a request ends, what it used is told once: to the quotas, the figures and the log line."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from codeact_server.errors import RequestError, UpstreamClosedError, UpstreamError
from codeact_server.observe import metrics
from codeact_server.relay.passing import PassedAnswer
from codeact_server.relay.prepared import Prepared
from codeact_server.relay.streaming import AnswerLimits
from codeact_server.upstream_settings import Price
from codeact_server.upstreams import Answer
from support.loops import run_apart

WORDS = b'data: {"choices":[{"delta":{"content":"hello"}}]}\n\n'
USAGE = b'data: {"choices":[],"usage":{"prompt_tokens":11,"completion_tokens":7}}\n\n'
WHOLE = b'{"choices":[{"message":{"content":"hello"}}],"usage":{"prompt_tokens":11,"completion_tokens":7}}'
CLOSED = UpstreamClosedError("closed the connection")
FIRST, ANSWERING = Price(input=1, output=2), Price(input=3, output=4)
HANG = object()


class Upstream:
    """One answer: bytes as they come, HANG, or an error to raise; ``refusal`` comes in place of it."""

    def __init__(self, *parts, refusal=None, media_type="text/event-stream"):
        self.parts, self.refusal, self.media_type = parts, refusal, media_type
        self.closed = False

    def price(self, model):
        return FIRST

    @asynccontextmanager
    async def open(self, prepared):
        if self.refusal is HANG:
            await asyncio.Event().wait()
        if self.refusal:
            raise self.refusal
        try:
            yield Answer(self.media_type, {}, self.chunks(), "accounts", ANSWERING)
        finally:
            self.closed = True

    async def chunks(self):
        for part in self.parts:
            if part is HANG:
                await asyncio.Event().wait()
            if isinstance(part, Exception):
                raise part
            yield part


class Quotas:
    """Writes down what it is told, and when the request's time with it is over."""

    def __init__(self, refusal=None):
        self.refusal, self.told = refusal, []

    @asynccontextmanager
    async def admit(self, caller, prepared, price):
        if self.refusal:
            raise self.refusal
        try:
            yield self
        finally:
            await asyncio.sleep(0)  # as a store would make it wait
            self.told.append("over")

    def used(self, input_tokens, output_tokens, price):
        self.told.append((input_tokens, output_tokens))
        self.price = price


async def passed(upstream, quotas, *, leave_after=None, unread=False, stop=False, **limits):
    """Run one request and give what was sent, and the facts of its log line. ``leave_after`` so many messages."""
    sent, left, begun = [], asyncio.Event(), asyncio.Event()
    scope = {"type": "http", "path": "/v1/chat/completions"}
    usual = {"whole_bytes": 1000, "stream_bytes": 1000, "seconds": 5, "write_seconds": 5}

    async def receive():
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        if unread and message.get("body"):
            await asyncio.Event().wait()
        sent.append(message)
        begun.set()
        if leave_after == len(sent):
            left.set()

    if leave_after == 0:
        left.set()
    prepared = Prepared("openai.chat", "m", {}, True, input_tokens=3, images=0)
    answer = PassedAnswer(upstream, quotas, None, prepared, AnswerLimits(**usual | limits))
    task = asyncio.create_task(answer(scope, receive, send))
    if stop:
        await begun.wait()
        await asyncio.sleep(0)  # in which the first words are sent, too
        task.cancel()
    await asyncio.wait_for(asyncio.gather(task, return_exceptions=True), 10)
    assert task.cancelled() == stop
    return sent, scope.get("state", {}).get("noted", {})


def figures():
    """The relay's counts by name and labels."""
    lines = [line for line in metrics.exposition().decode().splitlines() if line.startswith("relay_")]
    found = {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}
    return {name: value for name, value in found.items() if "_created" not in name}


def difference(before, after):
    return {name: value - before.get(name, 0) for name, value in after.items() if value != before.get(name, 0)}


@pytest.mark.parametrize(
    ("upstream", "how", "outcome", "used", "status"),
    [
        (Upstream(WORDS, USAGE), {}, "ok", (11, 7), 200),
        (Upstream(WORDS, WORDS), {}, "ok", (3, 3), 200),
        (Upstream(WHOLE, media_type="application/json"), {}, "ok", (11, 7), 200),
        (Upstream(refusal=UpstreamError(500, "upstream_refused", "No.")), {}, "refused", (0, 0), 500),
        (Upstream(refusal=RequestError(404, "model_not_found", "No.")), {}, None, (0, 0), 404),
        (Upstream(WORDS, CLOSED), {}, "broken", (3, 2), 200),
        (Upstream(WHOLE[:50], CLOSED, media_type="application/json"), {}, "broken", (3, 2), 502),
        (Upstream(WHOLE, b" " * 999, media_type="application/json"), {}, "cut", (11, 7), 502),
        (Upstream(HANG, media_type="application/json"), {"seconds": 0.1}, "cut", (3, 0), 504),
        (Upstream(refusal=HANG), {"leave_after": 0}, "left", (3, 0), None),
        (Upstream(WORDS, HANG), {"leave_after": 2}, "left", (3, 2), 200),
        (Upstream(WORDS, USAGE, HANG), {"leave_after": 3}, "left", (11, 7), 200),
        (Upstream(WORDS, b"x" * 1000), {}, "cut", (3, 2), 200),
        (Upstream(WORDS, HANG), {"seconds": 0.1}, "cut", (3, 2), 200),
        (Upstream(WORDS, WORDS), {"unread": True, "write_seconds": 0.05}, "cut", (3, 2), 200),
        (Upstream(WORDS, HANG), {"stop": True}, "cut", (3, 2), 200),
    ],
    ids=[
        "a stream",
        "a stream without usage",
        "a whole answer",
        "refused by the upstream",
        "no such model",
        "broken in mid-stream",
        "broken in mid-answer",
        "a whole answer that is too large",
        "a whole answer that takes too long",
        "left before the first byte",
        "left in mid-stream",
        "left before the end was said",
        "more bytes than allowed",
        "longer than allowed",
        "not read",
        "stopped",
    ],
)
def test_each_end_is_told_once(upstream, how, outcome, used, status):
    upstream.closed = False
    quotas, before = Quotas(), figures()
    sent, noted = run_apart(passed(upstream, quotas, **how))
    assert quotas.told == [used, "over"]
    assert quotas.price == (FIRST if upstream.refusal else ANSWERING)
    assert upstream.closed or upstream.refusal
    assert (sent[0]["status"] if sent else None) == status
    grown = difference(before, figures())
    counted = {name: by for name, by in grown.items() if name.startswith("relay_requests_total")}
    if outcome is None:
        assert counted == {}
        assert grown == {'relay_refusals_total{code="model_not_found"}': 1}
        return
    whose = "none" if upstream.refusal else "accounts"
    assert counted == {f'relay_requests_total{{dialect="openai.chat",outcome="{outcome}",upstream="{whose}"}}': 1}
    assert (noted["upstream"], noted["input_tokens"], noted["output_tokens"]) == (whose, *used)
    assert grown.get(f'relay_tokens_total{{direction="output",upstream="{whose}"}}', 0) == used[1]
    assert figures().get('relay_streams{upstream="accounts"}', 0) == 0


def test_who_has_had_enough_is_told_before_any_upstream_is_asked():
    upstream = Upstream(WORDS)
    quotas = Quotas(RequestError(429, "rate_limit", "Too many.", {"retry-after": "7"}))
    sent, _ = run_apart(passed(upstream, quotas))
    assert (sent[0]["status"], quotas.told) == (429, [])
    assert (b"retry-after", b"7") in sent[0]["headers"]
