"""How an ``ApiError`` leaves the server, whoever raised it: in OpenAI's shape or in Anthropic's."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from codeact_server.errors import ApiError, RequestError, UpstreamError, UpstreamKeyError
from codeact_server.observe import metrics

__all__ = [
    "MESSAGES",
    "REFUSAL",
    "UNCACHED",
    "answer_error",
    "answer_http_error",
    "answer_nobody",
    "anthropic_body",
    "error_response",
]

MESSAGES = "/v1/messages"
REFUSAL = "x-codeact-refusal"
"""The code of an error that is this server's, not its upstream's: our clients show its message as it is."""
UNCACHED = {"cache-control": "no-store", "x-accel-buffering": "no"}
"""Buffering anywhere on the way would turn a stream of words into one late lump."""

# https://docs.claude.com/en/api/errors
_ANTHROPIC_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
    529: "overloaded_error",
}


async def answer_error(request: Request, exc: Exception) -> Response:
    """Turn an ``ApiError`` into its response; Starlette calls it."""
    assert isinstance(exc, ApiError)
    if isinstance(exc, RequestError):
        metrics.refused(exc.code)
    return error_response(exc)


async def answer_http_error(request: Request, exc: Exception) -> Response:
    """Turn a path or method that is not there into words, under /v1 in the shape its clients know."""
    assert isinstance(exc, HTTPException)
    headers = dict(exc.headers or {})
    if request.scope["path"].startswith("/v1/"):
        what = {404: "unknown_path", 405: "method_not_allowed"}.get(exc.status_code, "http_error")
        return error_response(RequestError(exc.status_code, what, f"{exc.detail}.", headers))
    return PlainTextResponse(exc.detail, exc.status_code, headers)


async def answer_nobody(request: Request, exc: Exception) -> Response:
    """End a request whose sender left before it was whole; the response goes nowhere."""
    return Response(status_code=400)


class _ErrorResponse(JSONResponse):
    """Chooses its shape by the path that was asked for."""

    def __init__(self, error: ApiError) -> None:
        is_ours = not isinstance(error, UpstreamError) or isinstance(error, UpstreamKeyError)
        own = {REFUSAL: error.code} if is_ours else {}
        super().__init__(error.as_dict(), error.status, headers={**UNCACHED, **own, **error.headers})
        self._error = error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == MESSAGES:
            self.body = self.render(anthropic_body(self._error))
            self.headers["content-length"] = str(len(self.body))
        await super().__call__(scope, receive, send)


def error_response(error: ApiError) -> Response:
    """Give the response that carries ``error``."""
    return _ErrorResponse(error)


def anthropic_body(error: ApiError) -> dict[str, Any]:
    """Give the body in the shape Anthropic's clients know, or the provider's own if it has that.

    >>> anthropic_body(RequestError(413, "body_too_large", "Too large."))
    {'type': 'error', 'error': {'type': 'request_too_large', 'message': 'Too large.'}}
    """
    own = error.as_dict()
    if own.get("type") == "error":
        return own
    usual = "invalid_request_error" if error.status < 500 else "api_error"
    kind = _ANTHROPIC_TYPES.get(error.status, usual)
    return {"type": "error", "error": {"type": kind, "message": str(error)}}
