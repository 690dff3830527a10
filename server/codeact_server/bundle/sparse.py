"""Leave the empty pages out of a boot image: half of it is zeros that a browser would copy about.

Format (little endian, 32 bit): size of the image, number of runs, then offset and length of each run,
then the bytes of the runs. Unpacked by web/sandbox/sparse.js.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

__all__ = ["pack"]

_PAGE = 4096


def pack(image: bytes) -> bytes:
    """The non-zero pages of ``image``.

    >>> pack(bytes(4096) + b"x" + bytes(9000)).hex(" ", 4)[:45]
    '29330000 01000000 00100000 00100000 78000000 '
    """
    runs = list(_runs(image))
    table = b"".join(struct.pack("<II", start, end - start) for start, end in runs)
    data = b"".join(image[start:end] for start, end in runs)
    return struct.pack("<II", len(image), len(runs)) + table + data


def _runs(image: bytes) -> Iterator[tuple[int, int]]:
    start = None
    for offset in range(0, len(image), _PAGE):
        empty = not any(image[offset : offset + _PAGE])
        if empty and start is not None:
            yield start, offset
            start = None
        elif not empty and start is None:
            start = offset
    if start is not None:
        yield start, len(image)
