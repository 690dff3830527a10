"""A model that says what a test has written down: an OpenAI-compatible service on a loopback port.

    with ScriptedModel() as model:
        model.reply("<code>final_answer(42)</code>", Reply(status=429, headers={"retry-after": "1"}))
        ... point a server at model.base_url; afterwards look at model.requests ...

Replies are given in order. A request for which none is left is refused with a message that says so.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

__all__ = ["Received", "Reply", "Script", "ScriptedModel"]


@dataclass
class Reply:
    """One scripted answer: ``text`` in OpenAI's format, or raw ``chunks``, or a ``body`` (a dict is JSON)."""

    text: str | None = None
    chunks: list[bytes | str] | None = None
    body: bytes | str | dict[str, Any] | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    """Seconds before each chunk."""
    hold_at: int | None = None
    """Wait before the chunk with this number until ``release()``; 0 holds the headers back too."""
    drop_after: int | None = None
    """Hang up, without a proper end, after this many chunks."""
    hang: bool = False
    """Accept the request and never answer."""
    released: threading.Event = field(default_factory=threading.Event)

    def release(self) -> None:
        """Let a reply with ``hold_at`` go on."""
        self.released.set()

    def parts(self, stream: bool, model: str) -> list[bytes]:
        """The body's bytes, chunk by chunk."""
        if self.chunks is not None:
            return [part if isinstance(part, bytes) else part.encode() for part in self.chunks]
        if self.text is not None:
            return _as_events(self.text, model) if stream else [_as_completion(self.text, model)]
        if isinstance(self.body, dict):
            return [json.dumps(self.body).encode()]
        if self.body is None:
            message = {"message": f"scripted {self.status}", "type": "scripted", "code": None}
            return [json.dumps({"error": message}).encode()]
        return [self.body if isinstance(self.body, bytes) else self.body.encode()]

    def media_type(self, stream: bool) -> str:
        """What the headers claim, unless they are scripted too."""
        streamed = stream and (self.text is not None or self.chunks is not None) and self.status == 200
        return "text/event-stream" if streamed else "application/json"


@dataclass(frozen=True)
class Received:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What the model was sent: ``role`` and ``content`` of each message."""
        messages: list[dict[str, Any]] = self.json["messages"]
        return messages


# Words in OpenAI's format are for the first; to the others a Reply gives chunks or a body.
_PATHS = ("chat/completions", "messages", "embeddings")
Script = Reply | Callable[[Received], Reply]
# 400: after a 500 the loop would ask again and again.
_NO_REPLY = "The test has no reply left for this request: give one more to reply(…) of the scripted model."


class ScriptedModel:
    """A context manager; ``base_url`` ends in /v1. With ``cors`` pages of any origin may ask it themselves."""

    def __init__(self, models: tuple[str, ...] = ("scripted",), cors: bool = False) -> None:
        self._usual_models = models
        self._cors = cors
        self.models = models
        """The names it is offered under: those that the page asks for."""
        self.models_reply: Reply | None = None
        """Answers GET /v1/models instead of the list, every time."""
        self.requests: list[Received] = []
        """For words, that is, chat completions."""
        self.listings: list[Received] = []
        """For the list of models."""
        self.disconnects = 0
        """How many clients left before their reply was complete."""
        self._replies: deque[Script] = deque()
        self._stopping = threading.Event()

    def reset(self) -> None:
        """Forget replies and records, so that several tests can share one model."""
        self._replies.clear()
        self.models = self._usual_models
        self.requests.clear()
        self.listings.clear()
        self.disconnects = 0
        self.models_reply = None

    def reply(self, *replies: str | Script) -> None:
        """Add replies: the model's words, a ``Reply``, or a function that is given the request and gives one."""
        self._replies.extend(Reply(text=each) if isinstance(each, str) else each for each in replies)

    def wait_until(self, condition: Callable[[], bool], timeout: float = 5.0) -> bool:
        """Poll ``condition``, such as ``lambda: model.disconnects == 1``; False if it never held."""
        deadline = time.monotonic() + timeout
        while not condition() and time.monotonic() < deadline:
            time.sleep(0.005)
        return condition()

    def __enter__(self) -> ScriptedModel:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen(128)
        self.base_url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"
        routes = [
            *(Route(f"/v1/{path}", self._chat, methods=["POST"]) for path in _PATHS),
            Route("/v1/models", self._list_models, methods=["GET"]),
        ]
        anyone = Middleware(CORSMiddleware, allow_origins=["*"], allow_headers=["*"], allow_methods=["*"])
        app = Starlette(routes=routes, middleware=[anyone] if self._cors else [])
        config = uvicorn.Config(app, http="h11", ws="none", log_config=None, timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)
        self._thread.start()
        if not self.wait_until(lambda: self._server.started):
            raise RuntimeError("the scripted model did not start")
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stopping.set()
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()

    async def _list_models(self, request: Request) -> Any:
        received = await _received(request)
        self.listings.append(received)
        if self.models_reply is not None:
            return _Scripted(self, self.models_reply, received)
        data = [{"id": model, "object": "model", "owned_by": "scripted"} for model in self.models]
        return JSONResponse({"object": "list", "data": data})

    async def _chat(self, request: Request) -> Any:
        received = await _received(request)
        self.requests.append(received)
        if not self._replies:
            return JSONResponse({"error": {"message": _NO_REPLY, "code": "no_reply_left"}}, 400)
        return _Scripted(self, self._replies.popleft(), received)


