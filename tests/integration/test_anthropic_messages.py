"""Clients that speak Anthropic's API, through the relay to an upstream that speaks it too."""

import json
from contextlib import ExitStack

import anthropic
import httpx
import openai
import pytest
from codeact_server.access_settings import Access
from codeact_server.quota_settings import QuotaSettings
from codeact_server.request_settings import RequestSettings
from codeact_server.serve import running_server
from codeact_server.settings import Settings, Upstream
from codeact_web.testing import Reply

ASKED = {"model": "claude", "max_tokens": 50, "messages": [{"role": "user", "content": "hi"}]}
KEY = "sk-ant-0123456789abcdef"


def event(name, **data):
    return f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n"


STARTED = {"id": "1", "type": "message", "role": "assistant", "content": [], "model": "c", "usage": {}}
BEGIN = [
    event("message_start", message={**STARTED, "usage": {"input_tokens": 5, "output_tokens": 1}}),
    event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
    event("content_block_delta", index=0, delta={"type": "text_delta", "text": "Hello"}),
]
STREAM = [
    *BEGIN,
    event("ping"),
    event("content_block_delta", index=0, delta={"type": "text_delta", "text": " there"}),
    event("content_block_stop", index=0),
    event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 2}),
    event("message_stop"),
]
WHOLE = {
    **STARTED,
    "content": [{"type": "text", "text": "Hello"}],
    "usage": {"input_tokens": 5, "output_tokens": 2},
}


@pytest.fixture
def serve(site, upstream):
    """Start a server with these settings and give its address."""
    with ExitStack() as stack:

        def serve(**settings):
            to = Upstream(
                base_url=upstream.base_url, dialect="anthropic", api_key=KEY, models=("claude",), retries=0
            )
            return stack.enter_context(running_server(Settings(site=site, upstream=[to], **settings)))

        yield serve


@pytest.fixture
def client(serve):
    return asking(serve())


def asking(address, key="anything"):
    return anthropic.Anthropic(base_url=address, api_key=key, max_retries=0)


def test_a_message_and_a_stream_pass(client, upstream):
    upstream.reply(Reply(body=WHOLE), Reply(chunks=STREAM))
    answer = client.messages.create(**ASKED, tools=[{"name": "f", "input_schema": {"type": "object"}}])
    assert answer.content[0].text == "Hello"
    with client.messages.stream(**ASKED, system="s") as stream:
        assert "".join(stream.text_stream) == "Hello there"
        assert stream.get_final_message().usage.output_tokens == 2
    for request in upstream.requests:
        assert request.path == "/v1/messages"
        assert request.headers["x-api-key"] == KEY
        assert request.headers["anthropic-version"]
        assert "anything" not in repr(request)
    assert upstream.requests[1].json == {**ASKED, "system": "s", "stream": True}


def test_no_header_of_the_client_reaches_the_upstream(serve, upstream):
    upstream.reply(Reply(body=WHOLE))
    sent = {"anthropic-beta": "all", "anthropic-version": "1999-01-01", "x-api-key": "mine", "cookie": "a=b"}
    assert httpx.post(serve() + "/v1/messages?beta=true", json=ASKED, headers=sent).status_code == 200
    headers = upstream.requests[0].headers
    assert "anthropic-beta" not in headers
    assert "cookie" not in headers
    assert (headers["x-api-key"], headers["anthropic-version"]) == (KEY, "2023-06-01")


@pytest.mark.parametrize(
    "begun", [[], [BEGIN[2][:40]], ["data: " + "x" * 70_000]], ids=["between events", "in one", "in a long one"]
)
def test_a_stream_that_breaks_off_raises_what_happened(client, upstream, begun):
    chunks = [*BEGIN, *begun, "never"]
    upstream.reply(Reply(chunks=chunks, drop_after=len(chunks) - 1))
    heard = []
    raised = pytest.raises(anthropic.APIStatusError, match="middle of its answer")
    with raised as caught, client.messages.stream(**ASKED) as stream:
        heard.extend(stream.text_stream)
    assert heard == ["Hello"]
    assert caught.value.body == {
        "type": "error",
        "error": {
            "type": "api_error",
            "message": "The model's provider closed the connection in the middle of its answer.",
        },
    }


