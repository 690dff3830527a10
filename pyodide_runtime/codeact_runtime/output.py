"""Capture stdout and stderr of one run: streamed to the person, head and tail kept for the model."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from codeact_runtime.asking import NoStdin
from codeact_runtime.host import Host
from codeact_runtime.truncation import HeadTail

__all__ = ["Output", "Streams"]

_LINE = 1_000
HINT = "print less, or look at a slice of the value"


class Output:
    """Both streams of one run. ``person_chars`` caps what the person is sent, ``person_chars_per_s`` how fast,
    ``model_chars`` what the model gets of each stream: its head and tail."""

    def __init__(self, host: Host, *, model_chars: int, person_chars: int, person_chars_per_s: int) -> None:
        self._host = host
        self._left = person_chars
        self._rate = person_chars_per_s
        self._room: float = person_chars_per_s  # a bucket of tokens, one second deep
        self._filled_at = host.now_ms()
        self._skipped = 0
        self._line = ("stdout", "")
        self.kept = {name: HeadTail(model_chars, HINT) for name in ("stdout", "stderr")}

    def write(self, stream: str, text: str) -> None:
        """Take ``text`` from ``stream`` (``stdout`` or ``stderr``), in the order it was written."""
        self.kept[stream].append(text)
        # print() writes its text and its newline apart: sending whole lines halves the crossings.
        pending_stream, pending = self._line
        if pending_stream != stream:
            self._send(pending_stream, pending)
            pending = ""
        self._line = (stream, pending + text)
        if text.endswith("\n") or len(pending) + len(text) > _LINE:
            self.flush()

    def flush(self) -> None:
        """Send an unfinished line."""
        stream, pending = self._line
        self._line = (stream, "")
        self._send(stream, pending)

    def _send(self, stream: str, text: str) -> None:
        room = max(0, min(self._left, self._room_for(len(text))))
        shown = text[:room] if room >= min(len(text), _LINE) else ""  # a short line is shown whole or not at all
        left_out = len(text) - len(shown)
        if shown and self._skipped:
            note = f"[… {self._skipped:,} characters not shown: they came too fast …]\n"
            self._host.write(stream, note + shown)
            self._left -= len(note)
            self._room -= len(note)
            self._skipped = 0
        elif shown:
            self._host.write(stream, shown)
        self._left -= len(shown)
        self._room -= len(shown)
        self._skipped += left_out

    def _room_for(self, wanted: int) -> int:
        """How many characters may be sent now."""
        if wanted > self._room or self._skipped:
            now = self._host.now_ms()
            self._room = min(self._rate, self._room + (now - self._filled_at) * self._rate / 1000)
            self._filled_at = now
        if self._skipped and self._room < self._rate / 4:
            return 0  # a paragraph now and then reads better than a line between two notes
        return int(self._room)

    def close(self) -> None:
        """Send the rest, and tell the person how much was not sent."""
        self.flush()
        if self._skipped:
            self._host.write("stderr", f"\n[{self._skipped:,} more characters of output were not kept]\n")


class _Stream(io.TextIOBase):
    """One of the conversation's two text streams. It writes to whichever Output is current: a logger that
    was set up in an earlier step keeps it."""

    encoding = "utf-8"
    errors = "strict"

    def __init__(self, stream: str) -> None:
        self._stream = stream
        self.name = f"<{stream}>"
        self.output: Output | None = None

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def flush(self) -> None:
        if self.output is not None:
            self.output.flush()

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if self.output is not None:  # between steps nobody is there to be shown anything
            self.output.write(self._stream, str(text))
        return len(text)


class Streams:
    """stdout, stderr and stdin of a conversation."""

    def __init__(self) -> None:
        self._streams = (_Stream("stdout"), _Stream("stderr"))
        self._stdin = NoStdin()

    @contextmanager
    def capture(self, output: Output) -> Iterator[None]:
        """Point sys.stdout and sys.stderr at ``output`` for the length of the block, sys.stdin at nothing."""
        saved: tuple[TextIO, TextIO, TextIO] = (sys.stdout, sys.stderr, sys.stdin)
        sys.stdout, sys.stderr, sys.stdin = (*self._streams, self._stdin)
        for stream in self._streams:
            stream.output = output
        try:
            yield
        finally:
            sys.stdout, sys.stderr, sys.stdin = saved
            output.close()
            for stream in self._streams:
                stream.output = None
