"""An upstream that costs next to nothing: as many tokens as ``max_tokens`` asks for, one every so many seconds.

    python generator.py PORT SECONDS

Written on the transport itself, since a framework would be the slowest part of the benchmark.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from typing import cast

import uvloop

_CHUNK = {
    "id": "chatcmpl-1",
    "object": "chat.completion.chunk",
    "created": 0,
    "model": "bench",
    "choices": [{"index": 0, "delta": {"content": "token "}, "finish_reason": None}],
}
_LAST = {**_CHUNK, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}


def _event(data: str) -> bytes:
    event = f"data: {data}\n\n".encode()
    return b"%x\r\n%s\r\n" % (len(event), event)


_ASKED = re.compile(rb'"max_tokens": ?([0-9]+)')
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
TOKEN = _event(json.dumps(_CHUNK))
END = _event(json.dumps(_LAST)) + _event("[DONE]") + b"0\r\n\r\n"


class Generator(asyncio.Protocol):
    """One connection; requests on it one after another."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._read = b""
        self._left = 0
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, found, rest = self._read.partition(b"\r\n\r\n")
        if not found:
            return
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        if len(rest) < int(length or 0):
            return
        asked = _ASKED.search(rest)
        self._left = int(asked[1]) if asked else 0
        self._read = rest[int(length or 0) :]
        self._transport.write(HEAD)
        self._say()

    def _say(self) -> None:
        if self._transport.is_closing():
            return
        if self._left == 0:
            self._transport.write(END)
            return
        self._left -= 1
        self._transport.write(TOKEN)
        self._loop.call_later(self._seconds, self._say)


async def _serve(port: int, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Generator(seconds), "127.0.0.1", port, backlog=4096)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1]), float(sys.argv[2])))
