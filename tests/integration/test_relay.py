"""The relay on real sockets: what passes, when it passes, and what happens when someone hangs up."""

import json
import time

import httpx
import pytest
from codeact_server.settings import Timeouts
from codeact_web.testing import Reply

CHAT = "/v1/chat/completions"
MESSAGES = [{"role": "user", "content": "hi"}]


def asking(**fields):
    return {"model": "demo", "messages": MESSAGES, **fields}


def raw_bytes(response: httpx.Response) -> bytes:
    return b"".join(response.iter_raw())


def test_a_plain_answer_passes_unchanged(client, upstream):
    upstream.reply(Reply(text="Hello there"))
    response = client.post(CHAT, json=asking())
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert response.json()["choices"][0]["message"]["content"] == "Hello there"


def test_a_stream_passes_byte_for_byte(client, upstream):
    # Odd on purpose: CRLF, comments, a split UTF-8 character, a line in two pieces.
    chunks = [b": ping\r\n\r\n", b'data: {"x":"\xc3', b'\xa9"}\n', b"\ndata:  [DONE]\n\n", b"trailing"]
    upstream.reply(Reply(chunks=chunks))
    with client.stream("POST", CHAT, json=asking(stream=True)) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert raw_bytes(response) == b"".join(chunks)


def test_each_event_arrives_before_the_upstream_sends_the_next(client, upstream):
    reply = Reply(chunks=["data: 1\n\n", "data: 2\n\n"], hold_at=1)
    upstream.reply(reply)
    with client.stream("POST", CHAT, json=asking(stream=True)) as response:
        chunks = response.iter_raw()
        assert next(chunks) == b"data: 1\n\n"  # the upstream waits for us, so nothing can have been joined
        reply.release()
        assert b"".join(chunks) == b"data: 2\n\n"


def test_events_keep_the_upstreams_rhythm(client, upstream):
    upstream.reply(Reply(chunks=[f"data: {number}\n\n" for number in range(4)], delay=0.1))
    with client.stream("POST", CHAT, json=asking(stream=True)) as response:
        arrivals = [(chunk, time.monotonic()) for chunk in response.iter_raw()]
    assert [chunk for chunk, _ in arrivals] == [f"data: {number}\n\n".encode() for number in range(4)]
    assert arrivals[-1][1] - arrivals[0][1] > 0.2


def test_the_request_body_reaches_the_upstream_written_anew(client, upstream):
    upstream.reply(Reply(text="ok"))
    body = b'{ "messages":[{"role":"user","content":"\\u00e9"}],\n "model":"demo","temperature":0.10 }'
    client.post(CHAT, content=body)
    (request,) = upstream.requests
    assert request.json == json.loads(body)
    assert b"\n" not in request.body


def test_no_header_of_the_client_reaches_the_upstream(client, upstream):
    upstream.reply(Reply(text="ok"))
    sent = {"cookie": "a=b", "authorization": "Bearer mine", "x-forwarded-for": "1.2.3.4", "openai-beta": "x"}
    client.post(CHAT, json=asking(), headers=sent)
    headers = upstream.requests[0].headers
    assert headers.pop("authorization") == "Bearer sk-test-0123456789abcdef"
    assert headers["accept-encoding"] == "identity"
    allowed = {
        "host",
        "accept",
        "accept-encoding",
        "connection",
        "user-agent",
        "content-type",
        "content-length",
    }
    assert set(headers) == allowed
    assert "codeact" not in headers["host"]


def test_a_cookie_of_the_upstream_is_not_sent_with_the_next_request(client, upstream):
    upstream.reply(Reply(text="ok", headers={"set-cookie": "session=somebody"}), Reply(text="ok"))
    for _ in range(2):
        client.post(CHAT, json=asking())
    assert "cookie" not in upstream.requests[1].headers


def test_headers_of_the_settings_reach_the_upstream(start, upstream):
    upstream.reply(Reply(text="ok"))
    start(upstream.base_url, headers={"x-team": "blue"}).post(CHAT, json=asking())
    assert upstream.requests[0].headers["x-team"] == "blue"


