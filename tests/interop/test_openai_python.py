"""The official ``openai`` package, pointed at the relay: all it does must work, and fail in its own ways."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Iterator

import openai
import pytest
from codeact_web.testing import Reply, ScriptedModel
from pydantic import BaseModel
from support.loops import run_apart
from support.mcp_server import PIXEL as PNG
from support.provider_answers import chat_stream, tool_call, tool_call_stream

TOKEN = "token-of-the-test-0123456789"
KEY = "sk-test-0123456789abcdef"
PIXEL = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
ASKED = [{"role": "user", "content": "How warm is it in Bern?"}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "How the weather is in a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
        "strict": True,
    },
}


@pytest.fixture(scope="module")
def client(relay: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=relay, api_key=TOKEN, max_retries=0, timeout=10) as opened:
        yield opened


def test_models(client: openai.OpenAI) -> None:
    assert {model.id for model in client.models.list()} == {"scripted", "scripted-claude"}
    assert client.models.retrieve("scripted").object == "model"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("nobody")


def test_a_chat(client: openai.OpenAI, openai_says: ScriptedModel) -> None:
    openai_says.reply("Twenty degrees.")
    answer = client.chat.completions.create(
        model="scripted", messages=ASKED, temperature=0.2, max_completion_tokens=100, seed=7, user="me"
    )
    assert answer.choices[0].message.content == "Twenty degrees."
    assert answer.choices[0].finish_reason == "stop"
    assert answer._request_id  # ours, which the operator finds in the log
    sent = openai_says.requests[0]
    assert (sent.json["temperature"], sent.json["seed"]) == (0.2, 7)
    assert sent.headers["authorization"] == f"Bearer {KEY}"


def test_a_stream(client: openai.OpenAI, openai_says: ScriptedModel) -> None:
    openai_says.reply(chat_stream("Zwänzg Grad – 20 °C."))
    chunks = list(
        client.chat.completions.create(
            model="scripted", messages=ASKED, stream=True, stream_options={"include_usage": True}
        )
    )
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == "Zwänzg Grad – 20 °C."
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.total_tokens == 10
    assert openai_says.requests[0].json["stream_options"] == {"include_usage": True}


def test_a_tool_is_called_and_its_result_sent_back(client: openai.OpenAI, openai_says: ScriptedModel) -> None:
    openai_says.reply(tool_call("weather", city="Bern"), "It has 20 degrees in Bern.")
    first = client.chat.completions.create(model="scripted", messages=ASKED, tools=[WEATHER], tool_choice="auto")
    message = first.choices[0].message
    assert message.tool_calls is not None
    call = message.tool_calls[0]
    assert (call.function.name, call.function.arguments) == ("weather", '{"city": "Bern"}')
    # The message goes back as the client made it, with every field it knows.
    result = {"role": "tool", "tool_call_id": call.id, "content": "20"}
    second = client.chat.completions.create(model="scripted", messages=[*ASKED, message, result], tools=[WEATHER])
    assert second.choices[0].message.content == "It has 20 degrees in Bern."
    _, called, told = openai_says.requests[1].messages
    assert called["tool_calls"][0]["function"] == {"name": "weather", "arguments": '{"city": "Bern"}'}
    assert told == result
    assert openai_says.requests[1].json["tools"] == [WEATHER]


def test_a_streamed_call_is_put_together(client: openai.OpenAI, openai_says: ScriptedModel) -> None:
    openai_says.reply(tool_call_stream("weather", city="Zürich"))
    with client.chat.completions.stream(model="scripted", messages=ASKED, tools=[WEATHER]) as stream:
        kinds = [event.type for event in stream]
        final = stream.get_final_completion()
    assert "tool_calls.function.arguments.delta" in kinds
    assert final.choices[0].message.tool_calls[0].function.parsed_arguments == {"city": "Zürich"}
    assert final.choices[0].finish_reason == "tool_calls"


class Weather(BaseModel):
    city: str
    degrees: float


def test_an_answer_by_a_schema(client: openai.OpenAI, openai_says: ScriptedModel) -> None:
    openai_says.reply('{"city": "Bern", "degrees": 20.5}')
    answer = client.chat.completions.parse(model="scripted", messages=ASKED, response_format=Weather)
    assert answer.choices[0].message.parsed == Weather(city="Bern", degrees=20.5)
    assert openai_says.requests[0].json["response_format"]["json_schema"]["name"] == "Weather"


def test_images(client: openai.OpenAI, openai_says: ScriptedModel) -> None:
    openai_says.reply("A dot.")
    picture = {"type": "image_url", "image_url": {"url": PIXEL, "detail": "low"}}
    message = {"role": "user", "content": [{"type": "text", "text": "What is it?"}, picture]}
    assert (
        client.chat.completions.create(model="scripted", messages=[message]).choices[0].message.content == "A dot."
    )
    assert openai_says.requests[0].messages == [message]
    with pytest.raises(openai.UnprocessableEntityError, match="3 images"):
        client.chat.completions.create(model="scripted", messages=[{"role": "user", "content": [picture] * 3}])


def test_errors_are_told_in_the_clients_own_classes(client: openai.OpenAI, openai_says: ScriptedModel) -> None:
    def failed(**fields: object) -> openai.APIStatusError:
        given = {"model": "scripted", "messages": ASKED, **fields}
        with pytest.raises(openai.APIStatusError) as caught:
            asked.chat.completions.create(**given)
        assert KEY not in str(caught.value)
        assert caught.value.request_id
        return caught.value

    asked = client.with_options(api_key="wrong-token-0123456789")
    assert (type(failed()), failed().code) == (openai.AuthenticationError, "token_refused")
    asked = client.with_options(default_headers={"origin": "https://elsewhere.example"})
    assert type(failed()) is openai.PermissionDeniedError
    asked = client
    assert (type(failed(model="nobody")), failed(model="nobody").code) == (openai.NotFoundError, "model_not_found")
    large = failed(messages=[{"role": "user", "content": "x" * 100_000}])
    assert (large.status_code, large.code) == (413, "body_too_large")
    unknown = failed(extra_body={"speed": "high"})
    assert (type(unknown), unknown.code) == (openai.UnprocessableEntityError, "unknown_field")
    assert type(failed(extra_body={"temperature": "hot"})) is openai.UnprocessableEntityError
    with pytest.raises(openai.NotFoundError):
        client.embeddings.create(model="scripted", input="off by default")
    assert not openai_says.requests


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, openai.BadRequestError),
        (401, openai.InternalServerError),  # not the caller's key: 502
        (429, openai.RateLimitError),
        (500, openai.InternalServerError),
    ],
)
def test_an_upstreams_refusal(
    client: openai.OpenAI, openai_says: ScriptedModel, status: int, kind: type[openai.APIStatusError]
) -> None:
    openai_says.reply(Reply(status=status, body={"error": {"message": f"no, {KEY}", "type": "t", "code": "c"}}))
    with pytest.raises(openai.APIStatusError) as caught:
        client.chat.completions.create(model="scripted", messages=ASKED, stream=True)
    assert type(caught.value) is kind
    assert KEY not in str(caught.value)


def test_the_client_waits_as_the_quota_says_and_asks_again(one_a_second: str, openai_says: ScriptedModel) -> None:
    openai_says.reply("one", "two")
    with openai.OpenAI(base_url=one_a_second, api_key=TOKEN, max_retries=2, timeout=10) as patient:
        patient.chat.completions.create(model="scripted", messages=ASKED)
        with pytest.raises(openai.RateLimitError) as caught:
            patient.with_options(max_retries=0).chat.completions.create(model="scripted", messages=ASKED)
        assert caught.value.response.headers["retry-after"] == "1"
        began = time.monotonic()
        answer = patient.chat.completions.create(model="scripted", messages=ASKED)
    assert answer.choices[0].message.content == "two"
    assert time.monotonic() - began > 0.5
    assert len(openai_says.requests) == 2


def test_the_client_waits_as_the_upstream_says_and_asks_again(
    client: openai.OpenAI, openai_says: ScriptedModel
) -> None:
    openai_says.reply(Reply(status=429, headers={"retry-after": "1"}), "at last")
    patient = client.with_options(max_retries=1)
    began = time.monotonic()
    answer = patient.chat.completions.create(model="scripted", messages=ASKED)
    assert answer.choices[0].message.content == "at last"
    assert time.monotonic() - began >= 1


@pytest.mark.parametrize("half", [False, True], ids=["between events", "in an event"])
def test_a_break_in_mid_stream_is_the_clients_error(
    client: openai.OpenAI, openai_says: ScriptedModel, half: bool
) -> None:
    *begun, last = chat_stream("one two three").chunks[:4]  # type: ignore[index]
    openai_says.reply(Reply(chunks=[*begun, last[:40] if half else last, "never"], drop_after=4))
    words = ""
    with pytest.raises(openai.APIError, match="middle of its answer") as caught:
        for chunk in client.chat.completions.create(model="scripted", messages=ASKED, stream=True):
            words += chunk.choices[0].delta.content or ""
    assert caught.value.code == "upstream_closed"
    assert words == ("one two th" if half else "one two three")


def test_leaving_a_stream_closes_the_upstream(client: openai.OpenAI, openai_says: ScriptedModel) -> None:
    reply = chat_stream("one two three")
    reply.hold_at = 3
    openai_says.reply(reply)
    stream = client.chat.completions.create(model="scripted", messages=ASKED, stream=True)
    assert [next(stream).choices[0].delta.content for _ in range(3)] == ["", "one t", "wo th"]
    stream.close()
    assert openai_says.wait_until(lambda: openai_says.disconnects == 1)


def test_a_cancelled_task_closes_the_upstream(relay: str, openai_says: ScriptedModel) -> None:
    openai_says.reply(Reply(hang=True))

    async def ask_and_cancel() -> None:
        async with openai.AsyncOpenAI(base_url=relay, api_key=TOKEN, max_retries=0) as client:
            asking = asyncio.create_task(client.chat.completions.create(model="scripted", messages=ASKED))
            assert await asyncio.to_thread(openai_says.wait_until, lambda: len(openai_says.requests) == 1)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            assert await asyncio.to_thread(openai_says.wait_until, lambda: openai_says.disconnects == 1)

    run_apart(ask_and_cancel())


def test_many_streams_by_one_client(relay: str, openai_says: ScriptedModel) -> None:
    names = [f"stream {number}" for number in range(40)]

    async def ask_all() -> list[str]:
        async with openai.AsyncOpenAI(base_url=relay, api_key=TOKEN, max_retries=0) as client:

            async def ask(name: str) -> str:
                asked = [{"role": "user", "content": name}]
                stream = await client.chat.completions.create(model="scripted", messages=asked, stream=True)
                return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

            return await asyncio.gather(*map(ask, names))

    def echo(received: object) -> Reply:
        return Reply(text=received.messages[0]["content"])  # type: ignore[attr-defined]

    openai_says.reply(*([echo] * len(names)))
    assert run_apart(ask_all()) == names