async def _received(request: Request) -> Received:
    return Received(request.method, request.url.path, dict(request.headers), await request.body())


class _Scripted:
    """An ASGI response that plays one reply."""

    def __init__(self, service: ScriptedModel, reply: Script, received: Received) -> None:
        self.service = service
        self.reply = reply if isinstance(reply, Reply) else reply(received)
        asked = received.json if received.body else {}
        self.stream = bool(asked.get("stream"))
        self.model = str(asked.get("model"))
        self.gone = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        watching = asyncio.create_task(self.watch(receive))
        try:
            await self.play(send)
        finally:
            watching.cancel()

    async def watch(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        self.service.disconnects += 1

    async def hold(self, released: Callable[[], bool]) -> None:
        while not (released() or self.gone or self.service._stopping.is_set()):  # noqa: ASYNC110
            await asyncio.sleep(0.005)  # released by another thread

    async def play(self, send: Send) -> None:
        reply = self.reply
        if reply.hang:
            await self.hold(lambda: False)
        if reply.hold_at == 0:
            await self.hold(reply.released.is_set)
        headers = {"content-type": reply.media_type(self.stream), **reply.headers}
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": reply.status, "headers": raw})
        for number, part in enumerate(reply.parts(self.stream, self.model)):
            if number == reply.drop_after:
                return  # uvicorn closes the connection of a response that was not completed
            if number == reply.hold_at:
                await self.hold(reply.released.is_set)
            if reply.delay:
                await asyncio.sleep(reply.delay)
            await send({"type": "http.response.body", "body": part, "more_body": True})
        if reply.drop_after is None:
            await send({"type": "http.response.body", "body": b"", "more_body": False})


def _as_events(text: str, model: str) -> list[bytes]:
    deltas: list[dict[str, str]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": word} for word in re.findall(r"\s*\S+|\s+$", text)]
    choices: list[dict[str, Any]] = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    choices.append({"index": 0, "delta": {}, "finish_reason": "stop"})
    frame = {"id": "chatcmpl-scripted", "object": "chat.completion.chunk", "created": 0, "model": model}
    events = [json.dumps({**frame, "choices": [choice]}) for choice in choices]
    return [f"data: {event}\n\n".encode() for event in [*events, "[DONE]"]]


def _as_completion(text: str, model: str) -> bytes:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    frame = {"id": "chatcmpl-scripted", "object": "chat.completion", "created": 0, "model": model}
    return json.dumps({**frame, "choices": [choice], "usage": usage}).encode()
