"""Tokens of an answer, counted while it passes."""

import json
import time

import pytest
from codeact_server.relay.events import WholeEvents
from codeact_server.relay.usage import UsageTap


def event(data, name=None):
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(data, separators=(',', ':'))}\n\n".encode()


def delta(text, **more):
    return event({"choices": [{"index": 0, "delta": {"content": text}}], "usage": None, **more})


def usage(**counts):
    return event({"choices": [], "usage": counts})


OPENAI = [
    delta(""),
    *(delta("word ") for _ in range(400)),
    usage(prompt_tokens=19, completion_tokens=10, prompt_tokens_details={"cached_tokens": 4}),
    b"data: [DONE]\n\n",
]
COUNTS = {"prompt_tokens": 5, "completion_tokens": 6}
STARTED = {
    "input_tokens": 25,
    "cache_read_input_tokens": 100,
    "cache_creation_input_tokens": 5,
    "output_tokens": 1,
}
ANTHROPIC = [
    event(
        {"type": "message_start", "message": {"usage": {**STARTED, "server_tool_use": {"a": {}}}}}, "message_start"
    ),
    event({"type": "ping"}, "ping"),
    *(
        event({"type": "content_block_delta", "delta": {"text": "word "}}, "content_block_delta")
        for _ in range(400)
    ),
    event({"type": "message_delta", "usage": {"output_tokens": 15}}, "message_delta"),
    event({"type": "message_stop"}, "message_stop"),
]


@pytest.mark.parametrize("size", [1, 7, 100, 4096, 10**6])
@pytest.mark.parametrize(
    ("events", "told"), [(OPENAI, (19, 10)), (ANTHROPIC, (130, 15))], ids=["openai", "anthropic"]
)
def test_what_the_upstream_tells_is_found_however_the_stream_is_cut(events, told, size):
    raw, whole, tap = b"".join(events), WholeEvents(), UsageTap(3)
    passed = b""
    for start in range(0, len(raw), size):
        if piece := whole.feed(raw[start : start + size]):
            tap.feed(piece)
            passed += piece
    assert passed + whole.rest() == raw
    assert tap.usage(ended=True) == told


@pytest.mark.parametrize(
    ("events", "ended", "told"),
    [
        ([delta("word ")] * 8, True, (3, 10)),  # 40 bytes of words, by 4
        ([delta("")] * 8, True, (3, 8)),  # a token an event at least
        ([delta("x" * 400)], True, (3, 100)),  # many tokens in one event
        ([delta('"\\' * 50)], True, (3, 50)),  # escaped
        ([delta("x" * 40), usage(prompt_tokens=9, completion_tokens=2)], False, (9, 10)),  # told on the way
        (ANTHROPIC[:50], False, (130, 60)),
        (
            [event({"choices": [{"delta": {"tool_calls": [{"function": {"arguments": "x" * 40}}]}}]})],
            True,
            (3, 10),
        ),
        ([event({"choices": [{"delta": {"reasoning_content": "x" * 40}}]})], True, (3, 10)),
        ([], True, (3, 0)),
        ([b"\xff\xfe garbage", b"\n\n"], True, (3, 0)),
        ([usage(prompt_tokens=-1, completion_tokens=10**12)], True, (3, 1)),
        ([usage(prompt_tokens=True, completion_tokens="7")], True, (3, 1)),
        # A model that writes what usage looks like is not believed: within a string quotes are escaped.
        ([delta('"usage":{"prompt_tokens":0,"completion_tokens":0}')], True, (3, 14)),
    ],
)
def test_otherwise_it_is_estimated(events, ended, told):
    tap = UsageTap(3)
    for each in events:
        tap.feed(each)
    assert tap.usage(ended=ended) == told


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            {
                "choices": [{"message": {"content": "x" * 10_000}}],
                "usage": {"prompt_tokens": 5, "completion_tokens": 6},
            },
            (5, 6),
        ),
        (
            {
                "usage": {"prompt_tokens": 5, "completion_tokens": 6},
                "choices": [{"message": {"content": "x" * 10_000}}],
            },
            (5, 6),
        ),
        ({"content": [{"type": "text", "text": "x"}], "usage": {"input_tokens": 5, "output_tokens": 6}}, (5, 6)),
        ({"data": [{"embedding": [0.1] * 5000}], "usage": {"prompt_tokens": 8, "total_tokens": 8}}, (8, 0)),
        ({"choices": [{"message": {"content": "x" * 40}}]}, (3, 10)),
        ({}, (3, 0)),
    ],
)
def test_of_an_answer_that_is_not_streamed(answer, told):
    tap = UsageTap(3)
    tap.feed_whole(json.dumps(answer).encode())
    assert tap.usage(ended=True) == told


def test_a_line_of_10_mb_costs_no_more_than_its_bytes():
    for line in (b"data: " + b"x" * 10**7, b'data: {"content":"' + b'\\"' * 5 * 10**6, b'"usage":{' * 10**6):
        tap, events = UsageTap(3), WholeEvents()
        began = time.perf_counter()
        for start in range(0, len(line), 65536):
            if piece := events.feed(line[start : start + 65536]):
                tap.feed(piece)
        tap.usage(ended=True)
        assert time.perf_counter() - began < 2
