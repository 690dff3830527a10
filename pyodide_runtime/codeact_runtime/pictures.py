"""Whether a picture may be shown: its width and height, read from its first bytes. Called by display.

A few kilobytes of PNG can stand for gigabytes of pixels, which the person's page would have to unpack. Browsers
look at the bytes and not at the MIME type, so what is none of these formats is not shown under any name.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable

__all__ = ["MOST_PIXELS", "picture_size", "why_not_shown"]

MOST_PIXELS = 40_000_000

Size = tuple[int, int]

# Of JPEG's markers, those that begin a frame, and those without a length (ITU-T T.81, table B.1).
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})
_ENDS = frozenset({0xD8, 0xD9, 0xDA})


def why_not_shown(mime: str, data: str) -> str | None:
    """A sentence for the model if this form of a value is a picture that is not shown; ``data`` is base64."""
    if not mime.startswith("image/") or mime == "image/svg+xml":
        return None
    size = picture_size(_decoded(data))
    if size is None:
        return "the picture's size cannot be read: the bytes must be PNG, JPEG, GIF or WebP (or base64 of them)"
    width, height = size
    if width * height > MOST_PIXELS:
        return (
            f"a picture of {width:,} × {height:,} pixels is more than the {MOST_PIXELS // 10**6} million that can "
            "be shown; make it smaller"
        )
    return None


def picture_size(data: bytes) -> Size | None:
    """Width and height in pixels of a PNG, JPEG, GIF or WebP; None where a browser could not read them either."""
    for begins, read in _READERS.items():
        if data.startswith(begins):
            try:
                return read(data)
            except IndexError:
                return None
    return None


def _decoded(data: str) -> bytes:
    try:
        # Strictly: the browser undoes %-escapes in the address before it decodes, and would see other bytes.
        return base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _number(data: bytes, start: int, length: int, order: str = "little") -> int:
    if start + length > len(data):
        raise IndexError
    return int.from_bytes(data[start : start + length], "big" if order == "big" else "little")


def _png(data: bytes) -> Size | None:
    if data[12:16] != b"IHDR":
        return None
    return _number(data, 16, 4, "big"), _number(data, 20, 4, "big")


def _jpeg(data: bytes) -> Size | None:
    """Go from marker to marker as libjpeg does, bytes between two of them skipped."""
    at = 2
    while True:
        at = data.find(b"\xff", at)
        if at < 0:
            return None
        while data[at] == 0xFF:
            at += 1
        marker = data[at]
        at += 1
        if marker in _FRAMES:
            return _number(data, at + 5, 2, "big"), _number(data, at + 3, 2, "big")
        if marker in _ENDS:
            return None
        if marker and marker not in _BARE:
            at += max(2, _number(data, at, 2, "big"))


def _gif(data: bytes) -> Size | None:
    """The screen, or the first image where that is larger: browsers then widen the screen."""
    width, height, flags = _number(data, 6, 2), _number(data, 8, 2), data[10]
    at = 13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
    while data[at] == 0x21:
        at += 2
        while data[at]:
            at += 1 + data[at]
        at += 1
    if data[at] != 0x2C:
        return None
    right = _number(data, at + 1, 2) + _number(data, at + 5, 2)
    bottom = _number(data, at + 3, 2) + _number(data, at + 7, 2)
    return max(width, right), max(height, bottom)


def _webp(data: bytes) -> Size | None:
    kind = data[8:16]
    if kind == b"WEBPVP8X":
        return _number(data, 24, 3) + 1, _number(data, 27, 3) + 1
    if kind == b"WEBPVP8L":
        bits = _number(data, 21, 4)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"WEBPVP8 ":
        return _number(data, 26, 2) & 0x3FFF, _number(data, 28, 2) & 0x3FFF
    return None


_READERS: dict[bytes, Callable[[bytes], Size | None]] = {
    b"\x89PNG\r\n\x1a\n": _png,
    b"\xff\xd8": _jpeg,
    b"GIF87a": _gif,
    b"GIF89a": _gif,
    b"RIFF": _webp,
}
