"""Sends an attack's bytes over as many connections as it wants, and keeps what comes back."""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, field

__all__ = ["Answer", "exchange", "flood", "idle", "read_slowly"]

LONGEST = 12.0
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_ESTABLISHED = b"\1"


@dataclass
class Answer:
    """What came over one connection. ``closed`` tells whether the server ended it."""

    raw: bytes = b""
    closed: bool = False
    reset: bool = False
    seconds: float = 0.0
    sent: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    status: int | None = None
    body: bytes = b""

    def parse(self) -> Answer:
        """Take the first answer apart."""
        head, _, rest = self.raw.removeprefix(CONTINUE).partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        if lines[0].startswith("HTTP/1.1 "):
            self.status = int(lines[0].split(" ")[1])
            pairs = (line.partition(":") for line in lines[1:])
            self.headers = [(name.lower(), value.strip()) for name, _, value in pairs]
            self.body = _unchunked(rest) if self.header("transfer-encoding") == "chunked" else rest
        return self

    def header(self, name: str) -> str | None:
        """The header's value, or None."""
        return next((value for each, value in self.headers if each == name), None)

    @property
    def count(self) -> int:
        """How many answers these bytes are."""
        return self.raw.removeprefix(CONTINUE).count(b"HTTP/1.1 ")


def _unchunked(rest: bytes) -> bytes:
    body = b""
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        length = int(size or b"0", 16)
        body, rest = body + rest[:length], rest[length + 2 :]
    return body


async def exchange(
    address: tuple[str, int], pieces: list[bytes], *, every: float = 0.0, leave_after: bytes | None = None
) -> Answer:
    """Send the pieces, the last one again and again if there are several, and read until the server ends it.

    With ``leave_after`` the connection is dropped as soon as these bytes have come; b"" drops it once all is sent.
    """
    answer, started = Answer(), time.monotonic()
    reader, writer = await asyncio.open_connection(*address)
    sending = asyncio.create_task(_send(writer, pieces, every, answer))
    try:
        async with asyncio.timeout(LONGEST):
            if leave_after == b"":
                await sending
                await asyncio.sleep(0.3)
                return answer
            while data := await reader.read(65536):
                answer.raw += data
                if leave_after and leave_after in answer.raw:
                    return answer
            answer.closed = True
    except ConnectionError:
        answer.closed = answer.reset = True
    except TimeoutError:
        pass
    finally:
        answer.seconds = time.monotonic() - started
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        writer.transport.abort()
    return answer.parse()


async def _send(writer: asyncio.StreamWriter, pieces: list[bytes], every: float, answer: Answer) -> None:
    for piece in pieces:
        writer.write(piece)
        answer.sent += len(piece)
        await writer.drain()
        await asyncio.sleep(every)
    while len(pieces) > 1:
        writer.write(pieces[-1])
        await writer.drain()
        await asyncio.sleep(every)


async def flood(address: tuple[str, int], head: bytes, part: bytes, most: int) -> Answer:
    """Send ``part`` after ``head`` until the server ends the connection, ``most`` bytes at most."""
    answer, started = Answer(), time.monotonic()
    reader, writer = await asyncio.open_connection(*address)
    reading = asyncio.create_task(_read_all(reader, answer))
    sending = asyncio.create_task(_pour(writer, head, part, most, answer))
    await asyncio.wait((reading,), timeout=LONGEST)
    answer.seconds = time.monotonic() - started
    for task in (reading, sending):
        task.cancel()
    await asyncio.gather(reading, sending, return_exceptions=True)
    writer.transport.abort()
    return answer.parse()


async def _pour(writer: asyncio.StreamWriter, head: bytes, part: bytes, most: int, answer: Answer) -> None:
    writer.write(head)
    while answer.sent < most:
        writer.write(part)
        answer.sent += len(part)
        await writer.drain()


async def _read_all(reader: asyncio.StreamReader, answer: Answer) -> None:
    try:
        while data := await reader.read(65536):
            answer.raw += data
    except ConnectionError:
        answer.reset = True
    answer.closed = True


async def read_slowly(address: tuple[str, int], request: bytes) -> Answer:
    """Read a byte a second through a small window, until the server gives up."""
    loop, answer, started = asyncio.get_running_loop(), Answer(), time.monotonic()
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.setblocking(False)
        await loop.sock_connect(connection, address)
        await loop.sock_sendall(connection, request)
        while answer.seconds < LONGEST and not answer.closed:
            answer.seconds = time.monotonic() - started
            if answer.seconds > len(answer.raw):
                with suppress(OSError):
                    answer.raw += connection.recv(1)
            # What was sent before the end can still be read after it, a byte a second.
            answer.closed = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1) != _ESTABLISHED
            await asyncio.sleep(0.1)
    return answer


async def idle(address: tuple[str, int]) -> Answer:
    """Connect and say nothing."""
    return await exchange(address, [])
