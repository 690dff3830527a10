"""Shorten text to its head and tail, saying what is missing. Used by output, display and tracebacks."""

from __future__ import annotations

__all__ = ["HeadTail", "truncate"]


def truncate(text: str, limit: int, hint: str = "") -> str:
    """Keep the first and last ``limit // 2`` characters of ``text`` and say what was left out.

    >>> truncate("abcdefghij", 4, "print less")
    'ab\\n… [6 of 10 characters not shown; print less] …\\nij'
    >>> truncate("abc", 4)
    'abc'
    """
    if len(text) <= limit:
        return text
    half = limit // 2
    return _join(text[:half], text[len(text) - half :], len(text), hint)


def _join(head: str, tail: str, total: int, hint: str) -> str:
    missing = total - len(head) - len(tail)
    advice = f"; {hint}" if hint else ""
    return f"{head}\n… [{missing:,} of {total:,} characters not shown{advice}] …\n{tail}"


class HeadTail:
    """Collect a stream of text in bounded memory: the first and the last ``limit // 2`` characters."""

    def __init__(self, limit: int, hint: str = "") -> None:
        self._half = max(1, limit // 2)
        self._hint = hint
        self._head = ""
        self._tail: list[str] = []
        self._tail_size = 0
        self.total = 0

    def append(self, text: str) -> None:
        """Add ``text`` (any length) to the end."""
        self.total += len(text)
        room = self._half - len(self._head)
        if room > 0:
            self._head += text[:room]
            text = text[room:]
        if text:
            self._tail.append(text[-self._half :])
            self._tail_size += len(self._tail[-1])
            if self._tail_size > 4 * self._half or len(self._tail) > 1000:
                self._compact()

    def _compact(self) -> None:
        self._tail = ["".join(self._tail)[-self._half :]]
        self._tail_size = len(self._tail[0])

    @property
    def truncated(self) -> bool:
        """Whether anything is missing from ``text``."""
        return self.total > 2 * self._half

    @property
    def text(self) -> str:
        """All of it, or head and tail with a sentence between them."""
        self._compact()
        if not self.truncated:
            return self._head + self._tail[0]
        return _join(self._head, self._tail[0], self.total, self._hint)
