"""What tests look at from outside while a server's process relays: its requests as bytes, and its open sockets."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

from support.served_process import ServedProcess

__all__ = ["few_sockets", "last_event", "open_sockets", "request"]


def request(model: str, words: str = "hi", *, stream: bool = True, path: str = "chat/completions") -> bytes:
    """One POST on a connection of its own, to /v1/``path``."""
    asked = {"model": model, "stream": stream, "messages": [{"role": "user", "content": words}]}
    body = json.dumps(asked).encode()
    lines = ["host: localhost", "connection: close", "content-type: application/json"]
    lines = [f"POST /v1/{path} HTTP/1.1", *lines, f"content-length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


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
    async with asyncio.timeout(5):
        while open_sockets(server) > most:  # noqa: ASYNC110 - in another process
            await asyncio.sleep(0.02)
