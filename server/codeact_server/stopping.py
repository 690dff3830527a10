"""How the server ends: it says so, gives answers a while to end, and breaks the others off in a way clients know.

``serve`` begins it; ``EndedAnswers`` is a middleware of ``app``.
"""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from codeact_server.errors import ServerFailure
from codeact_server.relay.events import error_event
from codeact_server.responses import error_response

__all__ = ["EndedAnswers", "Stopping"]

_EVENT_STREAM = b"text/event-stream"
_MESSAGES = "/v1/messages"


class Stopping:
    """Whether the server is leaving, and the answers to be broken off when their time is over."""

    def __init__(self) -> None:
        self.begun = False
        self.over = False
        self._tasks: set[asyncio.Task[object]] = set()

    def begin(self) -> None:
        """Say from now on that the server is leaving."""
        self.begun = True

    def break_off(self) -> None:
        """End what is being answered; nothing is begun any more."""
        self.over = True
        for task in self._tasks:
            task.cancel()

    def add(self, task: asyncio.Task[object]) -> bool:
        """Take an answer in, unless it is too late for any."""
        if not self.over:
            self._tasks.add(task)
        return not self.over

    def remove(self, task: asyncio.Task[object]) -> None:
        """Let an answer go."""
        self._tasks.discard(task)


class EndedAnswers:
    """Gives an answer of the relay that is broken off an end: an event in a stream, else a 503."""

    def __init__(self, app: ASGIApp, stopping: Stopping) -> None:
        self._app = app
        self._stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does, until the server's time is over."""
        if scope["type"] != "http" or not scope["path"].startswith("/v1/"):
            await self._app(scope, receive, send)
            return
        answer = _Answer(send)
        task = asyncio.current_task()
        assert task is not None
        if self._stopping.add(task):
            try:
                await self._app(scope, receive, answer.send)
                return
            except asyncio.CancelledError:
                if not self._stopping.over:
                    raise
                task.uncancel()
            finally:
                self._stopping.remove(task)
        await answer.end(scope, receive)


class _Answer:
    """What was sent of one answer."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._started = self._is_stream = self._ended = False
        self._tail = b"\n\n"  # the last bytes sent: an event begun by the upstream must not swallow ours

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._started = True
            types = [value for name, value in message.get("headers", ()) if name.lower() == b"content-type"]
            self._is_stream = any(value.startswith(_EVENT_STREAM) for value in types)
        else:
            if body := message.get("body"):
                self._tail = (self._tail + body)[-3:]
            self._ended = not message.get("more_body", False)
        await self._send(message)

    async def end(self, scope: Scope, receive: Receive) -> None:
        error = ServerFailure(503, "server_stopping", "The server is being stopped; ask again in a moment.")
        if not self._started:
            error.headers["retry-after"] = "5"
            await error_response(error)(scope, receive, self._send)
        elif self._is_stream and not self._ended:
            dialect = "anthropic.messages" if scope["path"].startswith(_MESSAGES) else "openai.chat"
            body = error_event(error, dialect, within=not self._tail.endswith((b"\n\n", b"\n\r\n")))
            await self._send({"type": "http.response.body", "body": body, "more_body": False})
        # Anything else ends short, which its length tells.
