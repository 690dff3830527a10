"""Sends a streamed answer on, event by event as they come, and ends it in words that its reader knows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

from starlette.types import Send

from codeact_server.errors import UpstreamClosedError, UpstreamError
from codeact_server.relay.account import Account, CapError
from codeact_server.relay.clock import StreamClock
from codeact_server.relay.events import WholeEvents, error_event
from codeact_server.responses import UNCACHED
from codeact_server.upstreams import EVENT_STREAM, Answer

__all__ = ["AnswerLimits", "send_stream", "too_large", "too_long"]


@dataclass(frozen=True, slots=True)
class AnswerLimits:
    """``whole_bytes`` is for answers that are not streamed, ``write_seconds`` for a client that does not read."""

    whole_bytes: int
    stream_bytes: int
    seconds: float
    write_seconds: float


def too_large(most: int) -> CapError:
    """Give the error for an answer that was ended for its size."""
    return CapError(502, "answer_too_long", f"This server ends answers after {most} bytes.")


def too_long(most: float) -> CapError:
    """Give the error for an answer that was ended for its time."""
    return CapError(504, "answer_too_long", f"This server ends answers after {most:g} seconds.")


async def send_stream(answer: Answer, send: Send, account: Account, dialect: str, limits: AnswerLimits) -> None:
    """Send the answer. What ends it early is told by a last event, and noted in ``account``."""
    headers = {**UNCACHED, **answer.headers, "content-type": f"{EVENT_STREAM}; charset=utf-8"}
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    events = WholeEvents()
    clock = StreamClock(limits.seconds, limits.write_seconds)
    failure: UpstreamError | None = None
    try:
        async with clock:
            await send({"type": "http.response.start", "status": 200, "headers": raw})
            await _pass_on(answer.chunks, events, account, clock, send, limits.stream_bytes)
            if events.is_cut:
                raise UpstreamClosedError("closed the connection")
    except (UpstreamClosedError, CapError) as error:
        failure = error
    except TimeoutError:
        failure = too_long(limits.seconds)
    if failure:
        account.fail(failure)
    else:
        account.outcome = "ok"
    if clock.unread:
        return  # An answer without its last piece makes the server close the connection.
    last = error_event(failure, dialect, within=events.within) if failure else events.rest()
    # The upstream's connection is still open, and must not wait for a reader that has stopped meanwhile.
    with suppress(TimeoutError):
        async with asyncio.timeout(limits.write_seconds):
            await send({"type": "http.response.body", "body": last, "more_body": False})


async def _pass_on(
    chunks: AsyncIterator[bytes],
    events: WholeEvents,
    account: Account,
    clock: StreamClock,
    send: Send,
    most_bytes: int,
) -> None:
    left = most_bytes
    feed, count = events.feed, account.tap.feed
    async for chunk in chunks:
        left -= len(chunk)
        if left < 0:
            raise too_large(most_bytes)
        if whole := feed(chunk):
            count(whole)
            clock.sending()
            await send({"type": "http.response.body", "body": whole, "more_body": True})
            clock.sent()
