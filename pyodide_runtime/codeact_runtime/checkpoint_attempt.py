"""One variable being pickled, under a cap. Called by checkpoint.py."""

from __future__ import annotations

from typing import Any

from codeact_runtime.checkpoint_pickler import NamespacePickler

__all__ = ["Attempt", "TooLarge"]


class TooLarge(Exception):
    """The pickle is larger than it may be."""


class _CappedFile:
    """Collects what the pickler writes, 64 KiB at a time, and ends it as soon as that is too much."""

    def __init__(self, most: int) -> None:
        self._left = most
        self.parts: list[bytes] = []

    def write(self, data: bytes) -> None:
        self._left -= len(data)
        if self._left < 0:
            raise TooLarge
        self.parts.append(bytes(data))


class Attempt:
    """Pickles one variable, maybe several times; ``current`` is the object pickle came to last."""

    def __init__(self, value: object, most: int) -> None:
        self.value = value
        self.current: object = None
        self._most = most
        self._reduced: dict[int, tuple[object, Any]] = {}

    def dump(self, value: object, memo: dict[int, tuple[int, object]], checked: bool = False) -> bytes:
        if type(value) in (str, bytes, bytearray) and len(value) > self._most:  # type: ignore[arg-type]
            raise TooLarge
        file = _CappedFile(self._most)
        pickler = NamespacePickler(file, memo, self._reduced)
        try:
            if not checked:
                pickler.check_depth(value)
            pickler.dump(value)
        finally:
            self.current = pickler.current
        return b"".join(file.parts)
