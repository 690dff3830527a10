"""A server's process that relays, looked at from outside: requests as bytes, whole answers, its open sockets."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.served_process import ServedProcess

__all__ = ["RawAnswer", "few_sockets", "last_event", "open_sockets", "read_answer", "request"]


def request(model: str, words: str = "hi", *, stream: bool = True, path: str = "chat/completions") -> bytes:
    """One POST on a connection of its own, to /v1/``path``."""
    asked = {"model": model, "stream": stream, "messages": [{"role": "user", "content": words}]}
    body = json.dumps(asked).encode()
    lines = ["host: localhost", "connection: close", "content-type: application/json"]
    lines = [f"POST /v1/{path} HTTP/1.1", *lines, f"content-length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass(frozen=True)
class RawAnswer:
    """One answer, its body taken out of its chunks."""

    status: int
    head: str
    body: bytes

    @property
    def is_stream(self) -> bool:
        return "content-type: text/event-stream" in self.head


async def read_answer(server: ServedProcess, asked: bytes, leave_after: bytes | None = None) -> RawAnswer:
    """Send ``asked`` and read until the server hangs up, or, if given, until ``leave_after`` has come.

    Raises AssertionError for an answer that does not end as HTTP wants it, and TimeoutError after 30 s.
    """
    reader, writer = await asyncio.open_connection(*server.address)
    try:
        async with asyncio.timeout(30):
            writer.write(asked)
            raw = await (reader.readuntil(leave_after) if leave_after else reader.read())
    finally:
        writer.close()
    head, _, rest = raw.partition(b"\r\n\r\n")
    text = head.decode("latin-1").lower()
    if "transfer-encoding: chunked" in text:
        rest, ended = _unchunked(rest)
        assert ended or leave_after, f"cut short: {rest[-100:]!r}"
    return RawAnswer(int(text.split(" ")[1]), text, rest)


def _unchunked(raw: bytes) -> tuple[bytes, bool]:
    """The body in chunks, and whether it has ended."""
    parts, at = [], 0
    while (end := raw.find(b"\r\n", at)) >= 0:
        size = int(raw[at:end], 16)
        parts.append(raw[end + 2 : end + 2 + size])
        at = end + 2 + size + 2
        if size == 0:
            return b"".join(parts), True
    return b"".join(parts), False


def last_event(body: bytes) -> dict[str, Any]:
    """What the last event of a stream holds, which must be a whole one."""
    assert body.endswith(b"\n\n"), body[-200:]
    event = body[:-2].rpartition(b"\n\n")[2]
    found: dict[str, Any] = json.loads(event.rpartition(b"data: ")[2])
    return found


def open_sockets(server: ServedProcess) -> int:
    """How many sockets its process has open."""
    folder = Path(f"/proc/{server.process.pid}/fd")
    found = 0
    for entry in folder.iterdir():
        try:
            found += os.readlink(entry).startswith("socket:")
        except FileNotFoundError:
            continue  # closed since
    return found


async def few_sockets(server: ServedProcess, most: int) -> None:
    """Return when ``most`` are open or fewer; they are closed soon after the answer. Raises TimeoutError."""
    async with asyncio.timeout(20):
        while open_sockets(server) > most:  # noqa: ASYNC110 - in another process
            await asyncio.sleep(0.02)
