"""Passes an upstream's answer on, byte for byte, until it ends, a cap ends it, or the client has left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from codeact_server.errors import ApiError, RequestError, UpstreamClosedError, UpstreamError
from codeact_server.observe import metrics
from codeact_server.observe.logs import note
from codeact_server.relay.clock import StreamClock
from codeact_server.relay.events import WholeEvents, error_event
from codeact_server.relay.leaving import ClientLeft, while_connected
from codeact_server.relay.prepared import Prepared
from codeact_server.relay.usage import UsageTap
from codeact_server.responses import UNCACHED, error_response
from codeact_server.upstreams import EVENT_STREAM, Answer, Upstreams

if TYPE_CHECKING:
    from codeact_server.access.caller import Caller
    from codeact_server.quotas import Quotas

__all__ = ["AnswerLimits", "PassedAnswer"]


@dataclass(frozen=True, slots=True)
class AnswerLimits:
    """``whole_bytes`` is for answers that are not streamed, ``write_seconds`` for a client that does not read."""

    whole_bytes: int
    stream_bytes: int
    seconds: float
    write_seconds: float


class PassedAnswer:
    """An ASGI response: one answer of an upstream, given up as soon as the client leaves."""

    def __init__(
        self, upstreams: Upstreams, quotas: Quotas, caller: Caller, prepared: Prepared, limits: AnswerLimits
    ) -> None:
        self._upstreams = upstreams
        self._quotas = quotas
        self._caller = caller
        self._prepared = prepared
        self._limits = limits
        # What is told of the request when it has ended, however it did.
        self._tap = UsageTap(prepared.input_tokens)
        self._began = perf_counter()
        self._first_byte: float | None = None
        self._upstream = ""
        self._outcome = "left"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the answer on."""
        price = self._upstreams.price(self._prepared.model)
        response: Response | None = None
        try:
            async with self._quotas.admit(self._caller, self._prepared, price) as spending:
                try:
                    async with while_connected(receive):
                        response = await self._answer(send)
                finally:
                    tokens = self._used()
                    spending.used(*tokens)
                    self._tell(scope, *tokens)
        except ClientLeft:
            return
        except ApiError as error:
            if isinstance(error, RequestError):
                metrics.refused(error.code)
            response = error_response(error)
        if response is not None:
            await response(scope, receive, send)

    async def _answer(self, send: Send) -> Response | None:
        """Stream the answer, or give it whole. Raises what has kept the first byte from coming."""
        try:
            async with self._upstreams.open(self._prepared) as answer:
                self._upstream, self._first_byte = answer.upstream, perf_counter() - self._began
                metrics.stream_changed(answer.upstream, +1)
                try:
                    if answer.media_type == EVENT_STREAM:
                        await self._stream(answer, send)
                        return None
                    whole = await self._whole(answer.chunks)
                finally:
                    metrics.stream_changed(answer.upstream, -1)
        except UpstreamClosedError:
            self._outcome = "broken"
            raise
        except ApiError:
            self._outcome = "refused"
            raise
        self._outcome = "ok"
        return Response(whole, headers={**UNCACHED, **answer.headers}, media_type=answer.media_type)

    async def _whole(self, chunks: AsyncIterator[bytes]) -> bytes:
        joined = bytearray()
        try:
            async with asyncio.timeout(self._limits.seconds):
                async for chunk in chunks:
                    joined += chunk
                    if len(joined) > self._limits.whole_bytes:
                        raise UpstreamError(
                            502, "upstream_too_large", "The model's answer is larger than allowed."
                        )
        except TimeoutError as exc:
            raise self._too_long(504) from exc
        whole = bytes(joined)
        self._tap.feed_whole(whole)
        return whole

    async def _stream(self, answer: Answer, send: Send) -> None:
        headers = {**UNCACHED, **answer.headers, "content-type": f"{EVENT_STREAM}; charset=utf-8"}
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        clock = StreamClock(self._limits.seconds, self._limits.write_seconds)
        events = WholeEvents()
        last = b""
        try:
            async with clock:
                await send({"type": "http.response.start", "status": 200, "headers": raw})
                if await self._pass_on(answer.chunks, events, clock, send):
                    self._outcome, last = "ok", events.rest()
                else:
                    self._outcome, last = "cut", self._last_words(self._too_large(), events)
        except UpstreamClosedError as error:
            self._outcome, last = "broken", self._last_words(error, events)
        except TimeoutError:
            self._outcome = "cut"
            if clock.unread:
                # Nothing can be said to it. Ending without the last piece makes servers close the connection.
                return
            last = self._last_words(self._too_long(200), events)
        # Also for a reader that has stopped reading meanwhile: the upstream's connection is still open.
        async with asyncio.timeout(self._limits.write_seconds):
            await send({"type": "http.response.body", "body": last, "more_body": False})

    async def _pass_on(
        self, chunks: AsyncIterator[bytes], events: WholeEvents, clock: StreamClock, send: Send
    ) -> bool:
        """Give whether the answer has ended before its cap."""
        left = self._limits.stream_bytes
        feed, count = events.feed, self._tap.feed
        async for chunk in chunks:
            left -= len(chunk)
            if left < 0:
                return False
            if whole := feed(chunk):
                count(whole)
                clock.sending()
                await send({"type": "http.response.body", "body": whole, "more_body": True})
                clock.sent()
        return True

    def _last_words(self, error: ApiError, events: WholeEvents) -> bytes:
        return error_event(error, self._prepared.dialect, within=events.within)

    def _too_large(self) -> UpstreamError:
        most = self._limits.stream_bytes
        return UpstreamError(200, "answer_too_long", f"This server ends answers after {most} bytes.")

    def _too_long(self, status: int) -> UpstreamError:
        most = self._limits.seconds
        return UpstreamError(status, "answer_too_long", f"This server ends answers after {most:g} seconds.")

    def _used(self) -> tuple[int, int]:
        """Tokens of input and output. Nothing is paid for where the upstream refused, or was not asked."""
        if self._first_byte is None:
            return (self._prepared.input_tokens, 0) if self._outcome == "left" else (0, 0)
        return self._tap.usage(ended=self._outcome == "ok")

    def _tell(self, scope: Scope, input_tokens: int, output_tokens: int) -> None:
        upstream = self._upstream or "none"
        metrics.relay_ended(
            self._prepared.dialect, upstream, self._outcome, self._first_byte, input_tokens, output_tokens
        )
        note(
            scope.setdefault("state", {}),
            upstream=upstream,
            model=self._prepared.model,
            input_tokens=input_tokens,
            output_tokens=output_tokens,
        )
