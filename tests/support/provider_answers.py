"""What real providers answer, for a ``ScriptedModel`` to say: calls of tools, and Anthropic's messages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from codeact_web.testing import Reply

__all__ = [
    "anthropic_message",
    "anthropic_stream",
    "anthropic_tool_use",
    "chat_stream",
    "tool_call",
    "tool_call_stream",
]

_CHUNK = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}
_TOOL_USE = {"type": "tool_use", "id": "toolu_1"}


def tool_call(name: str, **arguments: Any) -> Reply:
    """A whole answer of OpenAI's that calls a function."""
    function = {"name": name, "arguments": json.dumps(arguments)}
    message = {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "call_1", "type": "function", "function": function}],
    }
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
    told = {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25}
    return Reply(body={**_CHUNK, "object": "chat.completion", "choices": [choice], "usage": told})


def tool_call_stream(name: str, **arguments: Any) -> Reply:
    """The same, streamed: the arguments come in pieces, as JSON text."""
    text = json.dumps(arguments)
    start = {"index": 0, "id": "call_1", "type": "function", "function": {"name": name, "arguments": ""}}
    calls = [start] + [{"index": 0, "function": {"arguments": each}} for each in _pieces(text)]
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": None}, *({"tool_calls": [c]} for c in calls)]
    return Reply(chunks=_openai_events(deltas, "tool_calls"))


def chat_stream(text: str) -> Reply:
    """Words in pieces of five characters; the last event tells what they cost, as with ``include_usage``."""
    told = {**_CHUNK, "choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}}
    deltas = [{"role": "assistant", "content": ""}, *({"content": each} for each in _pieces(text))]
    events = _openai_events(deltas, "stop")
    return Reply(chunks=[*events[:-1], f"data: {json.dumps(told)}\n\n", events[-1]])


def anthropic_message(text: str) -> Reply:
    """A whole message of Anthropic's."""
    return Reply(body=_message([{"type": "text", "text": text}], "end_turn"))


def anthropic_tool_use(name: str, **arguments: Any) -> Reply:
    """A whole message that uses a tool."""
    return Reply(
        body=_message([{"type": "tool_use", "id": "toolu_1", "name": name, "input": arguments}], "tool_use")
    )


def anthropic_stream(text: str = "", tool: str = "", **arguments: Any) -> Reply:
    """A message in events: ``text``, or a use of ``tool``; with a ping, as the real service sends them."""
    block = (
        {"type": "tool_use", "id": "toolu_1", "name": tool, "input": {}} if tool else {"type": "text", "text": ""}
    )
    if tool:
        deltas = [{"type": "input_json_delta", "partial_json": each} for each in _pieces(json.dumps(arguments))]
    else:
        deltas = [{"type": "text_delta", "text": each} for each in _pieces(text)]
    end = {"stop_reason": "tool_use" if tool else "end_turn", "stop_sequence": None}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": {**_message([], None), "usage": _told(1)}},
        {"type": "content_block_start", "index": 0, "content_block": block},
        {"type": "ping"},
        *({"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": end, "usage": {"output_tokens": len(deltas)}},
        {"type": "message_stop"},
    ]
    return Reply(chunks=[f"event: {each['type']}\ndata: {json.dumps(each)}\n\n" for each in events])


def _openai_events(deltas: Sequence[dict[str, Any]], finish: str) -> list[bytes | str]:
    choices: list[dict[str, Any]] = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    choices.append({"index": 0, "delta": {}, "finish_reason": finish})
    events = [json.dumps({**_CHUNK, "choices": [choice]}) for choice in choices]
    return [f"data: {event}\n\n" for event in [*events, "[DONE]"]]


def _message(content: list[dict[str, Any]], stop: str | None) -> dict[str, Any]:
    frame = {"id": "msg_1", "type": "message", "role": "assistant", "model": "scripted-claude"}
    return {**frame, "content": content, "stop_reason": stop, "stop_sequence": None, "usage": _told(5)}


def _told(output: int) -> dict[str, int]:
    return {"input_tokens": 20, "output_tokens": output}


def _pieces(text: str) -> list[str]:
    return [text[at : at + 5] for at in range(0, len(text), 5)]
