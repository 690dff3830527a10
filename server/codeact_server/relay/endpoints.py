"""The endpoints a page may call: one completion, and the list of models."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from codeact_server.errors import UpstreamError
from codeact_server.relay.body import read_body
from codeact_server.relay.fields import parse
from codeact_server.relay.passing import PassedAnswer
from codeact_server.responses import UNCACHED
from codeact_server.upstreams import UpstreamClient

__all__ = ["relay_routes"]


def relay_routes() -> list[Route]:
    """Give the routes under /v1."""
    return [
        Route("/v1/chat/completions", relay_chat, methods=["POST"]),
        Route("/v1/models", list_models, methods=["GET"]),
    ]


async def relay_chat(request: Request) -> PassedAnswer:
    """POST /v1/chat/completions: bytes in, bytes out, nothing kept."""
    body = await read_body(request, request.app.state.settings.limits.body_bytes)
    chat = parse(body)
    upstream: UpstreamClient | None = request.state.upstream
    if upstream is None:
        raise UpstreamError(
            503,
            "no_upstream",
            "No model is connected to this server. Set OPENAI_BASE_URL and OPENAI_API_KEY, or write an "
            "[upstream] table into codeact.toml, and start it again.",
        )
    return PassedAnswer(upstream, body, stream=bool(chat.stream))


async def list_models(request: Request) -> Response:
    """GET /v1/models: the names only, whatever else the provider tells; none without a provider."""
    upstream: UpstreamClient | None = request.state.upstream
    names = await upstream.models() if upstream else []
    models = [{"id": name, "object": "model"} for name in names]
    return JSONResponse({"object": "list", "data": models}, headers=UNCACHED)
