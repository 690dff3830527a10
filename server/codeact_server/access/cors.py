"""Exact CORS for the relay: what a page of another, named origin may send and read. Called by ``headers``.

WHATWG Fetch, "CORS protocol". Never a wildcard, never Access-Control-Allow-Credentials, so that no cookie of ours
goes along, and nothing about private networks: a browser that asks for that leave is not given it.
"""

from __future__ import annotations

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import Message, Send

__all__ = ["allow_origin", "answers_preflight", "preflight_answer"]

# What OpenAI's and Anthropic's clients send besides their body.
_REQUEST_HEADER = re.compile(
    r"accept|authorization|content-type|x-api-key|anthropic-(version|beta|dangerous-direct-browser-access)"
    r"|openai-(organization|project|beta)|x-stainless-[a-z-]{1,40}"
)
_READABLE = "retry-after, retry-after-ms, x-request-id, x-should-retry"


def allow_origin(send: Send, origin: str | None) -> Send:
    """Give a ``send`` whose response ``origin`` may read; with None nobody may, and caches are told it depends."""

    async def send_shared(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.add_vary_header("Origin")
            if origin:
                headers["access-control-allow-origin"] = origin
                headers["access-control-expose-headers"] = _READABLE
        await send(message)

    return send_shared


def answers_preflight(method: str, headers: Headers) -> bool:
    """Tell whether the browser asks for leave, rather than the page for something."""
    return method == "OPTIONS" and "access-control-request-method" in headers


def preflight_answer(headers: Headers) -> Response:
    """Give leave for those of the wished headers that clients of the relay need."""
    wished = [name.strip().lower() for name in headers.get("access-control-request-headers", "").split(",")]
    allowed = {
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": ", ".join(name for name in wished if _REQUEST_HEADER.fullmatch(name)),
        "access-control-max-age": "600",
    }
    return Response(status_code=204, headers=allowed)
