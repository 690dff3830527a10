"""Holds a trace to a size: counts what is kept, and says in its place what is not. Portable."""

__all__ = ["DEFAULT_LIMIT", "Room"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

DEFAULT_LIMIT = 20_000_000  # characters of JSON; pictures are base64, so this is about 20 MB
_RESERVED = 10  # a tenth is kept for words and code, which a trace is worth little without
_SMALL = 200  # what is smaller may use the reserve
_PER_VALUE = 4  # quotes, commas, and the like


class Room:
    """What is left of ``limit`` characters."""

    def __init__(self, limit: int = DEFAULT_LIMIT) -> None:
        self.left_out = 0  # pieces
        self.left_out_chars = 0
        self._limit = limit
        self._used = 0

    def copy(self) -> "Room":
        """Another that has as much left."""
        other = Room(self._limit)
        other.left_out, other.left_out_chars = self.left_out, self.left_out_chars
        other._used = self._used
        return other

    def words(self, text: str) -> str:
        """``text``, or its head where there is no room for all of it."""
        return self._cut(text, self._limit)

    def bulk(self, text: str) -> str:
        """The same for what is not the heart of a trace: output, and what was observed."""
        return self._cut(text, self._limit - self._limit // _RESERVED)

    def takes(self, value: "Any") -> bool:
        """Whether there is room for ``value`` (JSON), which then counts as kept."""
        size = _size(value)
        limit = self._limit if size <= _SMALL else self._limit - self._limit // _RESERVED
        if self._used + size > limit:
            self.left_out += 1
            self.left_out_chars += size
            return False
        self._used += size
        return True

    def bundle(self, bundle: dict[str, "Any"]) -> dict[str, "Any"]:
        """``bundle`` (MIME type → data), or what it was in words."""
        if self.takes(bundle):
            return bundle
        mimes = ", ".join(sorted(bundle))
        return {"text/plain": _note(f"{mimes}, {_size(bundle)} characters")}

    def value(self, value: "Any") -> dict[str, "Any"]:
        """``{value}``, or ``{left_out}`` with its size in characters."""
        return {"value": value} if self.takes(value) else {"left_out": _size(value)}

    def _cut(self, text: str, limit: int) -> str:
        size = len(text) + _PER_VALUE
        if self._used + size <= limit:
            self._used += size
            return text
        kept = max(limit - self._used, 0)
        self._used += kept
        self.left_out += 1
        self.left_out_chars += len(text) - kept
        return text[:kept] + _note(f"{len(text) - kept} characters")


def _note(what: str) -> str:
    return f"[left out of the trace, which is full: {what}]"


def _size(value: "Any") -> int:
    """Characters of ``value`` as JSON, about."""
    if isinstance(value, str):
        return len(value) + _PER_VALUE
    if isinstance(value, dict):
        return _PER_VALUE + sum([_size(key) + _size(value[key]) for key in value])
    if isinstance(value, (list, tuple)):
        return _PER_VALUE + sum([_size(each) for each in value])
    return 2 * _PER_VALUE
