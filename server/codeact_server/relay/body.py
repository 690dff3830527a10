"""Reads the body of a request, up to the size the settings allow."""

from __future__ import annotations

from starlette.requests import Request

from codeact_server.errors import RequestError

__all__ = ["read_body"]


async def read_body(request: Request, limit: int) -> bytes:
    """Give the whole body. Raises RequestError when it is larger than ``limit`` bytes."""
    too_large = RequestError(
        413,
        "body_too_large",
        f"The request is larger than {limit} bytes.",
        # What was not read must not be taken for the next request.
        {"connection": "close"},
    )
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > limit:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise too_large
    return bytes(body)
