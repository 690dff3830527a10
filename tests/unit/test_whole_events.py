"""Which part of a stream of events may be passed on, and whether its end is one."""

import pytest
from codeact_server.relay.events import WholeEvents

ENDS = [b"\n\n", b"\r\n\r\n", b"\r\r", b"\n\r\n", b"\r\n\n", b"\r\r\n"]


@pytest.mark.parametrize("end", ENDS)
def test_an_event_waits_for_its_empty_line(end: bytes) -> None:
    events = WholeEvents()
    whole = b"data: 1" + end
    passed = [events.feed(bytes([byte])) for byte in whole]
    first = next(filter(None, passed))
    assert first == whole or first + b"\n" == whole, "an empty line may end in CR alone"
    assert events.feed(b"data: 2" + end + b"data: 3").endswith(b"data: 2" + end)
    assert events.rest() == b"data: 3"


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_an_event_of_several_lines_is_one(line_end: bytes) -> None:
    events = WholeEvents()
    lines = line_end.join([b"event: delta", b"id: 7", b"data: {}"])
    assert events.feed(lines) == b""
    assert events.feed(line_end) == b""
    assert events.feed(line_end + line_end).startswith(lines)


@pytest.mark.parametrize(
    ("end", "is_cut"),
    [
        (b"", False),
        (b"data: [DONE]", False),
        (b"data: [DONE]\n", False),
        (b'data: {"choices": []}', False),
        (b'event: message_stop\ndata: {"type": "message_stop"}\r\n', False),
        (b"\n", False),
        (b"event: message_stop\n", True),
        (b"data: {}\r\nid: 7\r\n", False),
        (b": ping", False),
        (b"trailing", False),
        (b'data: {"choices": [{"delta": {"content": "hel', True),
        (b"data: ", True),
        (b"da", True),
        (b"event: content_block_delta\nda", True),
        (b'data: {"a": "' + b"x" * 70_000, True),
        (b'data: {"a": "' + b"x" * 70_000 + b"y", True),
    ],
    ids=range(16),
)
def test_whether_a_stream_ends_within_an_event(end: bytes, is_cut: bool) -> None:
    events = WholeEvents()
    assert events.feed(b"data: 1\n\n") == b"data: 1\n\n"
    events.feed(end)
    assert events.is_cut == is_cut


def test_a_long_event_that_only_lacks_its_empty_line_is_not_cut() -> None:
    events = WholeEvents()
    events.feed(b"data: " + b"x" * 70_000)
    events.feed(b"yz\n")
    assert not events.is_cut
    assert events.rest() == b"yz\n"
