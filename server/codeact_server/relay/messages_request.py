"""Checks a request for Anthropic's messages and writes it anew."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from codeact_server.relay.fields import check_fields, check_number_of, estimate_tokens, refuse
from codeact_server.relay.images import check_images
from codeact_server.relay.messages_fields import MessagesRequest
from codeact_server.relay.prepared import Prepared
from codeact_server.request_settings import RequestSettings

__all__ = ["prepare_messages"]

_Object = dict[str, Any]
# Tools whose calls the client carries out itself; the others run at the provider.
_RUN_BY_CLIENTS = ("bash_", "text_editor_", "memory_", "computer_")
_ADAPTER = TypeAdapter(MessagesRequest)


def prepare_messages(data: _Object, caps: RequestSettings) -> Prepared:
    """Check a request for a message and write it anew. Raises RequestError 422 on the first mistake."""
    check_number_of("messages", data.get("messages"), caps.messages)
    check_number_of("tools", data.get("tools"), caps.tools)
    request = check_fields(_ADAPTER, MessagesRequest.__annotations__, data, caps)
    if not caps.hosted_tools:
        for tool in request.get("tools") or ():
            _check_tool(tool)
    # Anthropic asks for a number always.
    request["max_tokens"] = min(request.get("max_tokens") or caps.max_tokens, caps.max_tokens)
    addresses = [each for message in request["messages"] for each in _images(message["content"], caps)]
    images = check_images(addresses, caps)
    words = (request["messages"], request.get("system"))
    return Prepared(
        dialect="anthropic.messages",
        model=request["model"],
        fields=request,
        stream=bool(request.get("stream")),
        input_tokens=estimate_tokens(*words, schemas=request.get("tools"), images=images),
        images=images,
    )


def _check_tool(tool: _Object) -> None:
    kind = tool.get("type")
    if kind not in (None, "custom") and not kind.startswith(_RUN_BY_CLIENTS):
        raise refuse("invalid_body", "This server passes no tools on that the provider runs itself.")


def _images(content: Any, caps: RequestSettings) -> list[str]:
    """Give the addresses of all images, "" for those without; refuse blocks that the settings do not allow."""
    found: list[str] = []
    for block in content if isinstance(content, list) else ():
        kind = block["type"]
        if kind == "image":
            found.append(block["source"].get("url", ""))
        elif kind == "tool_result":
            found += _images(block.get("content"), caps)
        elif kind == "document" and not caps.files:
            raise refuse("invalid_body", "This server takes no message with a `document` block.")
        elif kind.endswith(("_tool_result", "server_tool_use")) and not caps.hosted_tools:
            raise refuse("invalid_body", f"This server takes no message with a `{kind}` block.")
    return found
