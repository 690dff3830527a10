"""Passes an upstream's answer on, byte for byte, until it ends or the client has left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from codeact_server.errors import ApiError, UpstreamClosedError, UpstreamError
from codeact_server.relay.prepared import Prepared
from codeact_server.responses import UNCACHED, error_response
from codeact_server.upstreams import EVENT_STREAM, Answer, Upstreams

__all__ = ["PassedAnswer"]


class PassedAnswer:
    """An ASGI response: one answer of the upstream, given up as soon as the client leaves."""

    def __init__(self, upstreams: Upstreams, prepared: Prepared, answer_bytes: int) -> None:
        """``answer_bytes`` is how long an answer may be that is not streamed."""
        self._upstreams = upstreams
        self._prepared = prepared
        self._answer_bytes = answer_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the answer on."""
        answering = asyncio.create_task(self._answer(scope, receive, send))
        leaving = asyncio.create_task(_disconnect(receive))
        try:
            await asyncio.wait((answering, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            # Cancelling the answer leaves Upstreams.open(), which closes the upstream's connection.
            answering.cancel()
            leaving.cancel()
            await asyncio.gather(answering, leaving, return_exceptions=True)
        if not answering.cancelled():
            answering.result()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with self._upstreams.open(self._prepared) as answer:
                if answer.media_type == EVENT_STREAM:
                    await _send_stream(answer, send)
                    return
                whole = await _read(answer.chunks, self._answer_bytes)
                headers = {**UNCACHED, **answer.headers}
            response = Response(whole, headers=headers, media_type=answer.media_type)
        except ApiError as error:
            response = error_response(error)
        await response(scope, receive, send)


async def _read(chunks: AsyncIterator[bytes], limit: int) -> bytes:
    joined = bytearray()
    async for chunk in chunks:
        joined += chunk
        if len(joined) > limit:
            raise UpstreamError(502, "upstream_too_large", "The model's answer is larger than allowed.")
    return bytes(joined)


async def _send_stream(answer: Answer, send: Send) -> None:
    headers = {**UNCACHED, **answer.headers, "content-type": f"{EVENT_STREAM}; charset=utf-8"}
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
