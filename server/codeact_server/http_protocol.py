"""HTTP/1.1 on a connection: uvicorn's httptools protocol, made strict and impatient.

llhttp, its parser, refuses most of what two parsers could read in two ways. The rest is refused here, and whatever
is too large, too slow or too much (docs/adr/0033). Whoever is refused is told why, and the connection ends.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from enum import Enum, auto
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from codeact_server.errors import RequestError
from codeact_server.http_rules import METHODS, ambiguity, as_http
from codeact_server.observe import metrics
from codeact_server.observe.logs import log
from codeact_server.responses import error_response
from codeact_server.serve_settings import ServerSettings

__all__ = ["StrictProtocol"]

_LINGER_SECONDS = 2.0
_LINGER_BYTES = 1024 * 1024
_AT_ONCE = struct.pack("ii", 1, 0)


class _Phase(Enum):
    IDLE = auto()  # between requests
    HEAD = auto()  # a request line or headers have begun
    BODY = auto()  # the headers are whole, the body is not
    ANSWERING = auto()  # the request is whole, the answer is not
    DEAF = auto()  # what still comes is not read


class _Refused(Exception):
    """Ends the parser's work on what was received."""


class StrictProtocol(HttpToolsProtocol):
    """One connection. One request at a time: of several sent at once the first is answered."""

    def __init__(self, *args: Any, rules: ServerSettings, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Anew, without uvicorn's leniency for what follows the last request.
        self.parser = httptools.HttpRequestParser(self)
        self._rules = rules
        self._phase = _Phase.IDLE
        self._head_bytes = self._unparsed = 0
        self._early = b""
        self._discarded = 0
        self._refusal: RequestError | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None

    # The connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a request, for as long as its headers may take."""
        super().connection_made(transport)
        if len(self.connections) > self._rules.connections:
            metrics.refused("too_many_connections")
            self._phase = _Phase.DEAF
            error = RequestError(503, "too_many_connections", "Too many connections; try again in a moment.")
            transport.write(as_http(error_response(error)))
            transport.close()
            return
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget every clock."""
        self._phase = _Phase.DEAF
        self._set_timer(None)
        self._set_write_timer(None)
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse, or keep what came too early, or throw away what nobody waits for."""
        if self._phase is _Phase.DEAF:
            self._discarded += len(data)
            if self._discarded > _LINGER_BYTES:
                self._stop_reading()
            return
        if self._phase is _Phase.ANSWERING:
            # The next request may come before our last, empty piece of this answer has been sent.
            self._early += data
            if len(self._early) > self._rules.header_bytes:
                self._stop_listening()
            return
        self._unset_keepalive_if_required()
        if self._phase is _Phase.IDLE and self._timer is None:
            self._expect_head()
        self._feed(data)

    def _feed(self, data: bytes) -> None:
        phase, self._refusal = self._phase, None
        try:
            self.parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._refuse(self._refusal or RequestError(400, "invalid_http", "This is not valid HTTP/1.1."))
            return
        if self._phase is _Phase.BODY and phase is not _Phase.BODY:
            self._set_timer(self._rules.body_seconds, 408, "The request's body took too long.")
        elif self._phase in (_Phase.IDLE, _Phase.HEAD):
            # The parser tells of a header when it is whole.
            self._unparsed += len(data)
            if self._unparsed > self._rules.header_bytes:
                self._refuse(self._too_large())

    # What the parser says

    def on_message_begin(self) -> None:
        """Begin a request, unless one is still being answered: it came in one piece with that one."""
        if self._phase is _Phase.ANSWERING:
            self._stop_listening()
            raise _Refused
        self._phase = _Phase.HEAD
        self._head_bytes = self._unparsed = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Collect the request's target."""
        super().on_url(url)
        self._count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Collect a header; those after the body are not for us, and would look like those before it."""
        if self._phase is not _Phase.HEAD:
            self._throw(RequestError(400, "invalid_http", "Headers after the body are not accepted."))
        self._count(len(name) + len(value) + 4)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Hand the request on, if it can be read in one way only."""
        parser = self.parser
        why = ambiguity(parser.get_http_version(), self.url, self.headers, parser.should_upgrade())
        if why is not None:
            self._throw(RequestError(400, "invalid_http", why))
        if parser.get_method() not in METHODS:
            known = {"allow": b", ".join(sorted(METHODS)).decode()}
            self._throw(RequestError(405, "method_not_allowed", "This server does not know that method.", known))
        self._set_timer(None)
        self._phase = _Phase.BODY
        super().on_headers_complete()
        if any(name in (b"content-length", b"transfer-encoding") for name, _ in self.headers):
            self.cycle.transport = _GentlyClosed(self)  # type: ignore[assignment]

    def on_message_complete(self) -> None:
        """Note that the request is whole."""
        super().on_message_complete()
        self._set_timer(None)
        if self._phase is _Phase.BODY:
            self._phase = _Phase.IDLE if self.cycle.response_complete else _Phase.ANSWERING

    def _count(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > self._rules.header_bytes or len(self.headers) >= self._rules.headers:
            self._throw(self._too_large())

    def _too_large(self) -> RequestError:
        return RequestError(431, "headers_too_large", "The request's headers are too many or too long.")

    def _throw(self, refusal: RequestError) -> None:
        self._refusal = refusal
        raise _Refused

    # Answers

    def on_response_complete(self) -> None:
        """Wait for the next request, or take the one that is here already."""
        super().on_response_complete()
        if self._phase is _Phase.BODY:
            self.close_gently()
        if self._phase is not _Phase.ANSWERING:
            return
        self._phase, self._unparsed = _Phase.IDLE, 0
        early, self._early = self._early, b""
        if early and not self.transport.is_closing():
            self.data_received(early)

    def shutdown(self) -> None:
        """End the connection, now or with its answer; what waits behind that is not answered."""
        self._early = b""
        super().shutdown()

    def pause_writing(self) -> None:
        """Start the clock of a client that does not read."""
        super().pause_writing()
        self._set_write_timer(self._rules.write_seconds)

    def resume_writing(self) -> None:
        """Stop it."""
        super().resume_writing()
        self._set_write_timer(None)

    def close_gently(self) -> None:
        """End the connection so that the client can read our last words before it learns that it may not send.

        Closing with bytes unread would reset it, and a reset may overtake those words.
        """
        if self._phase is not _Phase.BODY:
            self.transport.close()
            return
        self._phase = _Phase.DEAF
        self._set_timer(_LINGER_SECONDS)
        self.flow.resume_reading()
        if not self.transport.is_closing() and self.transport.can_write_eof():
            self.transport.write_eof()

    def _stop_reading(self) -> None:
        """Leave a flood where it is; but not that of somebody being answered, whose leaving must be noticed."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.reset()
        else:
            self.flow.pause_reading()

    def reset(self) -> None:
        """End the connection at once. Without the option the system would keep what it could not send."""
        if (connection := self.transport.get_extra_info("socket")) is not None and not self.transport.is_closing():
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self.transport.abort()

    def _refuse(self, refusal: RequestError) -> None:
        """Answer for the app, where nothing has been answered yet, and end the connection."""
        cycle = self.cycle
        if self._phase in (_Phase.ANSWERING, _Phase.DEAF):
            self._stop_listening()  # what came in one piece with a request that is being answered
            return
        self._set_timer(None)
        metrics.refused(refusal.code)
        if cycle is None or cycle.response_complete:
            log.info("refused", code=refusal.code, status=refusal.status)
        else:  # which has a line of its own
            cycle.disconnected = True
            cycle.message_event.set()
            if cycle.response_started:
                self.reset()
                return
        self.transport.write(as_http(error_response(refusal)))
        self._phase = _Phase.BODY  # there may be more of it
        self.close_gently()

    def _stop_listening(self) -> None:
        self._phase, self._early = _Phase.DEAF, b""
        self.cycle.keep_alive = False

    # Clocks

    def _expect_head(self) -> None:
        self._set_timer(self._rules.header_seconds, 408, "The request's headers took too long.")

    def _set_timer(self, seconds: float | None, status: int = 0, why: str = "") -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if seconds is None else self.loop.call_later(seconds, self._timed_out, status, why)

    def _timed_out(self, status: int, why: str) -> None:
        self._timer = None
        if not status:
            self.reset()
        elif self._phase is _Phase.IDLE:
            self.transport.close()  # not a word was said
        else:
            self._refuse(RequestError(status, "too_slow", why))

    def _set_write_timer(self, seconds: float | None) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
        self._write_timer = None if seconds is None else self.loop.call_later(seconds, self._unread)

    def _unread(self) -> None:
        metrics.refused("slow_reader")
        log.info("refused", code="slow_reader")
        self.reset()


class _GentlyClosed:
    """A transport as uvicorn's answers use it, for a request with a body."""

    __slots__ = ("close", "is_closing", "write")

    def __init__(self, protocol: StrictProtocol) -> None:
        self.write = protocol.transport.write
        self.is_closing = protocol.transport.is_closing
        self.close = protocol.close_gently