@pytest.mark.parametrize("started", [True, False], ids=["in mid-stream", "before the first byte"])
def test_a_client_that_leaves_closes_the_upstream(client, upstream, started):
    upstream.reply(Reply(chunks=["data: 1\n\n", "data: 2\n\n"], hold_at=1 if started else 0))
    if started:
        with client.stream("POST", CHAT, json=asking(stream=True)) as response:
            next(response.iter_raw())
    else:
        with pytest.raises(httpx.ReadTimeout):
            client.post(CHAT, json=asking(), timeout=0.3)
    left = time.monotonic()
    assert upstream.wait_until(lambda: upstream.disconnects == 1, timeout=2)
    assert time.monotonic() - left < 1


def test_leaving_one_stream_leaves_the_others_alone(client, upstream):
    first = Reply(chunks=["data: 1\n\n", "data: 2\n\n"], hold_at=1)
    second = Reply(chunks=["data: a\n\n", "data: b\n\n"], hold_at=1)
    upstream.reply(first, second)
    with client.stream("POST", CHAT, json=asking(stream=True)) as kept:
        chunks = kept.iter_raw()
        assert next(chunks) == b"data: 1\n\n"
        with client.stream("POST", CHAT, json=asking(stream=True)) as left:
            next(left.iter_raw())
        assert upstream.wait_until(lambda: upstream.disconnects == 1)
        first.release()
        assert b"".join(chunks) == b"data: 2\n\n"


@pytest.mark.parametrize(
    ("begun", "after"),
    [(b"", b""), (b'data: {"half', b""), (b"data: " + b"x" * 70_000, b"\n\n")],
    ids=["between events", "in an event", "in an event that is too long to be held back"],
)
def test_an_upstream_that_dies_in_mid_stream_is_told_by_an_event(client, upstream, begun, after):
    upstream.reply(
        Reply(
            chunks=[b"data: 1\n\n", begun, "never"] if begun else ["data: 1\n\n", "never"],
            drop_after=2 if begun else 1,
        )
    )
    with client.stream("POST", CHAT, json=asking(stream=True)) as response:
        whole = raw_bytes(response)
    prefix = b"data: 1\n\n" + (begun if after else b"") + after + b"data: "
    assert whole.startswith(prefix)
    assert whole.endswith(b"\n\n")
    error = json.loads(whole[len(prefix) :])["error"]
    assert error["type"] == "upstream_closed"
    assert "middle of its answer" in error["message"]


def test_an_upstream_that_falls_silent_in_mid_stream_is_told_by_an_event(start, upstream):
    upstream.reply(Reply(chunks=["data: 1\n\n", "data: 2\n\n"], hold_at=1))
    client = start(upstream.base_url, timeouts=Timeouts(read=0.3))
    with client.stream("POST", CHAT, json=asking(stream=True)) as response:
        assert b'"type":"upstream_closed"' in raw_bytes(response)
    assert upstream.wait_until(lambda: upstream.disconnects == 1)


def test_a_plain_answer_cut_in_the_middle_is_a_502(client, upstream):
    upstream.reply(Reply(chunks=['{"choices"', ":[]}"], drop_after=1))
    response = client.post(CHAT, json=asking())
    assert response.status_code == 502
    assert response.json()["error"]["type"] == "upstream_closed"


def test_models_are_listed_by_name_only(start, upstream):
    client = start(upstream.base_url)
    upstream.models_reply = Reply(body={"data": [{"id": "big", "root": "/srv/secret", "permission": []}]})
    told = {"id": "big", "object": "model", "created": 0, "owned_by": "codeact-web"}
    assert client.get("/v1/models").json() == {"object": "list", "data": [told]}
    assert client.get("/v1/models/big").json() == told
    assert client.get("/v1/models/small").status_code == 404
    assert upstream.listings[0].headers["authorization"] == "Bearer sk-test-0123456789abcdef"


def test_models_of_the_settings_are_listed_without_asking(start, upstream):
    listed = start(upstream.base_url, models=("small", "big")).get("/v1/models").json()["data"]
    assert [model["id"] for model in listed] == ["small", "big"]
    assert upstream.listings == []


def test_without_an_upstream_there_are_no_models_and_a_mend(start):
    client = start()
    assert client.get("/v1/models").json() == {"object": "list", "data": []}
    response = client.post(CHAT, json=asking())
    assert response.status_code == 503
    assert response.json()["error"]["code"] == "no_upstream"
    assert "OPENAI_BASE_URL" in response.json()["error"]["message"]


def test_the_server_is_healthy(start):
    response = start().get("/healthz")
    assert (response.status_code, response.text) == (200, "ok")
