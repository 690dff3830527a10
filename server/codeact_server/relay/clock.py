"""How long a stream may take: as a whole, and to hand one piece to a reader that does not read."""

from __future__ import annotations

import asyncio
from types import TracebackType

__all__ = ["StreamClock"]


class StreamClock:
    """Raises TimeoutError within its context; then ``unread`` tells whether the reader was the cause.

    A timer of its own for each piece would take longer than all else that is done with one.
    """

    def __init__(self, seconds: float, write_seconds: float) -> None:
        self.unread = False
        self._write_seconds = write_seconds
        self._loop = asyncio.get_running_loop()
        self._timeout = asyncio.timeout(seconds)
        self._sending = False
        self._sent = self._seen = 0
        self._look_again: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> StreamClock:
        await self._timeout.__aenter__()
        self._look_again = self._loop.call_later(self._write_seconds, self._look)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._look_again:
            self._look_again.cancel()
        await self._timeout.__aexit__(kind, error, trace)

    def sending(self) -> None:
        """Note that a piece is handed over from now on."""
        self._sending = True

    def sent(self) -> None:
        """Note that it was taken."""
        self._sending = False
        self._sent += 1

    def _look(self) -> None:
        """Give up on a piece that was already there at the last look; that is after one to two times the limit."""
        if self._timeout.expired():
            return
        if self._sending and self._sent == self._seen:
            self.unread = True
            self._timeout.reschedule(self._loop.time())
            return
        self._seen = self._sent if self._sending else -1
        self._look_again = self._loop.call_later(self._write_seconds, self._look)
