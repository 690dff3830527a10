"""httpx over aiohttp's connections, bound to what the settings allow: see docs/adr/0032."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ssl import SSLContext

import aiohttp
import httpx
from aiohttp.abc import AbstractResolver
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from httpx_aiohttp import AiohttpTransport

from codeact_server.upstream_settings import Timeouts, Upstream
from codeact_server.upstreams.address_guard import open_public_socket

__all__ = ["Line", "line", "open_http"]

# Of an answer that nobody reads yet; what asyncio reads at once (256 KiB) comes on top.
_READ_AHEAD = 32 * 1024


@dataclass
class Line:
    """The connection that one request got."""

    transport: asyncio.Transport | None = None

    def cut(self) -> None:
        """Close it at once: closing politely waits for an upstream that may not read any more."""
        if self.transport is not None:
            self.transport.abort()


line: ContextVar[Line] = ContextVar("line")
"""Set by whoever sends a request and wants to know its connection."""


class _Connector(aiohttp.TCPConnector):
    async def connect(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109
    ) -> Connection:
        connection = await super().connect(req, traces, timeout)
        if (asking := line.get(None)) is not None:
            asking.transport = connection.transport
        return connection


@asynccontextmanager
async def open_http(
    upstream: Upstream, times: Timeouts, tls: SSLContext, resolver: AbstractResolver | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    """Hold the client of one upstream: its pool of connections, and no proxy, cookie or redirect.

    ``resolver`` is the system's unless a test brings its own.
    """
    connector = _Connector(
        limit=0,  # bounded by limits.connections, which refuses instead of queueing
        ssl=tls,
        resolver=resolver or aiohttp.ThreadedResolver(),
        socket_factory=None if upstream.may_be_private else open_public_socket,
    )
    session = aiohttp.ClientSession(
        connector=connector,
        # A cookie that the upstream sets in one person's answer would be sent with everybody's requests.
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,  # a proxy or .netrc from the environment must not see the key
        auto_decompress=False,
        read_bufsize=_READ_AHEAD,
    )
    async with httpx.AsyncClient(
        transport=AiohttpTransport(client=session, verify=tls),
        timeout=httpx.Timeout(None, connect=times.connect, read=times.read),
        headers={"user-agent": "codeact-web"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=False,
        trust_env=False,
    ) as http:
        yield http
