"""Two hundred streams at once: none hears another, each that is left is given up, and no connection stays open."""

from __future__ import annotations

import asyncio
import json
import statistics
from pathlib import Path

from support.loops import in_loop
from support.raw_upstream import Call, RawUpstream
from support.relay_process import few_sockets, open_sockets, read_answer, request
from support.served_process import ServedProcess, served_process

STREAMS = 200
EVENTS = 20
CONFIG = """
site = "{site}"
[upstream]
base_url = "{to}"
models = ["echo", "held", "late"]
retries = 0
"""


def event(text: str) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    return b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n"


def serve(site: Path, folder: Path, upstream: RawUpstream) -> ServedProcess:
    return served_process(folder, CONFIG.format(site=site, to=upstream.base_url))  # type: ignore[return-value]


async def echo(call: Call) -> None:
    """Say the request's own words again and again."""
    marker = call.json["messages"][0]["content"]
    await call.begin()
    for number in range(EVENTS):
        await call.chunk(event(f"{marker} {number}"))
        await asyncio.sleep(0.02)
    await call.chunk(b"data: [DONE]\n\n")
    await call.chunk(b"")


@in_loop
async def test_none_hears_another_and_nothing_stays_open(site: Path, tmp_path: Path) -> None:
    async with RawUpstream(echo) as upstream:
        with serve(site, tmp_path, upstream) as server:
            idle, left_open = open_sockets(server), []
            for _ in range(2):
                await ask_all(server)
                # Those that serve the next request stay open, and no others.
                await few_sockets(server, upstream.open + idle)
                left_open.append(open_sockets(server))
            assert left_open[1] <= left_open[0] + 5, left_open
            assert len(upstream.calls) == 2 * STREAMS
            assert "Traceback" not in server.log


async def ask_all(server: ServedProcess) -> None:
    """Every third leaves in mid-stream."""
    markers = [f"stream-{number}-" for number in range(STREAMS)]

    async def ask(number: int, marker: str) -> bytes:
        leave = f"{marker} 3".encode() if number % 3 == 0 else None
        return (await read_answer(server, request("echo", marker), leave)).body

    bodies = await asyncio.gather(*(ask(number, marker) for number, marker in enumerate(markers)))
    for number, (marker, body) in enumerate(zip(markers, bodies, strict=True)):
        wanted = b"".join(event(f"{marker} {each}") for each in range(EVENTS))
        if number % 3 == 0:
            assert wanted.startswith(body.rpartition(b"\n\n")[0])
        else:
            assert body == wanted + b"data: [DONE]\n\n"


@in_loop
async def test_who_leaves_is_noticed_upstream_within_a_tenth_of_a_second(site: Path, tmp_path: Path) -> None:
    loop = asyncio.get_running_loop()
    here, gone = asyncio.Queue[None](), asyncio.Queue[float]()

    async def hold(call: Call) -> None:
        if call.json["model"] == "held":
            await call.begin()
            await call.chunk(event("one"))
        here.put_nowait(None)
        gone.put_nowait(await call.until_gone())

    async def leave(server: ServedProcess, model: str) -> float:
        """Ask and hang up, in mid-stream or before the first byte; gives the seconds until the upstream saw it."""
        reader, writer = await asyncio.open_connection(*server.address)
        writer.write(request(model))
        await here.get()
        if model == "held":
            await reader.readuntil(b"one")
        left = loop.time()
        writer.close()
        return await gone.get() - left

    async with RawUpstream(hold) as upstream:
        with serve(site, tmp_path, upstream) as server:
            for model in ("held", "late"):
                seconds = [await leave(server, model) for _ in range(20)]
                assert statistics.median(seconds) < 0.1, (model, seconds)
