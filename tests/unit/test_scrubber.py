"""Secrets are taken out of what streams by, wherever it is cut."""

from itertools import pairwise

import pytest
from codeact_server.upstreams.scrubber import Scrubber

SHORT, LONG = b"abcd1234", b"abcd1234-wxyz5678"


def scrubbed(text: bytes, cuts: list[int], secrets: tuple[bytes, ...] = (SHORT, LONG)) -> bytes:
    scrubber = Scrubber(secrets)
    pieces = [text[start:end] for start, end in pairwise([0, *cuts, len(text)])]
    return b"".join([*map(scrubber.feed, pieces), scrubber.end()])


@pytest.mark.parametrize("secrets", [(SHORT, LONG), (LONG, SHORT)])
@pytest.mark.parametrize(
    ("text", "left"),
    [
        (b"a " + LONG + b" b", b"a [redacted] b"),
        (b"a " + SHORT + b" b", b"a [redacted] b"),
        (b"a " + SHORT + b"-wxy no", b"a [redacted]-wxy no"),
        (SHORT + LONG + SHORT, b"[redacted][redacted][redacted]"),
        (b"ends in " + SHORT, b"ends in [redacted]"),
        (b"ends in " + SHORT + b"-wx", b"ends in [redacted]-wx"),
        (b"abcd123 abcd", b"abcd123 abcd"),
    ],
)
def test_of_two_secrets_where_one_begins_the_other_nothing_is_left(text, left, secrets):
    for first in range(len(text) + 1):
        for second in range(first, len(text) + 1):
            assert scrubbed(text, [first, second], secrets) == left, (first, second)


def test_without_secrets_all_passes_at_once():
    assert Scrubber(()).feed(b"data: 1\n\n") == b"data: 1\n\n"
