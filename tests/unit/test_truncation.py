"""Head and tail of a long text."""

from __future__ import annotations

import random

import pytest
from codeact_runtime.truncation import HeadTail, truncate


@pytest.mark.parametrize("size", [0, 1, 9, 10])
def test_text_up_to_the_limit_is_whole(size: int) -> None:
    collected = HeadTail(10)
    collected.append("x" * size)
    assert truncate("x" * size, 10) == collected.text == "x" * size
    assert not collected.truncated


def test_head_tail_and_what_is_missing() -> None:
    collected = HeadTail(4, "print less")
    for letter in "abcdefghij":
        collected.append(letter)
    assert collected.text == truncate("abcdefghij", 4, "print less")
    assert collected.text == "ab\n… [6 of 10 characters not shown; print less] …\nij"
    assert collected.truncated


def test_any_cutting_of_a_stream_gives_the_same() -> None:
    choose = random.Random(7)
    text = "".join(choose.choice("abcdefgh\n") for _ in range(5_000))
    for limit in (2, 10, 100, 4_998, 5_000, 6_000):
        collected = HeadTail(limit)
        left = text
        while left:
            size = choose.randint(1, 700)
            collected.append(left[:size])
            left = left[size:]
        assert collected.text == truncate(text, limit), limit
        assert collected.total == 5_000


def test_a_stream_without_end_needs_bounded_memory() -> None:
    collected = HeadTail(100)
    for _ in range(100_000):
        collected.append("x")
    assert len(collected._tail) <= 1_001
    assert "[99,900 of 100,000 characters not shown" in collected.text
