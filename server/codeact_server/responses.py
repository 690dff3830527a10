"""How an ``ApiError`` leaves the server, whoever raised it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from codeact_server.errors import ApiError

__all__ = ["UNCACHED", "answer_error", "answer_nobody", "error_response"]

UNCACHED = {"cache-control": "no-store", "x-accel-buffering": "no"}
"""Buffering anywhere on the way would turn a stream of words into one late lump."""


async def answer_error(request: Request, exc: Exception) -> Response:
    """Turn an ``ApiError`` into its response; Starlette calls it."""
    assert isinstance(exc, ApiError)
    return error_response(exc)


async def answer_nobody(request: Request, exc: Exception) -> Response:
    """End a request whose sender left before it was whole; the response goes nowhere."""
    return Response(status_code=400)


def error_response(error: ApiError) -> Response:
    """Give the response that carries ``error``."""
    return JSONResponse(error.as_dict(), error.status, headers={**UNCACHED, **error.headers})
