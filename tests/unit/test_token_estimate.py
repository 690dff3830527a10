"""What a request is estimated to take before an upstream is asked: no form of words makes it less."""

from __future__ import annotations

from typing import Any

import pytest
from codeact_server.relay.chat_request import prepare_chat
from codeact_server.relay.messages_request import prepare_messages
from codeact_server.request_settings import RequestSettings

CAPS = RequestSettings(audio=True, files=True, hosted_tools=True)
LONG = "word" * 1000


def messages(*blocks: dict[str, Any]) -> int:
    request = {"model": "m", "messages": [{"role": "user", "content": list(blocks)}]}
    return prepare_messages(request, CAPS).input_tokens


def chat(**message: Any) -> int:
    return prepare_chat({"model": "m", "messages": [{"role": "assistant", **message}]}, CAPS).input_tokens


def used(given: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": "1", "name": "f", "input": given}


@pytest.mark.parametrize(
    "given",
    [
        {"type": ["string", "null"], "text": LONG},
        {"type": {"type": "object"}, "text": LONG},
        {"type": "image", "text": LONG},
        {"content": [{"type": "document", "text": LONG}]},
        {LONG: 1},
        {"numbers": [1234567] * 500},
    ],
    ids=range(6),
)
def test_what_a_tool_was_called_with_counts_whatever_it_looks_like(given: dict[str, Any]) -> None:
    assert 1000 <= messages(used(given)) < 1100


@pytest.mark.parametrize(
    "message",
    [
        {"content": LONG},
        {"content": [{"type": "text", "text": LONG}]},
        {"tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": LONG}}]},
        {"tool_calls": [{"id": "1", "type": "custom", "custom": {"type": "image", "input": LONG}}]},
        {"tool_calls": [{"id": "1", "extra_content": {"type": "file", "x": [LONG]}}]},
        {"reasoning_details": [{"type": "input_audio", "data": LONG}]},
        {"content": [{"type": "text", "text": "", "cache_control": {"type": "image", "x": LONG}}]},
    ],
    ids=range(7),
)
def test_all_of_a_message_counts(message: dict[str, Any]) -> None:
    assert 1000 <= chat(**message) < 1100


def test_binary_parts_count_as_images_or_not_at_all_and_words_beside_them_do() -> None:
    source = {"type": "base64", "media_type": "image/png", "data": "aaaa" * 1000}
    picture = {"type": "image", "source": source}
    result = {"type": "tool_result", "tool_use_id": "1", "content": [{"type": "text", "text": LONG}, picture]}
    assert 2000 <= messages(result) < 2100  # an image is 1,000
    assert 1000 <= messages(picture) < 1100
    plain = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": LONG}}
    assert 1000 <= messages(plain) < 1100
    assert messages({**plain, "source": {**source, "media_type": "application/pdf"}}) < 100
    assert chat(content=[{"type": "input_audio", "input_audio": {"data": "a" * 4000, "format": "wav"}}]) < 100


def test_what_a_hosted_tool_gave_counts() -> None:
    found = {"type": "web_search_tool_result", "content": [{"type": "document", "text": LONG}]}
    assert 1000 <= messages(found) < 1100
