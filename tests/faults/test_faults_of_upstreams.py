"""Everything that can go wrong behind the relay, all at once: each client gets an ending it understands."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from support.loops import in_loop
from support.nginx import free_port
from support.raw_upstream import Call, RawUpstream
from support.relay_process import RawAnswer, few_sockets, last_event, open_sockets, read_answer, request
from support.served_process import ServedProcess, served_process

KEY = "sk-test-0123456789abcdef"
WORDS = b'data: {"choices": [{"index": 0, "delta": {"content": "word"}}]}\n\n'
GARBAGE = bytes(range(256)) * 20
LONG = b'data: {"long": "' + b"x" * 10_000_000 + b'"}\n\n'
CONFIG = """
site = "{site}"
[[upstream]]
name = "refusing"
base_url = "http://127.0.0.1:{closed}/v1"
models = ["refuses"]
retries = 1
[[upstream]]
name = "openai"
base_url = "{to}"
api_key_env = "KEY"
retries = 0
breaker = 0
timeouts = {{ first_byte = 2, read = 2 }}
[[upstream]]
name = "anthropic"
dialect = "anthropic"
base_url = "{to}"
api_key_env = "KEY"
retries = 0
breaker = 0
timeouts = {{ first_byte = 2, read = 2 }}
[requests]
stream_seconds = 4
stream_bytes = 12000000
[limits]
answer_bytes = 1000000
"""


async def hangs(call: Call) -> None:
    await call.until_gone()


async def hangs_up(call: Call) -> None:
    await call.hang_up()


async def not_http(call: Call) -> None:
    await call.send(GARBAGE)
    await call.hang_up()


async def web_page(call: Call) -> None:
    await call.answer(b"<html>", content_type="text/html")


async def closes_in_mid_event(call: Call) -> None:
    await call.begin()
    await call.chunk(WORDS + WORDS[:30])
    await call.hang_up()


async def ends_in_mid_event(call: Call) -> None:
    """Its connection's end is the answer's, so that nothing but the event itself is not whole."""
    await call.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
    await call.send(WORDS + WORDS[:30])
    await call.hang_up()


async def falls_silent(call: Call) -> None:
    await call.begin()
    await call.chunk(WORDS + b"event: x\n")
    await call.until_gone()


async def garbage_events(call: Call) -> None:
    await call.begin()
    await call.chunk(GARBAGE)
    await call.chunk(b"")


async def long_line(call: Call) -> None:
    await call.begin()
    await call.chunk(LONG)
    await call.chunk(b"")


async def never_ends(call: Call) -> None:
    await call.begin()
    while not call.writer.is_closing():
        await call.chunk(WORDS)
        await asyncio.sleep(0.05)


async def floods(call: Call) -> None:
    await call.begin()
    while not call.writer.is_closing():
        await call.chunk(WORDS * 1000)
        await asyncio.sleep(0)  # drain() gives way to nobody while it is read as fast as it is written


async def floods_an_answer(call: Call) -> None:
    await call.begin(content_type="application/json")
    while not call.writer.is_closing():
        await call.chunk(b" " * 65536)
        await asyncio.sleep(0)


async def answers(call: Call) -> None:
    await call.begin()
    await call.chunk(WORDS + b"data: [DONE]\n\n")
    await call.chunk(b"")


ACTS = {
    act.__name__: act
    for act in (
        *(hangs, hangs_up, not_http, web_page, closes_in_mid_event, ends_in_mid_event, falls_silent),
        *(garbage_events, long_line, never_ends, floods, floods_an_answer, answers),
    )
}
# The status, the error's code, and the bytes of the upstream that come before the error's event.
ENDINGS: dict[str, tuple[int, str | None, bytes | None]] = {
    "refuses": (502, "upstream_unreachable", None),
    "hangs": (504, "upstream_timeout", None),
    "hangs_up": (502, "upstream_unreachable", None),
    "not_http": (502, "upstream_not_an_api", None),
    "web_page": (502, "upstream_not_an_api", None),
    "closes_in_mid_event": (200, "upstream_closed", WORDS),
    "ends_in_mid_event": (200, "upstream_closed", WORDS),
    "falls_silent": (200, "upstream_closed", WORDS),
    "garbage_events": (200, None, GARBAGE),
    "long_line": (200, None, LONG),
    "never_ends": (200, "answer_too_long", None),
    "floods": (200, "answer_too_long", None),
    "floods_an_answer": (502, "answer_too_long", None),
}
LARGE = {"long_line", "floods", "floods_an_answer"}


async def play(call: Call) -> None:
    await ACTS[call.json["model"]](call)


def serve(site: Path, folder: Path, upstream: RawUpstream) -> Any:
    config = CONFIG.format(site=site, closed=free_port(), to=upstream.base_url)
    return served_process(folder, config, {"KEY": KEY})


async def ask_all(
    server: ServedProcess, models: Iterable[str], path: str = "chat/completions"
) -> dict[str, RawAnswer]:
    asked = {each: request(each, stream=each != "floods_an_answer", path=path) for each in models}
    answers = await asyncio.gather(*(read_answer(server, each) for each in asked.values()))
    return dict(zip(asked, answers, strict=True))


def told(answer: RawAnswer) -> dict[str, Any]:
    """The error of an answer, in its body or in its last event."""
    error: dict[str, Any] = last_event(answer.body) if answer.is_stream else json.loads(answer.body)
    return error


async def answers_well(server: ServedProcess) -> None:
    answer = (await ask_all(server, ["answers"]))["answers"]
    assert answer.body == WORDS + b"data: [DONE]\n\n"


@in_loop
async def test_each_ending_is_understood_and_nothing_stays_open(site: Path, tmp_path: Path) -> None:
    async with RawUpstream(play) as upstream:
        with serve(site, tmp_path, upstream) as server:
            await answers_well(server)
            sockets, memory = open_sockets(server), server.start_of_peak()
            # Apart, since much work for this process is silence for the others.
            results = await ask_all(server, ENDINGS.keys() - LARGE) | await ask_all(server, LARGE)
            for name, (status, code, before) in ENDINGS.items():
                answer = results[name]
                assert answer.status == status, (name, answer.head)
                assert KEY not in answer.head
                assert KEY.encode() not in answer.body
                if code is None:
                    assert answer.body == before, name
                    continue
                assert told(answer)["error"]["code"] == code, name
                if before is not None:
                    assert answer.body.startswith(before + b'data: {"error"'), (name, answer.body[:500])
            # A long line goes through in pieces, and what floods is not collected.
            assert server.peak_kb - memory < 30_000
            await answers_well(server)
            await few_sockets(server, sockets)
            assert "Traceback" not in server.log, server.log


@in_loop
async def test_anthropics_clients_are_told_in_their_dialect(site: Path, tmp_path: Path) -> None:
    broken = ("closes_in_mid_event", "ends_in_mid_event", "falls_silent", "never_ends")
    refused = {"hangs": "timeout_error", "hangs_up": "api_error", "web_page": "api_error"}
    async with RawUpstream(play) as upstream:
        with serve(site, tmp_path, upstream) as server:
            results = await ask_all(server, (*broken, *refused), "messages")
    for name in broken:
        assert told(results[name])["type"] == "error", name
        assert b"\n\nevent: error\ndata: " in results[name].body, name
    for name, kind in refused.items():
        assert told(results[name])["error"]["type"] == kind, name
