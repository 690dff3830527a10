"""Checks a request for OpenAI's chat completions and writes it anew."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from codeact_server.relay.chat_fields import ChatRequest
from codeact_server.relay.fields import check_fields, check_number_of, estimate_tokens, refuse
from codeact_server.relay.images import check_images
from codeact_server.relay.prepared import Prepared
from codeact_server.request_settings import RequestSettings

__all__ = ["prepare_chat"]

_Object = dict[str, Any]
_TOKENS = ("max_tokens", "max_completion_tokens")
_ADAPTER = TypeAdapter(ChatRequest)


def prepare_chat(data: _Object, caps: RequestSettings) -> Prepared:
    """Check a chat completion's request and write it anew. Raises RequestError 422 on the first mistake."""
    check_number_of("messages", data.get("messages"), caps.messages)
    check_number_of("tools", data.get("tools"), caps.tools)
    check_number_of("functions", data.get("functions"), caps.tools)
    request = check_fields(_ADAPTER, ChatRequest.__annotations__, data, caps)
    if (request.get("n") or 1) > caps.n:
        raise refuse("too_many_choices", f"The request's `n` is more than {caps.n}, which this server allows.")
    _cap_tokens(request, caps)
    images = check_images(_images(request["messages"], caps), caps)
    schemas = [request.get(name) for name in ("tools", "functions", "response_format") if request.get(name)]
    return Prepared(
        dialect="openai.chat",
        model=request["model"],
        fields=request,
        stream=bool(request.get("stream")),
        input_tokens=estimate_tokens(request["messages"], schemas=schemas, images=images),
        images=images,
    )


def _cap_tokens(request: _Object, caps: RequestSettings) -> None:
    said = False
    for name in _TOKENS:
        if (asked := request.get(name)) is not None:
            request[name] = min(asked, caps.max_tokens)
            said = True
    if not said and caps.tokens_when_unsaid is not None:
        request[caps.tokens_field] = caps.tokens_when_unsaid


def _images(messages: list[_Object], caps: RequestSettings) -> list[str]:
    """Give the addresses of all images; refuse parts that the settings do not allow."""
    refused = {kind for kind, allowed in (("input_audio", caps.audio), ("file", caps.files)) if not allowed}
    found: list[str] = []
    for message in messages:
        content = message.get("content")
        for part in content if isinstance(content, list) else ():
            if part["type"] in refused:
                raise refuse("invalid_body", f"This server takes no message with an `{part['type']}` part.")
            if part["type"] == "image_url":
                found.append(part["image_url"]["url"])
    return found
