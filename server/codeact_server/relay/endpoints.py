"""The endpoints under /v1: completions in two dialects, embeddings, and the list of models."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, Router

from codeact_server.errors import RequestError
from codeact_server.relay.body import parse_object, read_body
from codeact_server.relay.chat_request import prepare_chat
from codeact_server.relay.embeddings_request import prepare_embeddings
from codeact_server.relay.messages_request import prepare_messages
from codeact_server.relay.passing import PassedAnswer
from codeact_server.relay.prepared import Prepared
from codeact_server.relay.streaming import AnswerLimits
from codeact_server.request_settings import RequestSettings
from codeact_server.responses import UNCACHED
from codeact_server.settings import Settings
from codeact_server.upstreams import ModelFacts, Upstreams

__all__ = ["relay_routes"]

_Prepare = Callable[[dict[str, Any], RequestSettings], Prepared]


def relay_routes(requests: RequestSettings) -> list[Mount]:
    """Give the routes under /v1."""
    routes = [
        Route("/chat/completions", _relaying(prepare_chat), methods=["POST"]),
        Route("/messages", _relaying(prepare_messages), methods=["POST"]),
        Route("/models", _list_models, methods=["GET"]),
        Route("/models/{name:path}", _tell_model, methods=["GET"]),
    ]
    if requests.embeddings:
        routes.append(Route("/embeddings", _relaying(prepare_embeddings), methods=["POST"]))
    # A redirect would be written from the Host header, and nobody needs one.
    return [Mount("/v1", Router(routes, redirect_slashes=False))]


def _relaying(prepare: _Prepare) -> Callable[[Request], Awaitable[PassedAnswer]]:
    async def relay(request: Request) -> PassedAnswer:
        settings: Settings = request.app.state.settings
        caps = settings.requests
        body = await read_body(request, settings.limits.body_bytes, settings.server.body_seconds)
        prepared = prepare(parse_object(body, caps.json_depth), caps)
        limits = AnswerLimits(
            whole_bytes=settings.limits.answer_bytes,
            stream_bytes=caps.stream_bytes,
            seconds=caps.stream_seconds,
            write_seconds=settings.server.write_seconds,
        )
        state = request.state
        return PassedAnswer(state.upstreams, state.quotas, state.caller, prepared, limits)

    return relay


async def _list_models(request: Request) -> Response:
    """What can be asked for here, and what is known of it; none without an upstream."""
    models = await _models(request.state.upstreams)
    return JSONResponse({"object": "list", "data": list(models.values())}, headers=UNCACHED)


async def _tell_model(request: Request) -> Response:
    models = await _models(request.state.upstreams)
    if (found := models.get(request.path_params["name"])) is not None:
        return JSONResponse(found, headers=UNCACHED)
    sentence = "There is no model of that name here; /v1/models lists those there are."
    raise RequestError(404, "model_not_found", sentence)


async def _models(upstreams: Upstreams) -> dict[str, dict[str, Any]]:
    """Give the models by name; one that both dialects have is told of as OpenAI's clients find it."""
    found = sorted(await upstreams.models(), key=lambda facts: facts.dialect != "openai")
    told: dict[str, dict[str, Any]] = {}
    for facts in found:
        told.setdefault(facts.name, _as_openai(facts))
    return told


def _as_openai(facts: ModelFacts) -> dict[str, Any]:
    """Give OpenAI's fields, and those of ours that the page reads (web/providers/openai_service.js)."""
    told: dict[str, Any] = {"id": facts.name, "object": "model", "created": 0, "owned_by": "codeact-web"}
    if facts.dialect != "openai":
        told["dialect"] = facts.dialect
    if facts.price:
        told["price"] = {"input": facts.price.input, "output": facts.price.output}
    if facts.context_window:
        told["context_window"] = facts.context_window
    if facts.takes_images:
        told["takes_images"] = True
    return told
