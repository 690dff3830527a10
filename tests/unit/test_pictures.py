"""Width and height of pictures, as browsers read them, and pictures too large to be shown."""

from __future__ import annotations

import base64
import struct
import zlib

import pytest
from codeact_runtime.display import Image, mime_bundle
from codeact_runtime.pictures import picture_size, why_not_shown

TOO_LARGE = (60_000, 60_000)


def png(width: int, height: int) -> bytes:
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))


def jpeg(width: int, height: int, before: bytes = b"\xff\xe0\x00\x04\xff\xc0") -> bytes:
    """``before`` the frame: a segment that holds the mark of another frame."""
    return b"\xff\xd8" + before + b"\xff\xc2\x00\x0b\x08" + struct.pack(">HH", height, width) + b"\1\1\x11\0"


def gif(width: int, height: int, screen: tuple[int, int] = (1, 1), flags: int = 0x81) -> bytes:
    """The first image may be larger than the screen."""
    table = bytes(12) if flags & 0x80 else b""
    note = b"\x21\xf9\x04\0\0\0\0\0"
    return (
        b"GIF89a"
        + struct.pack("<HHBBB", *screen, flags, 0, 0)
        + table
        + note
        + b"\x2c"
        + struct.pack("<HHHH", 0, 0, width, height)
    )


def webp(kind: bytes, body: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", len(body) + 12) + b"WEBP" + kind + struct.pack("<I", len(body)) + body


def extended(width: int, height: int) -> bytes:
    return webp(b"VP8X", bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little"))


def lossless(width: int, height: int) -> bytes:
    return webp(b"VP8L", b"\x2f" + struct.pack("<I", width - 1 | (height - 1) << 14))


def lossy(width: int, height: int) -> bytes:
    return webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height))


@pytest.mark.parametrize("make", [png, jpeg, gif, extended, lossless, lossy])
def test_the_size_is_read(make) -> None:
    assert picture_size(make(640, 481)) == (640, 481)


@pytest.mark.parametrize(
    "before",
    [
        b"",
        b"between two markers",
        b"\xff\xff\xff\xff",
        b"\xff\x00",
        b"\xff\xd0",
        b"\xff\xe1\xff\xff" + b"\xff\xc0" * 0x7FFE + b"!",
    ],
)
def test_a_jpegs_frame_is_found_as_libjpeg_finds_it(before: bytes) -> None:
    assert picture_size(jpeg(640, 481, before)) == (640, 481)


def test_a_gif_is_as_large_as_its_screen_or_its_first_image() -> None:
    assert picture_size(gif(10, 10, screen=(30, 5))) == (30, 10)
    assert picture_size(gif(10, 10, flags=0)) == (10, 10)


@pytest.mark.parametrize("make", [png, jpeg, gif, extended, lossless, lossy])
def test_what_is_cut_off_has_no_size(make) -> None:
    whole = make(640, 481)
    for end in range(len(whole)):
        assert picture_size(whole[:end]) in (None, (640, 481))
    assert picture_size(whole[:16]) is None


@pytest.mark.parametrize("data", [b"", b"BM" + bytes(60), b"\0\0\0\x1cftypavif" + bytes(60), b"\xff\xd8\xff\xda"])
def test_other_bytes_have_none(data: bytes) -> None:
    assert picture_size(data) is None


@pytest.mark.parametrize("make", [png, jpeg, gif, extended])
def test_a_picture_of_too_many_pixels_is_refused_in_words(make) -> None:
    refused = why_not_shown("image/png", base64.b64encode(make(*TOO_LARGE)).decode())
    assert refused
    assert "60,000 × 60,000 pixels is more than the 40 million" in refused
    assert why_not_shown("image/png", base64.b64encode(make(8_000, 5_000)).decode()) is None


def test_what_the_browser_would_read_otherwise_is_refused() -> None:
    """In an address `%41` is A, and a blank is none."""
    text = base64.b64encode(png(1, 1)).decode()
    assert why_not_shown("image/png", "\n".join(text)) is None
    assert "cannot be read" in str(why_not_shown("image/png", f"%{text}"))
    assert "cannot be read" in str(why_not_shown("image/png", f"{text}#"))


def test_markup_is_no_picture_here() -> None:
    assert why_not_shown("text/html", "<b>") is None
    assert why_not_shown("image/svg+xml", "<svg/>") is None


def test_a_value_is_told_without_its_picture() -> None:
    bundle = mime_bundle(Image(png(*TOO_LARGE)), 1_000, 1_000)
    assert list(bundle) == ["text/plain"]
    assert bundle["text/plain"].startswith("Image of 33 bytes\n[not shown: a picture of 60,000")
    assert list(mime_bundle(Image(png(1, 1)), 1_000, 1_000)) == ["text/plain", "image/png"]
