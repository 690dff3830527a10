"""An upstream made of bare sockets, which can do what no server library would, and notes every byte it is sent."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Act", "Asked", "StubUpstream", "event", "head"]


@dataclass
class Asked:
    """One request as it arrived. ``left`` is when (time.monotonic) its connection was closed by the other side."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes
    left: float | None = None
    done: bool = False

    @property
    def fields(self) -> Any:
        return json.loads(self.body) if self.body else {}


Act = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]
"""Answers one request; raises ConnectionError when nobody reads any more."""


def head(status: int = 200, media_type: str = "application/json", **headers: str) -> bytes:
    """The start of an answer whose body ends with its connection."""
    lines = {"content-type": media_type, "connection": "close", **headers}
    return (
        f"HTTP/1.1 {status} X\r\n{''.join(f'{k}: {v}{chr(13)}{chr(10)}' for k, v in lines.items())}\r\n".encode()
    )


def event(text: str) -> bytes:
    """A chunk of a streamed chat, as an event."""
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    told = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [choice]}
    return b"data: " + json.dumps(told).encode() + b"\n\n"


async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """What a well provider would."""
    if asked.method == "GET":
        body = b'{"object": "list", "data": [{"id": "demo", "object": "model"}]}'
    elif asked.fields.get("stream"):
        writer.write(head(media_type="text/event-stream") + event("one") + event(" two") + b"data: [DONE]\n\n")
        return
    else:
        message = {"role": "assistant", "content": "hello"}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        told = {"id": "c", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]}
        body = json.dumps({**told, "usage": usage}).encode()
    writer.write(head(**{"content-length": str(len(body))}) + body)


@dataclass
class StubUpstream:
    """A context manager. ``acts`` say how requests for a model are answered; all others are answered well."""

    acts: dict[str, Act] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def __enter__(self) -> StubUpstream:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        starting = asyncio.run_coroutine_threadsafe(self._start(), self._loop)
        self._server = starting.result(10)
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.base_url = f"http://127.0.0.1:{self.port}/v1"
        return self

    def __exit__(self, *exc: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def wait_until(self, condition: Callable[[], bool], timeout: float = 5.0) -> bool:
        """Poll ``condition``; False if it never held."""
        deadline = time.monotonic() + timeout
        while not condition() and time.monotonic() < deadline:
            time.sleep(0.005)
        return condition()

    async def _start(self) -> asyncio.Server:
        self._tasks: set[asyncio.Task[None]] = set()
        return await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=2048)

    async def _stop(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            asked = await _read(reader)
            self.asked.append(asked)
            act = self.acts.get(str(asked.fields.get("model")), answer)
            acting = asyncio.create_task(act(asked, writer))
            leaving = asyncio.create_task(reader.read())
            done, _ = await asyncio.wait((acting, leaving), return_when=asyncio.FIRST_COMPLETED)
            if leaving in done:
                asked.left = time.monotonic()
                acting.cancel()
            else:
                leaving.cancel()
            await asyncio.gather(acting, leaving, return_exceptions=True)
            asked.done = True
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # opened for nothing, or left
        finally:
            self._tasks.discard(task)
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Asked:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = lines[0].split(" ", 2)
    headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines[1:] if line)]
    lower = {name.lower(): value for name, value in headers}
    body = b""
    if lower.get("transfer-encoding"):
        while size := int(await reader.readline(), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
    else:
        body = await reader.readexactly(int(lower.get("content-length", "0")))
    return Asked(method, target, headers, body)
