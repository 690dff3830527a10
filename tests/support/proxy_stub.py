"""What an upstream does while the relay is attacked: one act for each phrase of the tables."""

from __future__ import annotations

import asyncio
import json

from support.stub_upstream import Act, Asked, answer, event, head

__all__ = ["acts"]

STREAM = "text/event-stream"


def acts(key: str, evil: str) -> dict[str, Act]:
    """The acts by the tables' words. ``key`` is the relay's API key, ``evil`` one not to be asked."""
    stream = head(media_type=STREAM)
    odd = {"set-cookie": "a=b", "link": f"<{evil}>; rel=preload", "refresh": f"0; url={evil}", "location": evil}
    odd |= {"content-security-policy": "default-src *", "access-control-allow-origin": "*", "x-powered-by": "x"}
    whole = json.dumps({"choices": []}).encode()
    return {
        "302 Location: __EVIL__/steal": _says(head(302, location=f"{evil}/steal")),
        "308 Location: __EVIL__/again": _says(head(308, location=f"{evil}/again")),
        "401 body: Incorrect API key provided: sk-__KEY__": _says(
            _error(401, f"Incorrect API key provided: {key}")
        ),
        "500 body: bad key sk-__KEY__": _says(_error(500, f"bad key {key}")),
        "500 body: the key with its dashes escaped": _says(
            head(500) + b'{"error": {"message": "' + key.replace("-", "\\u002d").encode() + b'"}}'
        ),
        "200 body echoes request headers": _echo,
        "200 with Set-Cookie, Link, Refresh, Location, CSP headers": _says(head(**odd) + whole),
        "200 with the key in its headers": _says(head(**{"x-request-id": key, "retry-after": key}) + whole),
        "drop the connection mid-stream": _says(head(**{"content-length": "5000"}) + b'{"choices": ['),
        "drop the connection mid-event": _says(
            head(media_type=STREAM, **{"content-length": "5000"}) + event("one") + b'data: {"choi'
        ),
        "stall mid-stream": _for_ever(stream + event("one"), b"", every=0.2),
        "200 stream with the key in pieces": _says(
            *(stream, b"data: " + key[:5].encode(), key[5:9].encode(), key[9:].encode(), b"\n\n"), after=0.02
        ),
        "accepts, never answers": _hang,
        "answers after half a second": _slowly,
        "sends events for ever": _for_ever(stream, event("x" * 4000)),
        "sends one line for ever": _for_ever(stream + b"data: ", b"x" * 65536),
        "sends JSON for ever": _for_ever(head() + b'{"choices": "', b"x" * 65536),
        "sends headers for ever": _for_ever(
            b"HTTP/1.1 200 OK\r\n", b"x-more: " + b"y" * 500 + b"\r\n", every=0.001
        ),
        "sends 100 Continue for ever": _for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n", every=0.001),
        "500 text/html <script>": _says(head(500, "text/html") + b"<script>alert(1)</script>"),
        "200 text/html <script>": _says(head(200, "text/html") + b"<script>alert(1)</script>"),
        "101 Switching Protocols": _says(b"HTTP/1.1 101 X\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\nwhatever"),
        "not HTTP at all": _says(b"SSH-2.0-OpenSSH_9.9\r\n"),
        "a header with a line break in it": _says(
            b"HTTP/1.1 200 OK\r\nx-request-id: a\rset-cookie: b=c\r\ncontent-type: application/json\r\n\r\n{}"
        ),
        "two answers to one request": _says(
            head(**{"content-length": "2", "connection": "keep-alive"}) + b"{}" + head(500) + b"forged"
        ),
        "binary garbage as a stream": _says(stream + bytes(range(256)) * 50),
    }


def _says(*parts: bytes, after: float = 0) -> Act:
    async def act(asked: Asked, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(after)

    return act


def _for_ever(first: bytes, part: bytes, every: float = 0) -> Act:
    async def act(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while True:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(every)

    return act


def _error(status: int, message: str, **headers: str) -> bytes:
    return head(status, **headers) + json.dumps({"error": {"message": message, "type": "x"}}).encode()


async def _echo(asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(head() + json.dumps({"choices": [], "echo": asked.headers}).encode())


async def _hang(asked: Asked, writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def _slowly(asked: Asked, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(0.5)
    await answer(asked, writer)
