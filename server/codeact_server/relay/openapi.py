"""Writes docs/openapi.json, what the relay answers as OpenAPI 3.1: ``python -m codeact_server.relay.openapi``.

It is never served: whoever may call knows it from the documents, and nobody else needs to.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Literal, NotRequired

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode
from typing_extensions import TypedDict

from codeact_server.relay.chat_fields import ChatRequest
from codeact_server.relay.embeddings_request import EmbeddingsRequest
from codeact_server.relay.messages_fields import MessagesRequest

__all__ = ["document"]

_Object = dict[str, Any]
_REFERENCE = "#/components/schemas/{model}"
_JSON, _EVENTS = "application/json", "text/event-stream"
_REFUSALS = {
    400: "The body is no JSON object, or this server does not answer under that name.",
    401: "The caller is not known.",
    403: "The caller, or the page, may not use this server.",
    404: "There is no model of that name.",
    408: "The body took too long.",
    413: "The body is too large.",
    422: "A field is wrong, unknown or above a cap; the message names it.",
    429: "A limit of the caller's is reached; `Retry-After` says when to ask again.",
    500: "The server failed.",
    502: "The provider could not be reached, or did not answer as one.",
    503: "No provider is connected, or all are busy; `Retry-After` says when to ask again.",
    504: "The provider did not answer in time.",
}


class Error(TypedDict):
    """What is wrong: ``code`` is for programs, the message for people."""

    message: str
    type: NotRequired[str | None]
    code: NotRequired[str | int | None]


class ErrorBody(TypedDict):
    """OpenAI's shape."""

    error: Error


class AnthropicError(TypedDict):
    """What is wrong."""

    type: str
    message: str


class AnthropicErrorBody(TypedDict):
    """Anthropic's shape."""

    type: Literal["error"]
    error: AnthropicError


class Price(TypedDict):
    """Dollars per million tokens."""

    input: float
    output: float


class Model(TypedDict):
    """A name or alias that can be asked for, under /v1/messages only if ``dialect`` is said.

    ``context_window`` is in tokens.
    """

    id: str
    object: Literal["model"]
    created: int
    owned_by: str
    dialect: NotRequired[Literal["anthropic"]]
    price: NotRequired[Price]
    context_window: NotRequired[int]
    takes_images: NotRequired[bool]


class ModelList(TypedDict):
    """All of them."""

    object: Literal["list"]
    data: list[Model]


_SHAPES = (ChatRequest, MessagesRequest, EmbeddingsRequest, ErrorBody, AnthropicErrorBody, Model, ModelList)


def document() -> _Object:
    """Give the document, with the requests' schemas as the relay checks them."""
    mode: JsonSchemaMode = "validation"
    adapters = [(shape.__name__, mode, TypeAdapter(shape)) for shape in _SHAPES]
    _, schemas = TypeAdapter.json_schemas(adapters, ref_template=_REFERENCE)
    for shape in (ChatRequest, MessagesRequest, EmbeddingsRequest):
        schemas["$defs"][shape.__name__]["additionalProperties"] = False  # see check_fields
    return {
        "openapi": "3.1.0",
        "info": {"title": "The relay of codeact-web", "version": "1", "description": "See docs/relay.md."},
        "paths": {
            "/v1/chat/completions": {"post": _relayed("chat", "ChatRequest", stream=True)},
            "/v1/messages": {"post": _relayed("messages", "MessagesRequest", "AnthropicErrorBody", stream=True)},
            "/v1/embeddings": {"post": _relayed("embeddings", "EmbeddingsRequest")},
            "/v1/models": {"get": _told("models", "ModelList")},
            "/v1/models/{name}": {"get": _told("model", "Model", path="name")},
        },
        "components": {"schemas": schemas["$defs"]},
    }


def _relayed(name: str, request: str, error: str = "ErrorBody", *, stream: bool = False) -> _Object:
    # The provider's own, passed on as it comes.
    answer: _Object = {_JSON: {"schema": {"type": "object"}}}
    if stream:
        answer[_EVENTS] = {"schema": {"type": "string"}}
    return {
        "operationId": name,
        "requestBody": {"required": True, "content": _json_of(request)},
        "responses": {"200": {"description": "The provider's answer.", "content": answer}, **_refusals(error)},
    }


def _told(name: str, answer: str, path: str | None = None) -> _Object:
    described = {"description": "What can be asked for.", "content": _json_of(answer)}
    told: _Object = {"operationId": name, "responses": {"200": described, **_refusals("ErrorBody")}}
    if path:
        told["parameters"] = [{"name": path, "in": "path", "required": True, "schema": {"type": "string"}}]
    return told


def _refusals(error: str) -> _Object:
    return {str(status): {"description": why, "content": _json_of(error)} for status, why in _REFUSALS.items()}


def _json_of(shape: str) -> _Object:
    return {_JSON: {"schema": {"$ref": _REFERENCE.format(model=shape)}}}


def _main() -> None:
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/openapi.json")
    target.write_text(json.dumps(document(), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    _main()
