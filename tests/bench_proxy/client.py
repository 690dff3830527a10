"""Asks for streams and tells when their first event came, in a process of its own; prints one line of JSON.

    python client.py URL TOKEN STREAMS AT_ONCE EVENTS SECONDS

``STREAMS`` requests in all, ``AT_ONCE`` of them at a time. Their first start evenly over ``SECONDS``: at once
with 0, else so that callers who know nothing of each other do not ask at the same moment again and again. A
stream that is not whole, with ``EVENTS`` tokens and a proper end, is an error.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any, cast
from urllib.parse import urlsplit

import uvloop

QUESTION = {"model": "bench", "stream": True, "messages": [{"role": "user", "content": "Say something."}]}
END = b"0\r\n\r\n"


class Stream(asyncio.Protocol):
    """One request on a connection of its own."""

    def __init__(self, request: bytes, started: float) -> None:
        self._request = request
        self._started = started
        self._tail = b""
        self.first: float | None = None
        self.tokens = 0
        self.ended: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        if self.first is None and b"token " in data:
            self.first = time.perf_counter() - self._started
        self.tokens += data.count(b"token ")
        self._tail = (self._tail + data)[-len(END) :]
        if self._tail == END and not self.ended.done():
            self.ended.set_result(True)
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(False)


async def ask(url: str, token: str, streams: int, at_once: int, events: int, over: float) -> dict[str, Any]:
    """Give the seconds to each first event, sorted, the errors, and the seconds all took."""
    parts = urlsplit(url)
    body = json.dumps({**QUESTION, "max_tokens": events})
    request = (
        f"POST {parts.path} HTTP/1.1\r\nhost: {parts.netloc}\r\nauthorization: Bearer {token}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n{body}"
    ).encode()
    loop = asyncio.get_running_loop()
    firsts: list[float] = []
    errors = 0

    async def one() -> None:
        nonlocal errors
        started = time.perf_counter()
        try:
            _, stream = await loop.create_connection(lambda: Stream(request, started), parts.hostname, parts.port)
        except OSError:
            errors += 1
            return
        whole = await stream.ended
        if whole and stream.first is not None and stream.tokens == events:
            firsts.append(stream.first)
        else:
            errors += 1

    async def place(number: int) -> None:
        await asyncio.sleep(number * over / at_once)
        for _ in range(number, streams, at_once):
            await one()

    started = time.perf_counter()
    await asyncio.gather(*(place(number) for number in range(at_once)))
    return {"firsts": sorted(firsts), "errors": errors, "seconds": time.perf_counter() - started}


if __name__ == "__main__":
    address, key, *numbers, seconds = sys.argv[1:]
    print(json.dumps(uvloop.run(ask(address, key, *map(int, numbers), float(seconds)))))
