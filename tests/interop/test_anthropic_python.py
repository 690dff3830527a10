"""The official ``anthropic`` package, pointed at the relay's /v1/messages.

How streams that break off and refusals of the upstream look to it: tests/integration/test_anthropic_messages.py.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator

import anthropic
import pytest
from codeact_web.testing import ScriptedModel
from support.mcp_server import PIXEL as PNG
from support.provider_answers import anthropic_message, anthropic_stream, anthropic_tool_use

TOKEN = "token-of-the-test-0123456789"
KEY = "sk-test-0123456789abcdef"
MODEL = "scripted-claude"
ASKED = [{"role": "user", "content": "How warm is it in Bern?"}]
WEATHER = {
    "name": "weather",
    "description": "How the weather is in a city.",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
PIXEL = base64.b64encode(PNG).decode()


def opened(url: str, key: str = TOKEN, **options: object) -> anthropic.Anthropic:
    # The client writes /v1 itself.
    given = {"max_retries": 0, "timeout": 10, **options}
    return anthropic.Anthropic(base_url=url.removesuffix("/v1"), api_key=key, **given)


@pytest.fixture(scope="module")
def client(relay: str) -> Iterator[anthropic.Anthropic]:
    with opened(relay) as client:
        yield client


def test_a_message(client: anthropic.Anthropic, anthropic_says: ScriptedModel) -> None:
    anthropic_says.reply(anthropic_message("Twenty degrees."))
    answer = client.messages.create(
        model=MODEL, max_tokens=100, messages=ASKED, system="Be short.", stop_sequences=["."]
    )
    assert answer.content[0].text == "Twenty degrees."
    assert answer.usage.output_tokens == 5
    (sent,) = anthropic_says.requests
    assert sent.path == "/v1/messages"
    assert sent.json == {
        "model": MODEL,
        "max_tokens": 100,
        "messages": ASKED,
        "system": "Be short.",
        "stop_sequences": ["."],
    }
    assert sent.headers["x-api-key"] == KEY
    assert sent.headers["anthropic-version"] == "2023-06-01"
    assert "authorization" not in sent.headers


def test_a_stream(client: anthropic.Anthropic, anthropic_says: ScriptedModel) -> None:
    anthropic_says.reply(anthropic_stream("Zwänzg Grad – 20 °C."))
    with client.messages.stream(model=MODEL, max_tokens=100, messages=ASKED) as stream:
        assert "".join(stream.text_stream) == "Zwänzg Grad – 20 °C."
        assert stream.get_final_message().stop_reason == "end_turn"


def test_a_tool_is_used_and_its_result_sent_back(
    client: anthropic.Anthropic, anthropic_says: ScriptedModel
) -> None:
    anthropic_says.reply(anthropic_tool_use("weather", city="Bern"), anthropic_message("It has 20 degrees."))
    asked = {"model": MODEL, "max_tokens": 100, "tools": [WEATHER]}
    first = client.messages.create(**asked, messages=ASKED)
    (use,) = first.content
    assert (use.name, use.input) == ("weather", {"city": "Bern"})
    result = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": use.id, "content": "20"}]}
    turn = {"role": "assistant", "content": first.content}
    second = client.messages.create(**asked, messages=[*ASKED, turn, result])
    assert second.content[0].text == "It has 20 degrees."
    _, used, told = anthropic_says.requests[1].messages
    assert used["content"][0] == {
        "type": "tool_use",
        "id": "toolu_1",
        "name": "weather",
        "input": {"city": "Bern"},
    }
    assert told == result
    assert anthropic_says.requests[1].json["tools"] == [WEATHER]


def test_a_streamed_use_is_put_together(client: anthropic.Anthropic, anthropic_says: ScriptedModel) -> None:
    anthropic_says.reply(anthropic_stream(tool="weather", city="Zürich"))
    with client.messages.stream(model=MODEL, max_tokens=100, messages=ASKED, tools=[WEATHER]) as stream:
        partial = [event.partial_json for event in stream if event.type == "input_json"]
        (use,) = stream.get_final_message().content
    assert len(partial) > 1
    assert use.input == {"city": "Zürich"}


def test_images(client: anthropic.Anthropic, anthropic_says: ScriptedModel) -> None:
    anthropic_says.reply(anthropic_message("A dot."))
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}
    message = {"role": "user", "content": [picture, {"type": "text", "text": "What is it?"}]}
    answer = client.messages.create(model=MODEL, max_tokens=9, messages=[message])
    assert answer.content[0].text == "A dot."
    assert anthropic_says.requests[0].messages == [message]
    with pytest.raises(anthropic.UnprocessableEntityError, match="3 images"):
        client.messages.create(model=MODEL, max_tokens=9, messages=[{"role": "user", "content": [picture] * 3}])


def test_errors_are_told_in_the_clients_own_classes(
    relay: str, client: anthropic.Anthropic, anthropic_says: ScriptedModel
) -> None:
    def failed(**fields: object) -> tuple[type[Exception], int, str]:
        given = {"model": MODEL, "max_tokens": 9, "messages": ASKED, **fields}
        with pytest.raises(anthropic.APIStatusError) as caught:
            asked.messages.create(**given)
        assert caught.value.body["type"] == "error"
        assert KEY not in str(caught.value)
        return type(caught.value), caught.value.status_code, caught.value.body["error"]["type"]

    with opened(relay, "wrong-token-0123456789") as asked:
        assert failed() == (anthropic.AuthenticationError, 401, "authentication_error")
    with opened(relay, default_headers={"origin": "https://elsewhere.example"}) as asked:
        assert failed() == (anthropic.PermissionDeniedError, 403, "permission_error")
    asked = client
    assert failed(model="nobody") == (anthropic.NotFoundError, 404, "not_found_error")
    # The other dialect's model is not here.
    assert failed(model="scripted") == (anthropic.NotFoundError, 404, "not_found_error")
    large = failed(messages=[{"role": "user", "content": "x" * 100_000}])
    assert large[1:] == (413, "request_too_large")
    unknown = failed(extra_body={"speed": "high"})
    assert unknown == (anthropic.UnprocessableEntityError, 422, "invalid_request_error")
    assert not anthropic_says.requests


def test_the_client_waits_as_the_quota_says_and_asks_again(
    one_a_second: str, anthropic_says: ScriptedModel
) -> None:
    anthropic_says.reply(anthropic_message("one"), anthropic_message("two"))
    asked = {"model": MODEL, "max_tokens": 9, "messages": ASKED}
    with opened(one_a_second, max_retries=2) as patient:
        patient.messages.create(**asked)
        with pytest.raises(anthropic.RateLimitError) as caught:
            patient.with_options(max_retries=0).messages.create(**asked)
        assert caught.value.body["error"]["type"] == "rate_limit_error"
        began = time.monotonic()
        assert patient.messages.create(**asked).content[0].text == "two"
    assert time.monotonic() - began > 0.5


def test_leaving_a_stream_closes_the_upstream(client: anthropic.Anthropic, anthropic_says: ScriptedModel) -> None:
    reply = anthropic_stream("one two three")
    reply.hold_at = 4
    anthropic_says.reply(reply)
    with client.messages.stream(model=MODEL, max_tokens=9, messages=ASKED) as stream:
        assert next(iter(stream.text_stream)) == "one t"
    assert anthropic_says.wait_until(lambda: anthropic_says.disconnects == 1)
