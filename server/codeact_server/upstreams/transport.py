"""httpx over aiohttp's connections, bound to what the settings allow: see docs/adr/0032."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from ssl import SSLContext

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver
from aiohttp.connector import Connection
from httpx_aiohttp import AiohttpTransport

from codeact_server.upstream_settings import Upstream
from codeact_server.upstreams.address_guard import open_public_socket

__all__ = ["Line", "line", "open_http"]

# Of an answer that nobody reads yet; what asyncio reads at once (256 KiB) comes on top.
_READ_AHEAD = 32 * 1024


class Line:
    """The connection that one request got."""

    def __init__(self) -> None:
        self._connection: Connection | None = None
        self._transport: asyncio.Transport | None = None

    def take(self, connection: Connection) -> None:
        """Remember it. The transport apart, since aiohttp forgets it before it is closed."""
        self._connection, self._transport = connection, connection.transport

    def limit_silence(self, seconds: float) -> None:
        """From now on an upstream that is silent for so long, while we do read, has failed.

        aiohttp's ``sock_read`` would count from the request on, where a model may think for longer.
        """
        protocol = self._connection.protocol if self._connection is not None else None
        if protocol is None or self._transport is None:  # all of the answer is here
            return
        protocol.read_timeout = seconds
        if self._transport.is_reading():  # else it starts when we read again
            protocol.start_timeout()

    def cut(self) -> None:
        """Close it at once, unless it has gone back to the pool and may serve another request already.

        Closing politely, as aiohttp does, waits for an upstream that may not read any more.
        """
        if self._connection is None or self._transport is None:
            return
        if self._connection.protocol is not None or self._transport.is_closing():
            self._transport.abort()


line: ContextVar[Line] = ContextVar("line")
"""Set by whoever sends a request and wants to know its connection."""


class _Response(aiohttp.ClientResponse):
    async def start(self, connection: Connection) -> aiohttp.ClientResponse:
        if (asking := line.get(None)) is not None:
            asking.take(connection)
        closed = connection.protocol.closed if connection.protocol is not None else None
        await super().start(connection)
        if closed is not None:
            self._watch(closed)
        return self

    def _watch(self, closed: asyncio.Future[None]) -> None:
        """Let whoever reads hear of a connection that is lost.

        aiohttp 3.14 forgets to tell where chunks are malformed, and whoever reads would wait for ever.
        """

        def tell(_: object) -> None:
            if not self.content.is_eof() and self.content.exception() is None:
                self.content.set_exception(aiohttp.ClientPayloadError("the connection was lost"))

        def forget() -> None:
            closed.remove_done_callback(tell)

        closed.add_done_callback(tell)
        self.content.on_eof(forget)
        # Once per connection, however many answers it brings: what nobody retrieves is logged.
        closed.remove_done_callback(_retrieve)
        closed.add_done_callback(_retrieve)


def _retrieve(closed: asyncio.Future[None]) -> None:
    if not closed.cancelled():
        closed.exception()


@asynccontextmanager
async def open_http(
    upstream: Upstream, tls: SSLContext, resolver: AbstractResolver | None = None
) -> AsyncIterator[httpx.AsyncBaseTransport]:
    """Hold the connections to one upstream. A transport knows no proxy, cookie, redirect or login of its own.

    ``resolver`` is the system's unless a test brings its own.
    """
    connector = aiohttp.TCPConnector(
        limit=0,  # bounded by limits.connections, which refuses instead of queueing
        ssl=tls,
        resolver=resolver or aiohttp.ThreadedResolver(),
        socket_factory=None if upstream.may_be_private else open_public_socket,
    )
    session = aiohttp.ClientSession(
        connector=connector,
        response_class=_Response,
        # A cookie that the upstream sets in one person's answer would be sent with everybody's requests.
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,  # a proxy or .netrc from the environment must not see the key
        auto_decompress=False,
        read_bufsize=_READ_AHEAD,
    )
    async with AiohttpTransport(client=session, verify=tls) as transport:
        yield transport
