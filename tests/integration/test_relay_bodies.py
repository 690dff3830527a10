"""What a body may be, and that none keeps the server from its other callers."""

import socket
import time

import pytest
from codeact_server.errors import RequestError
from codeact_server.relay.body import parse_object
from codeact_server.relay.chat_request import prepare_chat
from codeact_server.relay.embeddings_request import prepare_embeddings
from codeact_server.relay.messages_request import prepare_messages
from codeact_server.request_settings import RequestSettings
from codeact_server.serve_settings import ServerSettings

CHAT = "/v1/chat/completions"
FULL = 4 * 1024 * 1024

HOSTILE = {
    "lists in lists": b"[" * 100_000,
    "objects in objects": b'{"a":' * 100_000,
    "as deep as many": b"[" * 99_000 + b"]" * 99_000,
    "a long number": b'{"seed":' + b"9" * 1_000_000 + b"}",
    "an endless number": b'{"seed":' + b"9" * (FULL - 10) + b"}",
    "numbers just short enough for Python": b"[" + b",".join([b"9" * 4000] * 1000) + b"]",
    "a number without end": b'{"temperature":1e999}',
    "a number that is none": b'{"temperature":NaN}',
    "many objects": b'{"m":[' + b"{}," * (FULL // 3 - 10) + b"{}]}",
    "many lists": b'{"m":[' + b"[]," * (FULL // 3 - 10) + b"[]]}",
    "many numbers": b'{"m":[' + b"1," * (FULL // 2 - 10) + b"1]}",
    "many names": b"{" + b",".join(b'"%d":1' % number for number in range(250_000)) + b"}",
    "many strings": b'{"m":[' + b'"",' * (FULL // 3 - 10) + b'""]}',
    "escapes": b'{"m":"' + b'\\"' * (FULL // 2 - 10),
    "backslashes": b"\\" * FULL,
    "quotes": b'"' * FULL,
    "a byte order mark and bad UTF-8": bytes.fromhex("efbbbf7b226d6f64656c223aff7d"),
    "bad UTF-8 in a name": b'{"mod\xc3el":1}',
    "half a pair of surrogates": b'{"model":"\\ud800"}',
    "UTF-16": '{"model":"m"}'.encode("utf-16"),
    "two documents": b'{"model":"m"}{"model":"m"}',
    "nothing": b"",
    "null": b"null",
    "a word": b'"model"',
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_body_that_would_take_long_is_refused_at_once(body):
    # Of this thread alone, and the fastest of three: others share the machine.
    took = []
    for _ in range(3):
        began = time.thread_time()
        with pytest.raises(RequestError) as caught:
            parse_object(body, depth=64)
        took.append(time.thread_time() - began)
    assert caught.value.status == 400
    assert len(str(caught.value)) < 100
    assert min(took) < 0.1


def test_the_largest_body_of_words_is_read_at_once():
    words = "“Hello,” she said; {[\\n".encode() * (FULL // 32)
    body = b'{"model":"m","messages":[{"role":"user","content":"' + words + b'"}]}'
    took = []
    for _ in range(3):
        began = time.thread_time()
        assert len(parse_object(body, depth=64)["messages"][0]["content"]) > FULL // 2 * 0.7
        took.append(time.thread_time() - began)
    assert min(took) < 0.1


RESULT = {"type": "tool_result", "tool_use_id": "x"}
USER = [{"role": "user", "content": "hi"}]


def of_user(**fields):
    return {"messages": [{"role": "user", **fields}]}


@pytest.mark.parametrize(
    ("prepare", "fields"),
    [
        (prepare_chat, {"messages": [1] * 2000}),
        (prepare_chat, of_user(content=[1] * 480_000)),
        (prepare_chat, of_user(content=[{}] * 98_000)),
        (prepare_chat, of_user(tool_calls=[1] * 480_000)),
        (prepare_chat, {"messages": USER, "stop": [1] * 480_000}),
        (prepare_chat, {"messages": USER, "stop": [""] * 98_000}),
        (prepare_chat, {"messages": USER, "logit_bias": {str(name): 1000 for name in range(90_000)}}),
        (prepare_chat, {"messages": USER, "metadata": {str(name): 1 for name in range(90_000)}}),
        (prepare_chat, {"messages": USER, **{str(name): 1 for name in range(90_000)}}),
        (prepare_messages, of_user(content=[1] * 480_000)),
        (
            prepare_messages,
            of_user(content=[{"type": "tool_result", "tool_use_id": "x", "content": [1] * 480_000}]),
        ),
        (prepare_messages, {"messages": USER, "system": [1] * 480_000}),
        (prepare_embeddings, {"input": [None] * 2048}),
        (prepare_embeddings, {"input": [1] + [None] * 480_000}),
        (prepare_embeddings, {"input": [[None] * 230] * 2048}),
    ],
)
def test_a_request_with_half_a_million_mistakes_is_refused_for_the_first(prepare, fields):
    took = []
    for _ in range(3):
        began = time.thread_time()
        with pytest.raises(RequestError) as caught:
            prepare({"model": "m", **fields}, RequestSettings())
        took.append(time.thread_time() - began)
    assert caught.value.status == 422
    assert min(took) < 0.05


@pytest.mark.parametrize("depth", [1, 2, 64])
def test_depth_counts_lists_and_objects_alike(depth):
    inner = depth - 1
    body = b'{"a":' + b"[" * inner + b"]" * inner + b', "b": "]]]]{{{{[[[["}' if inner else b'{"b":"[[[["}'
    assert parse_object(body, depth)
    with pytest.raises(RequestError, match=f"deeper than {depth} levels"):
        parse_object(body.replace(b'"a":', b'"a":[').replace(b', "b"', b'], "b"') if inner else b'{"b":[]}', depth)


def test_a_hostile_body_is_answered_briefly_and_others_are_served(client, upstream):
    began = time.perf_counter()
    for body in HOSTILE.values():
        response = client.post(CHAT, content=body)
        assert response.status_code == 400, body[:30]
        assert response.json()["error"]["code"] == "invalid_json"
        assert len(response.content) < 300
        assert client.get("/healthz").text.strip() == "ok"
    assert time.perf_counter() - began < 20
    assert upstream.requests == []


def test_a_body_that_comes_slowly_is_cut(start, upstream):
    client = start(upstream.base_url, server=ServerSettings(body_seconds=0.5))
    head = f"POST {CHAT} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100000\r\n\r\n{{"
    began = time.monotonic()
    slow = [socket.create_connection((client.base_url.host, client.base_url.port), timeout=5) for _ in range(20)]
    for each in slow:
        each.sendall(head.encode())
    assert client.get("/healthz", timeout=1).status_code == 200
    for each in slow:
        with each:
            answer = b"".join(iter(lambda each=each: each.recv(4096), b""))
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"connection: close" in answer.lower()
        assert b'"too_slow"' in answer
    assert 0.4 < time.monotonic() - began < 4
    assert upstream.requests == []
