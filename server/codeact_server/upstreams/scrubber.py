"""Takes secrets out of bytes that stream by."""

from __future__ import annotations

__all__ = ["Scrubber"]


class Scrubber:
    """Takes secrets out of a stream of bytes, holding back only what may be the start of one."""

    def __init__(self, secrets: tuple[bytes, ...]) -> None:
        self._secrets = secrets
        self._held = b""

    def feed(self, chunk: bytes) -> bytes:
        """Give what can be passed on now.

        >>> scrubber = Scrubber((b"sk-secret",))
        >>> scrubber.feed(b"a sk-se"), scrubber.feed(b"cret b"), scrubber.end()
        (b'a ', b'[redacted] b', b'')
        """
        data = self._held + chunk
        for secret in self._secrets:
            data = data.replace(secret, b"[redacted]")
        cut = len(data) - max((_overlap(data, secret) for secret in self._secrets), default=0)
        self._held = data[cut:]
        return data[:cut]

    def end(self) -> bytes:
        """Give what was held back; the stream is over."""
        held, self._held = self._held, b""
        return held


def _overlap(data: bytes, secret: bytes) -> int:
    if data[-1:] not in secret:  # as after each event, which ends in a newline
        return 0
    lengths = range(min(len(secret) - 1, len(data)), 0, -1)
    return next((length for length in lengths if data.endswith(secret[:length])), 0)
