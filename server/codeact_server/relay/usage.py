"""Counts the tokens of an answer while it passes: as the upstream tells, else by estimate."""

from __future__ import annotations

import re
from math import ceil

from pydantic_core import from_json

__all__ = ["UsageTap"]

# One level of objects within it, and one within those; no text can look like it, since its quotes are escaped.
_INNER = rb"\{(?:[^{}]++|\{[^{}]*+\})*+\}"
_USAGE = re.compile(rb'"usage"\s*+:\s*+(\{(?:[^{}]++|' + _INNER + rb")*+\})")
# What a model writes: OpenAI's names, those of services like it, and Anthropic's.
_WORDS = re.compile(
    rb'"(?:content|reasoning(?:_content)?|arguments|refusal|text|partial_json|thinking)"\s*+:\s*+"((?:[^"\\]++|\\.)*+)',
    re.DOTALL,
)
_INPUT = ("prompt_tokens", "input_tokens")
# Anthropic counts apart what it kept of earlier requests.
_CACHED = ("cache_creation_input_tokens", "cache_read_input_tokens")
_OUTPUT = ("completion_tokens", "output_tokens")
_END = 4096
_MOST = 10**9


class UsageTap:
    """Is fed the bytes of one answer, stream or not; whole events at once, else it may miss some words."""

    def __init__(self, input_tokens: int) -> None:
        """``input_tokens`` is the estimate that stands until the upstream tells."""
        self._estimate = input_tokens
        self._events = 0
        self._words = 0
        self._start = b""
        self._end = b""

    def feed(self, chunk: bytes) -> None:
        """Take a piece of a stream. Costs microseconds: nothing is decoded."""
        self._events += chunk.count(b"data:")
        for words in _WORDS.findall(chunk):
            self._words += len(words)
        if len(self._start) < _END:  # where Anthropic tells of the input
            self._start += chunk
        else:
            self._end = (self._end + chunk)[-_END:]

    def feed_whole(self, answer: bytes) -> None:
        """Take an answer that is not streamed."""
        self._words = sum(map(len, _WORDS.findall(answer)))
        self._start = answer

    def usage(self, *, ended: bool) -> tuple[int, int]:
        """Give the tokens of input and output.

        Where the upstream has not told, a stream's output is at least a token an event, and any output a token for
        4 bytes of words. If it has not ``ended``, what was told on the way may be less than what was written.
        """
        told_input, told_output = self._told()
        estimate = max(self._events, ceil(self._words / 4))
        if told_output is None or not ended:
            told_output = max(told_output or 0, estimate)
        return (self._estimate if told_input is None else told_input), told_output

    def _told(self) -> tuple[int | None, int | None]:
        told_input = told_output = None
        for found in _USAGE.findall(self._start + self._end):
            try:
                usage = from_json(found)
            except ValueError:
                continue
            first = _first(usage, _INPUT)
            if first is not None:
                told_input = first + sum(_first(usage, (name,)) or 0 for name in _CACHED)
            told_output = _first(usage, _OUTPUT) or told_output
        return told_input, told_output


def _first(usage: dict[str, object], names: tuple[str, ...]) -> int | None:
    for name in names:
        value = usage.get(name)
        if type(value) is int and 0 <= value <= _MOST:
            return value
    return None
