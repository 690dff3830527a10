"""The two endpoints a page may call: one completion, and the list of models.

Mounted by ``app``. A request is checked, handed to ``upstream``, and its answer passed on as it comes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from codeact_server.errors import ApiError, RequestError, UpstreamClosedError, UpstreamError
from codeact_server.upstream import EVENT_STREAM, Answer, UpstreamClient

__all__ = ["answer_error", "answer_nobody", "error_response", "list_models", "relay_chat"]

# Buffering anywhere on the way would turn a stream of words into one late lump.
_UNCACHED = {"cache-control": "no-store", "x-accel-buffering": "no"}


class _ChatRequest(BaseModel):
    """What the relay itself must understand; all other fields are the provider's business."""

    model_config = ConfigDict(strict=True)
    model: str = Field(min_length=1)
    messages: list[dict[str, object]] = Field(min_length=1)
    stream: bool | None = None


class _Relay:
    """An ASGI response: one answer of the upstream, given up as soon as the client leaves."""

    def __init__(self, upstream: UpstreamClient, body: bytes, *, stream: bool) -> None:
        self._upstream = upstream
        self._body = body
        self._stream = stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answering = asyncio.create_task(self._answer(scope, receive, send))
        leaving = asyncio.create_task(_disconnect(receive))
        try:
            await asyncio.wait((answering, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            # Cancelling the answer leaves client.stream(), which closes the upstream's connection.
            answering.cancel()
            leaving.cancel()
            await asyncio.gather(answering, leaving, return_exceptions=True)
        if not answering.cancelled():
            answering.result()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with self._upstream.chat(self._body, stream=self._stream) as answer:
                if answer.media_type == EVENT_STREAM:
                    await _send_stream(answer, send)
                    return
                whole = await self._upstream.read(answer.chunks)
                headers = {**_UNCACHED, **answer.headers}
            response = Response(whole, headers=headers, media_type=answer.media_type)
        except ApiError as error:
            response = error_response(error)
        await response(scope, receive, send)


async def relay_chat(request: Request) -> _Relay:
    """POST /v1/chat/completions: bytes in, bytes out, nothing kept."""
    body = await _read_body(request, request.app.state.settings.limits.body_bytes)
    try:
        chat = _ChatRequest.model_validate_json(body)
    except ValidationError as exc:
        raise _bad_request(exc) from None
    upstream: UpstreamClient | None = request.state.upstream
    if upstream is None:
        raise UpstreamError(
            503,
            "no_upstream",
            "No model is connected to this server. Set OPENAI_BASE_URL and OPENAI_API_KEY, or write an "
            "[upstream] table into codeact.toml, and start it again.",
        )
    return _Relay(upstream, body, stream=bool(chat.stream))


async def list_models(request: Request) -> Response:
    """GET /v1/models: the names only, whatever else the provider tells; none without a provider."""
    upstream: UpstreamClient | None = request.state.upstream
    names = await upstream.models() if upstream else []
    models = [{"id": name, "object": "model"} for name in names]
    return JSONResponse({"object": "list", "data": models}, headers=_UNCACHED)


async def answer_error(request: Request, exc: Exception) -> Response:
    """Turn an ``ApiError`` into its response; Starlette calls it."""
    assert isinstance(exc, ApiError)
    return error_response(exc)


async def answer_nobody(request: Request, exc: Exception) -> Response:
    """End a request whose sender left before it was whole; the response goes nowhere."""
    return Response(status_code=400)


def error_response(error: ApiError) -> Response:
    """Give the response that carries ``error``."""
    return JSONResponse(error.as_dict(), error.status, headers={**_UNCACHED, **error.headers})


async def _read_body(request: Request, limit: int) -> bytes:
    too_large = RequestError(
        413,
        "body_too_large",
        f"The request is larger than {limit} bytes.",
        # What was not read must not be taken for the next request.
        {"connection": "close"},
    )
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > limit:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise too_large
    return bytes(body)


def _bad_request(exc: ValidationError) -> RequestError:
    problem = exc.errors(include_url=False, include_context=False, include_input=False)[0]
    if problem["type"] in {"json_invalid", "model_type"}:
        return RequestError(400, "invalid_json", "The body must be one JSON object in UTF-8.")
    where = ".".join(str(part) for part in problem["loc"])
    said = problem["msg"].replace("Input should", "should").replace("Field required", "is missing")
    return RequestError(422, "invalid_body", f"The body's `{where}` {said}.")


async def _send_stream(answer: Answer, send: Send) -> None:
    headers = {**_UNCACHED, **answer.headers, "content-type": f"{EVENT_STREAM}; charset=utf-8"}
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": 200, "headers": raw})
    async for chunk in _until_closed(answer.chunks):
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _until_closed(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Pass the bytes on; should they break off, end with an event that says so."""
    tail = b"\n\n"
    try:
        async for chunk in chunks:
            tail = (tail + chunk)[-2:]
            yield chunk
    except UpstreamClosedError as error:
        # An event begun by the upstream must not swallow ours.
        yield (b"" if tail == b"\n\n" else b"\n\n") + b"data: " + JSONResponse(error.as_dict()).body + b"\n\n"


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
