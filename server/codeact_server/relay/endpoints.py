"""The endpoints a page may call: one completion, and the list of models."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from codeact_server.relay.body import read_body
from codeact_server.relay.fields import parse
from codeact_server.relay.passing import PassedAnswer
from codeact_server.responses import UNCACHED
from codeact_server.upstreams import Upstreams

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
    settings, upstreams = request.app.state.settings, request.state.upstreams
    return PassedAnswer(upstreams, parse(body), settings.limits.answer_bytes)


async def list_models(request: Request) -> Response:
    """GET /v1/models: the names only, whatever else the provider tells; none without a provider."""
    upstreams: Upstreams = request.state.upstreams
    models = [{"id": facts.name, "object": "model"} for facts in await upstreams.models()]
    return JSONResponse({"object": "list", "data": models}, headers=UNCACHED)
