"""Streams that end in another way than their upstream meant, on real sockets."""

import json
import socket
import time

import httpx
import pytest
from codeact_server.observe import metrics
from codeact_server.request_settings import RequestSettings
from codeact_server.serve_settings import ServerSettings
from codeact_web.testing import Reply

CHAT = "/v1/chat/completions"
ASKED = {"model": "demo", "messages": [{"role": "user", "content": "hi"}], "stream": True}
EVENT = b'data: {"choices":[{"delta":{"content":"word"}}]}\n\n'


def events_of(raw):
    whole = [event.removeprefix(b"data: ") for event in raw.split(b"\n\n")]
    return [json.loads(event) for event in whole if event.startswith(b"{")]


def figures():
    lines = [line for line in metrics.exposition().decode().splitlines() if line.startswith("relay_")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_the_upstream_is_closed_within_100_ms_of_the_clients_leaving(client, upstream):
    took = []
    for number in range(1, 4):
        upstream.reply(Reply(chunks=[EVENT, EVENT], hold_at=1))
        with client.stream("POST", CHAT, json=ASKED) as response:
            next(response.iter_raw())
        left = time.monotonic()
        assert upstream.wait_until(lambda expected=number: upstream.disconnects == expected, timeout=2)
        took.append(time.monotonic() - left)
    assert min(took) < 0.1, took


@pytest.mark.parametrize("reads", [0, 20], ids=["nothing", "a byte now and then"])
def test_a_reader_that_does_not_read_is_cut_and_its_upstream_closed(start, upstream, reads):
    client = start(upstream.base_url, server=ServerSettings(write_seconds=0.5))
    cut = 'relay_refusals_total{code="slow_reader"}'
    before = figures().get(cut, 0)
    upstream.reply(Reply(chunks=[b"data: " + b"x" * 32_000 + b"\n\n"] * 10_000))
    body = json.dumps(ASKED).encode()
    head = f"POST {CHAT} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {len(body)}\r\n\r\n"
    with socket.socket() as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        lazy.connect((client.base_url.host, client.base_url.port))
        lazy.sendall(head.encode() + body)
        for _ in range(reads):
            lazy.recv(1)
            time.sleep(0.02)
        assert upstream.wait_until(lambda: upstream.disconnects == 1, timeout=10)
        # By its clock, not at the cap of a stream's bytes: little has left the upstream.
        assert figures()[cut] == before + 1
        upstream.reply(Reply(text="ok"))
        assert client.post(CHAT, json={**ASKED, "stream": False}, timeout=1).status_code == 200


@pytest.mark.parametrize(
    ("caps", "says"),
    [({"stream_seconds": 0.5}, "after 0.5 seconds"), ({"stream_bytes": 500}, "after 500 bytes")],
)
def test_an_endless_stream_is_ended_at_the_cap_in_words(start, upstream, caps, says):
    client = start(upstream.base_url, requests=RequestSettings(**caps))
    upstream.reply(Reply(chunks=[EVENT] * 1000, delay=0.02))
    with client.stream("POST", CHAT, json=ASKED) as response:
        raw = b"".join(response.iter_raw())
    *words, last = events_of(raw)
    assert all(event["choices"] for event in words)
    assert 1 < len(words) < 40
    assert last["error"]["code"] == "answer_too_long"
    assert says in last["error"]["message"]
    assert upstream.wait_until(lambda: upstream.disconnects == 1, timeout=2)


def test_streams_side_by_side_do_not_mix(client, upstream):
    names = [f"stream{number}" for number in range(8)]
    replies = {}

    def play(received):
        name = received.messages[0]["content"]
        replies[name] = [f"data: {name} {part}\n\n" for part in range(20)]
        return Reply(chunks=replies[name], delay=0.002)

    upstream.reply(*[play] * len(names))
    with httpx.Client(base_url=client.base_url, timeout=10, trust_env=False) as other:
        opened = []
        for position, name in enumerate(names):
            asked = {**ASKED, "messages": [{"role": "user", "content": name}]}
            request = other.build_request("POST", CHAT, json=asked)
            opened.append((name, (client if position % 2 else other).send(request, stream=True)))
        for name, response in reversed(opened):
            assert b"".join(response.iter_raw()).decode() == "".join(replies[name])
            response.close()
