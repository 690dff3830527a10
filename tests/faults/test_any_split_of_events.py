"""A fuzzer on what streams by: wherever it is cut, the reader gets the same bytes, and whole events at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

from codeact_server.relay.events import WholeEvents
from codeact_server.relay.usage import UsageTap
from codeact_server.serve import running_server
from codeact_server.settings import Settings, Upstream
from codeact_server.upstreams.scrubber import Scrubber
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.loops import in_loop
from support.proxy_client import exchange
from support.raw_upstream import Call, RawUpstream
from support.relay_process import request

KEY = b"sk-test-0123456789abcdef"
ENDS = (b"\n\n", b"\r\n\r\n", b"\r\r", b"\n\r\n", b"\r\n\n")
# The same examples in every run, and none kept: a fuzzer in a test suite must not be luck.
FUZZED = settings(
    derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

words = st.one_of(
    st.text(max_size=20).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.sampled_from(
        [KEY, KEY[:9], KEY[:-1], KEY + KEY[:5], KEY[-3:] + KEY, b'"usage":{"prompt_tokens":1}', b"\xff\0"]
    ),
    st.binary(max_size=8),
)
lines = st.builds(
    lambda start, body, end: start + b"".join(body) + end,
    st.sampled_from([b"data: ", b"data:", b": ", b"event: ", b"id: ", b"retry: ", b"", b'data: {"content":"']),
    st.lists(words, max_size=3),
    st.sampled_from([b"\n", b"\n\n", b"\r\n", b"\r\n\r\n", b"\n\r\n", b"\r\r", b"\r", b""]),
)


@st.composite
def cut_streams(draw: st.DrawFn) -> list[bytes]:
    """A stream in pieces, none of them empty."""
    whole = b"".join(draw(st.lists(lines, min_size=1, max_size=12)))
    cuts = draw(st.lists(st.integers(0, len(whole)), max_size=12).map(sorted))
    pieces = [whole[start:end] for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    return [piece for piece in pieces if piece]


@settings(FUZZED, max_examples=600)
@given(cut_streams())
def test_bytes_stay_the_same_and_no_whole_event_waits(pieces: list[bytes]) -> None:
    scrubber, events, tap = Scrubber((KEY,)), WholeEvents(), UsageTap(0)
    passed, came = b"", b""
    for piece in pieces:
        came += piece
        if data := scrubber.feed(piece):
            whole = events.feed(data)
            tap.feed(whole)
            passed += whole
        held = came.replace(KEY, b"[redacted]")[len(passed) :]
        assert not any(end in held for end in ENDS), held
    passed += events.feed(scrubber.end()) + events.rest()
    assert passed == b"".join(pieces).replace(KEY, b"[redacted]")
    assert all(count >= 0 for count in tap.usage(ended=False))


@in_loop
async def test_through_the_whole_relay(site: Path) -> None:
    cut: list[list[bytes]] = []

    async def play(call: Call) -> None:
        await call.begin()
        for piece in cut[int(call.json["messages"][0]["content"])]:
            await call.chunk(piece)
            await asyncio.sleep(0.001)  # so that pieces are seldom read at once
        await call.chunk(b"")

    @settings(FUZZED, max_examples=60)
    @given(cut_streams())
    def collect(pieces: list[bytes]) -> None:
        if pieces:
            cut.append(pieces)

    collect()
    async with RawUpstream(play) as upstream:
        to = Upstream(base_url=upstream.base_url, api_key=KEY.decode(), retries=0)
        with running_server(Settings(site=site, upstream=to)) as url:
            host, _, port = url.removeprefix("http://").rpartition(":")
            asked = (exchange((host, int(port)), [request("any", str(number))]) for number in range(len(cut)))
            answers = await asyncio.gather(*asked)
    for pieces, answer in zip(cut, answers, strict=True):
        came = b"".join(pieces).replace(KEY, b"[redacted]")
        if answer.body != came:  # it ends in the middle of an event
            whole = came[: max(came.rfind(end) + len(end) if end in came else 0 for end in ENDS)].rstrip()
            assert answer.body.startswith(whole)
            assert answer.body[len(whole) :].lstrip().startswith(b'data: {"error":{"message":"The model')
            assert came[len(whole) :].strip()
