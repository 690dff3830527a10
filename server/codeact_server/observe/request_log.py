"""Gives each request its id, and writes one line when it has ended. The outermost middleware of ``app``."""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from codeact_server.errors import ServerError, ServerFailure
from codeact_server.observe.logs import hashed, log
from codeact_server.observe.probes import PROBES
from codeact_server.responses import error_response
from codeact_server.serve_settings import LogSettings

__all__ = ["AnswerBrokenError", "RequestLog"]

_RELAY = "/v1/"
_MOST_BODY_BYTES = 64 * 1024
_MOST_PATH = 200


class AnswerBrokenError(ServerError):
    """An answer could not be ended, so its connection is. What was wrong has been logged."""


class RequestLog:
    """Sets ``scope["state"]["request_id"]``. An id that a caller sends is not believed: it may be anything."""

    def __init__(self, app: ASGIApp, logs: LogSettings) -> None:
        self._app = app
        self._logs = logs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does. What goes wrong in it is logged by class and place, and answered with a 500."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = _Request(scope, receive, send, bodies=self._logs.bodies and scope["path"].startswith(_RELAY))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request.id)
        try:
            await self._app(scope, request.receive, request.send)
        except AnswerBrokenError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is must not be told to the caller
            log.error("failed", exc_info=error)
            if request.status:
                raise AnswerBrokenError("an answer broke off") from None
            failure = ServerFailure(500, "server_failed", f"The server failed; see its log for {request.id}.")
            await error_response(failure)(scope, receive, request.send)
        finally:
            if self._is_told(scope["path"], request.status):
                log.info("request", **request.facts())

    def _is_told(self, path: str, status: int) -> bool:
        if not 200 <= status < 400:
            return True
        return path not in PROBES and (self._logs.files or path.startswith(_RELAY))


class _Request:
    """What is noted of one request while it is answered."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, *, bodies: bool) -> None:
        self.id = uuid4().hex
        self.status = 0
        self._scope, self._receive, self._send = scope, receive, send
        self._state: dict[str, Any] = scope.setdefault("state", {})
        self._state["request_id"] = self.id
        self._started = time.perf_counter()
        self._asked: bytearray | None = bytearray() if bodies else None
        self._answered: bytearray | None = bytearray() if bodies else None
        headers = Headers(scope=scope)
        self._unread = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers

    async def receive(self) -> Message:
        """Receive, noting whether the request's body is whole."""
        message = await self._receive()
        if message["type"] == "http.request":
            self._unread = message.get("more_body", False)
            _keep(self._asked, message)
        return message

    async def send(self, message: Message) -> None:
        """Send, with the request's id in the headers."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["x-request-id"] = self.id
            if self._unread and self._scope["http_version"].startswith("1"):
                headers["connection"] = "close"  # what was not read must not be taken for the next request
        elif self._answered is not None:
            _keep(self._answered, message)
        await self._send(message)

    def facts(self) -> dict[str, Any]:
        """What the line says. Neither headers nor the query are in it."""
        caller = self._state.get("caller")
        facts: dict[str, Any] = {
            "method": self._scope["method"],
            "path": self._scope["path"][:_MOST_PATH],
            "status": self.status,
            "ms": round((time.perf_counter() - self._started) * 1000, 1),
            "caller": hashed(caller.identity) if caller else None,
            **self._state.get("noted", {}),
        }
        if self._asked is not None and self._answered is not None:
            facts["asked"] = self._asked.decode(errors="replace")
            facts["answered"] = self._answered.decode(errors="replace")
        return {name: value for name, value in facts.items() if value is not None}


def _keep(kept: bytearray | None, message: Message) -> None:
    if kept is not None:
        kept += message.get("body", b"")[: _MOST_BODY_BYTES - len(kept)]
