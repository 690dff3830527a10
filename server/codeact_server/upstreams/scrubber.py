"""Takes secrets out of bytes that stream by."""

from __future__ import annotations

import re

__all__ = ["Scrubber"]

_REDACTED = b"[redacted]"


class Scrubber:
    """Takes secrets out of a stream of bytes, holding back only what may be the start of one."""

    def __init__(self, secrets: tuple[bytes, ...]) -> None:
        self._secrets = tuple(sorted(secrets, key=len, reverse=True))  # one may be the beginning of another
        self._pattern = re.compile(b"|".join(map(re.escape, self._secrets)) or rb"(?!)")
        self._held = b""

    def feed(self, chunk: bytes) -> bytes:
        """Give what can be passed on now.

        >>> scrubber = Scrubber((b"sk-secret",))
        >>> scrubber.feed(b"a sk-se"), scrubber.feed(b"cret b"), scrubber.end()
        (b'a ', b'[redacted] b', b'')
        """
        data = self._held + chunk
        passed, seen = [], 0
        for match in self._pattern.finditer(data):
            passed.append(data[seen : match.start()])
            if self._may_go_on(data[match.start() :]):
                self._held = data[match.start() :]
                return b"".join(passed)
            passed.append(_REDACTED)
            seen = match.end()
        rest = data[seen:]
        cut = len(rest) - max((_overlap(rest, secret) for secret in self._secrets), default=0)
        self._held = rest[cut:]
        return b"".join((*passed, rest[:cut]))

    def end(self) -> bytes:
        """Give what was held back; the stream is over."""
        held, self._held = self._held, b""
        return self._pattern.sub(_REDACTED, held)

    def _may_go_on(self, found: bytes) -> bool:
        """Whether a secret that was found may be the beginning of a longer one."""
        return any(len(secret) > len(found) and secret.startswith(found) for secret in self._secrets)


def _overlap(data: bytes, secret: bytes) -> int:
    if data[-1:] not in secret:  # as after each event, which ends in a newline
        return 0
    lengths = range(min(len(secret) - 1, len(data)), 0, -1)
    return next((length for length in lengths if data.endswith(secret[:length])), 0)