def test_a_stream_at_a_cap_raises_what_happened(serve, upstream):
    upstream.reply(Reply(chunks=[*BEGIN, *[BEGIN[2]] * 100], delay=0.02))
    client = asking(serve(requests=RequestSettings(stream_seconds=0.3)))
    raised = pytest.raises(anthropic.APIStatusError, match=r"ends answers after 0\.3 seconds")
    with raised, client.messages.stream(**ASKED) as stream:
        list(stream.text_stream)


@pytest.mark.parametrize(
    ("status", "raised"),
    [(400, anthropic.BadRequestError), (429, anthropic.RateLimitError), (529, anthropic.InternalServerError)],
)
def test_an_error_of_the_upstream_passes(client, upstream, status, raised):
    body = {"type": "error", "error": {"type": "some_error", "message": "too warm"}, "request_id": "r"}
    upstream.reply(Reply(status=status, body=body))
    with pytest.raises(raised) as caught:
        client.messages.create(**ASKED)
    assert caught.value.body == body


def test_refusals_of_ours_are_errors_its_clients_know(serve, client, upstream):
    with pytest.raises(anthropic.NotFoundError, match="no model"):
        client.messages.create(**{**ASKED, "model": "gpt"})
    with pytest.raises(anthropic.UnprocessableEntityError, match="`container`"):
        client.messages.create(**ASKED, extra_body={"container": "c"})
    with pytest.raises(openai.NotFoundError, match="no model"):
        openai.OpenAI(base_url=str(client.base_url) + "/v1", api_key="k").chat.completions.create(
            model="claude", messages=ASKED["messages"]
        )
    guarded = serve(access=Access(mode="token", token="secret-0123456789-secret-0123456789"))
    with pytest.raises(anthropic.AuthenticationError) as caught:
        asking(guarded, "wrong").messages.create(**ASKED)
    assert caught.value.body["error"]["type"] == "authentication_error"
    assert upstream.requests == []
    upstream.reply(Reply(body=WHOLE))
    assert asking(guarded, "secret-0123456789-secret-0123456789").messages.create(**ASKED).content
    assert upstream.requests[0].headers["x-api-key"] == KEY


def test_who_has_had_enough_is_told_when_to_come_again(serve, upstream):
    client = asking(serve(quotas=QuotaSettings(per_address={"requests": "1/minute"})))
    upstream.reply(Reply(body=WHOLE))
    client.messages.create(**ASKED)
    with pytest.raises(anthropic.RateLimitError) as caught:
        client.messages.create(**ASKED)
    assert caught.value.body["error"]["type"] == "rate_limit_error"
    assert 0 < int(caught.value.response.headers["retry-after"]) <= 60


def test_models_tell_which_api_they_answer(site, upstream):
    upstreams = [
        Upstream(name="a", base_url=upstream.base_url, dialect="anthropic", models=("both", "claude")),
        Upstream(
            name="o",
            base_url=upstream.base_url,
            models=("both", "small"),
            aliases={"fast": "small"},
            price={"small": {"input": 0.15, "output": 0.6}},
            context_window={"small": 8192},
            takes_images=("small",),
        ),
    ]
    with running_server(Settings(site=site, upstream=upstreams)) as address:
        told = httpx.get(address + "/v1/models").json()["data"]
        listed = openai.OpenAI(base_url=address + "/v1", api_key="k").models.list()
    facts = {model.pop("id"): model for model in told}
    assert [model.id for model in listed] == list(facts)
    assert {name: model.get("dialect") for name, model in facts.items()} == {
        "both": None,
        "small": None,
        "fast": None,
        "claude": "anthropic",
    }
    usual = {"object": "model", "created": 0, "owned_by": "codeact-web"}
    known = {"price": {"input": 0.15, "output": 0.6}, "context_window": 8192, "takes_images": True}
    assert facts["small"] == facts["fast"] == usual | known
