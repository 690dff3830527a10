"""Passes an upstream's answer on until it ends, a cap ends it, or the client has left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from codeact_server.access import Caller
from codeact_server.errors import ApiError, UpstreamError
from codeact_server.observe import metrics
from codeact_server.quotas import Quotas
from codeact_server.relay.account import Account
from codeact_server.relay.leaving import ClientLeft, while_connected
from codeact_server.relay.prepared import Prepared
from codeact_server.relay.streaming import AnswerLimits, send_stream, too_large, too_long
from codeact_server.responses import UNCACHED, error_response
from codeact_server.upstreams import EVENT_STREAM, Upstreams

__all__ = ["PassedAnswer"]

_PIECE = 64 * 1024


class _InPieces(Response):
    """A whole answer, of which each piece may take a client ``write_seconds``."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        for start in range(0, max(1, len(self.body)), _PIECE):
            end = start + _PIECE
            piece = bytes(self.body[start:end])
            await send({"type": "http.response.body", "body": piece, "more_body": end < len(self.body)})


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
        self._account = Account(prepared)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the answer on, or say why there is none."""
        account = self._account
        account.price = self._upstreams.price(self._prepared)
        try:
            async with self._quotas.admit(self._caller, self._prepared, account.price) as spending:
                try:
                    async with while_connected(receive):
                        response = await self._answer(send)
                except asyncio.CancelledError:
                    account.outcome = "cut"  # this server is being stopped
                    raise
                finally:
                    spending.used(*account.close(scope.setdefault("state", {})), account.price)
        except ClientLeft:
            return
        except ApiError as error:
            if not isinstance(error, UpstreamError):
                metrics.refused(error.code)
            response = error_response(error)
        if response is not None:
            await response(scope, receive, send)

    async def _answer(self, send: Send) -> Response | None:
        """Stream the answer, or give it whole. Raises what has kept it from coming."""
        account = self._account
        try:
            async with self._upstreams.open(self._prepared) as answer:
                account.begin(answer.upstream, answer.price)
                if answer.media_type == EVENT_STREAM:
                    await send_stream(answer, send, account, self._prepared.dialect, self._limits)
                    return None
                whole = await self._whole(answer.chunks)
        except ApiError as error:
            account.fail(error)
            raise
        account.outcome = "ok"
        return _InPieces(whole, headers={**UNCACHED, **answer.headers}, media_type=answer.media_type)

    async def _whole(self, chunks: AsyncIterator[bytes]) -> bytes:
        """Join an answer that is not streamed: part of a JSON document is of no use."""
        joined = bytearray()
        try:
            async with asyncio.timeout(self._limits.seconds):
                async for chunk in chunks:
                    joined += chunk
                    if len(joined) > self._limits.whole_bytes:
                        raise too_large(self._limits.whole_bytes)
        except TimeoutError as exc:
            raise too_long(self._limits.seconds) from exc
        finally:
            whole = bytes(joined)
            self._account.tap.feed_whole(whole)
        return whole
