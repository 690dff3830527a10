"""Server-sent events of an answer: passed on whole, and followed by one of ours where they break off.

https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

from __future__ import annotations

import re

from pydantic_core import from_json, to_json

from codeact_server.errors import ApiError
from codeact_server.responses import anthropic_body

__all__ = ["WholeEvents", "error_event"]

# A line ends in \n, \r\n or \r, and an event in an empty line.
_END = re.compile(rb"(?:\n|\r\n|\r(?!\n))(?:\r\n|\n|\r)")
_LONGEST_END = 4
_FIELDS = (b"data", b"event", b"id", b"retry")
_HELD_BYTES = 64 * 1024


class WholeEvents:
    """Holds back the begun event at the end of what came, until its end comes too.

    No reader can do anything with a part of an event, and a part cannot be taken back when the upstream dies in
    it: official clients fail to read its JSON before they come to the event that says why. What is longer than
    64 KiB is passed on as it comes.
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self._within = False

    @property
    def within(self) -> bool:
        """Whether an event has been passed on in part, for its length."""
        return self._within

    def feed(self, chunk: bytes) -> bytes:
        """Give what can be passed on, maybe nothing. Together with ``rest()`` it is what came, byte for byte.

        >>> events = WholeEvents()
        >>> events.feed(b"data: 1"), events.feed(b"2\\n\\ndata"), events.rest()
        (b'', b'data: 12\\n\\n', b'data')
        """
        if not self._held and chunk.endswith((b"\n\n", b"\r\n\r\n")):
            self._within = False
            return chunk
        searched = max(0, len(self._held) - _LONGEST_END + 1)
        self._held += chunk
        end = max((found.end() for found in _END.finditer(self._held, searched)), default=0)
        if end:
            self._within = False
        elif len(self._held) > _HELD_BYTES:
            self._within, end = True, len(self._held)
        passed = bytes(self._held[:end])
        del self._held[:end]
        return passed

    @property
    def is_cut(self) -> bool:
        """Whether a stream that ends here ends in an event; a last one that only lacks its empty line is whole.

        Nothing else tells of an upstream that dies where the end of its connection is that of its answer.

        >>> events = WholeEvents()
        >>> events.feed(b'data: {"choices": [{"del'), events.is_cut, events.feed(b'ta": {}}]}'), events.is_cut
        (b'', True, b'', False)
        """
        ends_a_line = self._held.endswith((b"\n", b"\r"))
        if self._within:
            return not ends_a_line
        name, _, value = (self._held.splitlines() or [self._held])[-1].partition(b":")
        if ends_a_line:
            return name == b"event"  # which comes before its data
        is_whole = name == b"data" and (value.strip() == b"[DONE]" or _is_json(value))
        return bool(name) and any(field.startswith(name) for field in _FIELDS) and not is_whole

    def rest(self) -> bytes:
        """Give what is held back; the stream has ended well."""
        held, self._held = bytes(self._held), bytearray()
        return held


def _is_json(data: bytes | bytearray) -> bool:
    try:
        from_json(data)
    except ValueError:
        return False
    return True


def error_event(error: ApiError, dialect: str, *, within: bool) -> bytes:
    """Give the last event of a stream that did not end well; ``within`` an event, that one is ended first."""
    if dialect == "anthropic.messages":
        # Its clients skip pings; the last name an event is given is the one that counts.
        before = b"\nevent: ping\n\n" if within else b""
        return before + b"event: error\ndata: " + to_json(anthropic_body(error)) + b"\n\n"
    return (b"\n\n" if within else b"") + b"data: " + to_json(error.as_dict()) + b"\n\n"
