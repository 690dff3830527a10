"""An upstream written by hand on a real socket, for what a well-behaved server cannot be made to do.

    async with RawUpstream(play) as raw: ...

``play`` is an async function that is given each ``Call``; the connection is kept for the next one.
"""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Self

__all__ = ["Call", "RawUpstream", "answering"]


@dataclass
class Call:
    """One request, and the means to answer it."""

    line: str
    headers: dict[str, str]
    body: bytes
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    number: int

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    async def send(self, *parts: bytes) -> None:
        """Write bytes as they are, each part by itself."""
        for part in parts:
            self.writer.write(part)
            await self.writer.drain()

    async def answer(self, body: Any = None, status: int = 200, **headers: str) -> None:
        """Send a whole answer, JSON unless ``headers`` say else; ``x_y`` among them is X-Y."""
        raw = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
        told = {"content-type": "application/json", "content-length": str(len(raw))}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        await self.send(_head(status, told) + raw)

    async def begin(self, **headers: str) -> None:
        """Send the head of a stream, chunked."""
        told = {"content-type": "text/event-stream", "transfer-encoding": "chunked"}
        await self.send(_head(200, told | {name.replace("_", "-"): value for name, value in headers.items()}))

    async def chunk(self, data: bytes) -> None:
        """Send a part of the stream; b"" ends it."""
        await self.send(b"%x\r\n%s\r\n" % (len(data), data))

    async def hang_up(self) -> None:
        """Close the connection."""
        self.writer.close()

    async def until_gone(self) -> float:
        """Wait until the client has closed; the loop's time then."""
        try:
            while await self.reader.read(65536):
                pass
        except ConnectionError:
            pass
        return asyncio.get_running_loop().time()


Play = Callable[[Call], Awaitable[None]]


@dataclass
class RawUpstream:
    """Listens on loopback; ``calls`` are the requests that came, ``connections`` how many were ever accepted."""

    play: Play
    tls: ssl.SSLContext | None = None
    calls: list[Call] = field(default_factory=list)
    connections: int = 0
    open: int = 0

    async def __aenter__(self) -> Self:
        self._tasks: set[asyncio.Task[None]] = set()
        # Its own socket: more than the usual 100 connections may come at once.
        listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.port = listener.getsockname()[1]
        self._server = await asyncio.start_server(self._serve, sock=listener, limit=2**20, ssl=self.tls)
        self.base_url = f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}/v1"
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        self.open += 1
        try:
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                first, *lines = head.decode().rstrip().split("\r\n")
                headers = {
                    name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)
                }
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                call = Call(first, headers, body, reader, writer, len(self.calls))
                self.calls.append(call)
                await self.play(call)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.open -= 1
            self._tasks.discard(task)
            writer.close()


def answering(*plays: Play | int | dict[str, Any]) -> Play:
    """Play these in turn, the last one for ever: a status, a body, or an async function."""

    async def play(call: Call) -> None:
        each = plays[min(call.number, len(plays) - 1)]
        if isinstance(each, int):
            await call.answer({"error": {"message": f"scripted {each}"}}, each)
        elif isinstance(each, dict):
            await call.answer(each)
        else:
            await each(call)

    return play


def _head(status: int, headers: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Scripted", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()
