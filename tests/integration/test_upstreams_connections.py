"""What an upstream can do to a connection, on real sockets: how long it lasts, how much it holds."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import uvloop
from codeact_server.errors import UpstreamClosedError
from codeact_server.settings import Limits, Timeouts, Upstream
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from support.loops import in_loop
from support.raw_upstream import Call, RawUpstream, answering
from support.upstreams import asking, one, opening, refused, said

KEY = "sk-test-0123456789abcdef"
STREAM = asking(stream=True)


# How long it lasts


@in_loop
async def test_leaving_closes_the_connection_at_once():
    gone: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    async def play(call: Call) -> None:
        await call.begin()
        await call.chunk(b"data: 1\n\n")
        gone.set_result(await call.until_gone())

    async with one(play) as (_, upstreams):
        async with upstreams.open(STREAM) as answer:
            await anext(answer.chunks)
            left = asyncio.get_running_loop().time()
        assert await asyncio.wait_for(gone, 2) - left < 0.1


@pytest.mark.parametrize("reads", [True, False], ids=["that reads", "that does not read"])
@in_loop
async def test_leaving_before_the_first_byte_closes_the_connection_at_once(reads):
    loop = asyncio.get_running_loop()
    came, gone = asyncio.Event(), loop.create_future()
    heard: asyncio.Future[bool] = loop.create_future()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not reads:
            writer.transport.pause_reading()
        came.set()
        if not reads:
            await heard
            writer.transport.resume_reading()
        try:
            while await reader.read(2**20):
                pass
        except ConnectionError:
            pass
        gone.set_result(loop.time())
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0, limit=1024)
    port = server.sockets[0].getsockname()[1]
    async with server, opening(Upstream(base_url=f"http://127.0.0.1:{port}/v1")) as upstreams:
        # Larger than what the kernel takes from us for somebody who does not read.
        large = asking()
        large.fields["messages"] = [{"role": "user", "content": "x" * 30_000_000}]
        asked = asyncio.create_task(said(upstreams, large))
        await came.wait()
        await asyncio.sleep(0.2)  # into the middle of the upload; nothing tells of it
        asked.cancel()
        left = loop.time()
        await asyncio.wait([asked])
        assert loop.time() - left < 0.1
        if not reads:
            heard.set_result(True)
        assert await asyncio.wait_for(gone, 2) - left < (0.1 if reads else 1)


@in_loop
async def test_a_finished_answers_connection_serves_the_next():
    async with one(answering({"ok": 1})) as (raw, upstreams):
        for _ in range(5):
            await said(upstreams)
        assert raw.connections == 1


@in_loop
async def test_leaving_an_answer_that_was_all_here_spares_who_has_its_connection_now():
    left = asyncio.Event()

    async def play(call: Call) -> None:
        if call.number == 0:
            await call.answer({"ok": 1})
            return
        await call.begin()
        await call.chunk(b"data: 1\n\n")
        await left.wait()
        await call.chunk(b"data: 2\n\n")
        await call.chunk(b"")

    async with one(play) as (raw, upstreams), AsyncExitStack() as stack:
        async with upstreams.open(asking()) as whole:
            assert await anext(whole.chunks) == b'{"ok": 1}'  # and nobody asks whether there is more
            answer = await stack.enter_async_context(upstreams.open(STREAM))
            assert await anext(answer.chunks) == b"data: 1\n\n"
            assert raw.connections == 1
        left.set()
        assert [chunk async for chunk in answer.chunks] == [b"data: 2\n\n"]


@in_loop
async def test_no_connection_is_left_behind():
    async def play(call: Call) -> None:
        if call.number % 4 == 0:
            await call.hang_up()
        elif call.number % 4 == 1:
            await call.answer({}, 500)
        else:
            await call.begin()
            await call.chunk(b"data: 1\n\n")
            await call.until_gone()

    async def ask() -> None:
        async with upstreams.open(STREAM) as answer:
            await anext(answer.chunks)

    async with one(play, retries=0, breaker=0) as (raw, upstreams):
        await asyncio.gather(*(ask() for _ in range(100)), return_exceptions=True)
        async with asyncio.timeout(2):
            # Those whose answer was a whole 500 may be kept.
            while raw.open > 25:  # noqa: ASYNC110
                await asyncio.sleep(0)
    assert len(raw.calls) == 100


@pytest.mark.parametrize("headers", [True, False], ids=["after the headers", "at all"])
@in_loop
async def test_no_first_byte_in_time_is_a_504(headers):
    async def play(call: Call) -> None:
        if headers:
            await call.begin()
        await call.until_gone()

    began = time.monotonic()
    async with one(play, timeouts=Timeouts(first_byte=0.3, read=0.01)) as (raw, upstreams):
        error = await refused(upstreams)
        assert (error.status, error.code, len(raw.calls)) == (504, "upstream_timeout", 1)
    assert 0.3 <= time.monotonic() - began < 1.5


@in_loop
async def test_the_next_upstream_has_its_own_time():
    async def play(call: Call) -> None:
        await call.until_gone()

    async with RawUpstream(play) as bad, RawUpstream(answering({"ok": 1})) as good:
        first = Upstream(name="a", base_url=bad.base_url, models=["m"], timeouts={"first_byte": 0.2})
        second = Upstream(name="b", base_url=good.base_url, models=["m"])
        async with opening(first, second) as upstreams:
            assert await said(upstreams) == b'{"ok": 1}'


@in_loop
async def test_silence_in_mid_answer_ends_it():
    async def play(call: Call) -> None:
        await call.begin()
        for _ in range(3):
            await call.chunk(b"data: 1\n\n")
            await asyncio.sleep(0.2)
        await call.until_gone()

    async with one(play, timeouts={"read": 0.5}) as (_, upstreams), upstreams.open(STREAM) as answer:
        for _ in range(3):
            await anext(answer.chunks)
        began = time.monotonic()
        with pytest.raises(UpstreamClosedError, match="went silent"):
            await anext(answer.chunks)
        assert 0.3 < time.monotonic() - began < 1.5


@in_loop
async def test_a_reader_that_pauses_is_not_the_upstreams_silence():
    async def play(call: Call) -> None:
        await call.begin()
        for _ in range(64):
            await call.chunk(b"x" * 65536)
        await call.chunk(b"")

    async with one(play, timeouts={"read": 0.3}) as (_, upstreams), upstreams.open(STREAM) as answer:
        await anext(answer.chunks)
        await asyncio.sleep(0.6)
        assert sum([len(chunk) async for chunk in answer.chunks]) > 4_000_000


@in_loop
async def test_an_upstream_that_cannot_be_reached_is_told_and_its_address_is_not():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    async with opening(Upstream(base_url=f"http://127.0.0.1:{port}/v1")) as upstreams:
        error = await refused(upstreams)
    assert (error.status, error.code) == (502, "upstream_unreachable")
    assert str(port) not in str(error)
    assert "127.0.0.1" not in str(error)


@in_loop
async def test_a_server_without_tls_is_told_and_not_asked_again():
    connections = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        writer.write(b"HTTP/1.1 400 This is no TLS\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, opening(Upstream(base_url=f"https://127.0.0.1:{port}/v1")) as upstreams:
        assert (await refused(upstreams)).code == "upstream_unreachable"
    assert len(connections) == 1


def _certificate(folder: Path) -> ssl.SSLContext:
    """A server's context with a certificate for 127.0.0.1 that only ``folder``/cert.pem vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "raw upstream")]), datetime.now(UTC)
    there = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    built = built.not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1))
    signed = built.add_extension(there, critical=False).sign(key, hashes.SHA256())
    (folder / "cert.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_over_tls_strangers_are_refused_and_leaving_closes_at_once(tmp_path, run):
    async def main() -> None:
        loop = asyncio.get_running_loop()
        gone = loop.create_future()

        async def play(call: Call) -> None:
            await call.begin()
            await call.chunk(b"data: 1\n\n")
            gone.set_result(await call.until_gone())

        async with RawUpstream(play, tls=_certificate(tmp_path)) as raw:
            async with opening(Upstream(base_url=raw.base_url, api_key=KEY)) as upstreams:
                error = await refused(upstreams)
            assert (error.code, "ca_file" in str(error)) == ("upstream_untrusted", True)
            assert raw.calls == []
            trusted = Upstream(base_url=raw.base_url, ca_file=tmp_path / "cert.pem")
            async with opening(trusted) as upstreams, upstreams.open(STREAM) as answer:
                assert await anext(answer.chunks) == b"data: 1\n\n"
                left = loop.time()
            assert await asyncio.wait_for(gone, 2) - left < 0.1

    with ThreadPoolExecutor(1) as thread:
        thread.submit(run, main()).result(60)


# How much it may hold


@in_loop
async def test_a_reader_that_does_not_read_stops_the_upstream():
    stalled: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    block, blocks = b"x" * 65536, 4000

    async def play(call: Call) -> None:
        call.writer.transport.set_write_buffer_limits(65536)
        call.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        await call.begin()
        for number in range(blocks):
            sending = asyncio.ensure_future(call.chunk(block))
            done, _ = await asyncio.wait([sending], timeout=1)
            if not done and not stalled.done():
                stalled.set_result(number * len(block))
            await sending
        await call.chunk(b"")

    async with one(play) as (_, upstreams), upstreams.open(STREAM) as answer:
        total = len(await anext(answer.chunks))
        assert await asyncio.wait_for(stalled, 10) < 8_000_000  # most of it in the kernel's buffers
        largest = 0
        async for chunk in answer.chunks:
            total, largest = total + len(chunk), max(largest, len(chunk))
    assert total == blocks * len(block)
    assert largest <= 16384


@in_loop
async def test_a_line_of_10_mb_passes_in_small_pieces():
    line = b'data: {"x":"' + b"y" * 10_000_000 + b'"}\n\n'

    async def play(call: Call) -> None:
        await call.begin()
        await call.chunk(line)
        await call.chunk(b"")

    async with one(play, api_key=KEY) as (_, upstreams), upstreams.open(STREAM) as answer:
        chunks = [chunk async for chunk in answer.chunks]
    assert b"".join(chunks) == line
    assert max(map(len, chunks)) <= 16384


async def _endless_headers(call: Call) -> None:
    await call.send(b"HTTP/1.1 200 OK\r\n")
    while not call.writer.is_closing():
        await call.send(b"x-more: yes\r\n" * 100)


async def _long_header(call: Call) -> None:
    await call.send(b"HTTP/1.1 200 OK\r\nx-long: ")
    while not call.writer.is_closing():
        await call.send(b"x" * 65536)


async def _compressed(call: Call) -> None:
    await call.answer(gzip.compress(b"{}" + b" " * 10_000_000), content_encoding="gzip")


async def _endless_error(call: Call) -> None:
    await call.begin()


LIES = {
    "endless headers": _endless_headers,
    "a header without end": _long_header,
    "compressed": _compressed,
    "html": lambda call: call.answer(b"<p>", content_type="text/html"),
    "no type": lambda call: call.send(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"),
    "not http": lambda call: call.send(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "two lengths": lambda call: call.send(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}"),
    "length and chunks": lambda call: call.send(
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    ),
    "upgrade": lambda call: call.send(b"HTTP/1.1 101 Hi\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n"),
    "no content": lambda call: call.send(b"HTTP/1.1 204 No\r\n\r\n"),
}


@pytest.mark.parametrize("lie", LIES)
@in_loop
async def test_an_answer_that_is_none_is_a_502(lie):
    began = time.monotonic()
    async with one(LIES[lie], timeouts={"first_byte": 5}) as (raw, upstreams):
        error = await refused(upstreams)
    assert (error.status, error.code) == (502, "upstream_not_an_api")
    assert len(raw.calls) == 1
    assert time.monotonic() - began < 3


@in_loop
async def test_early_hints_without_end_are_cut_at_the_first_bytes_time():
    async def play(call: Call) -> None:
        while not call.writer.is_closing():
            await call.send(b"HTTP/1.1 103 Early Hints\r\n\r\n")
            await asyncio.sleep(0.001)

    async with one(play, timeouts={"first_byte": 0.3}) as (_, upstreams):
        assert (await refused(upstreams)).status == 504


@in_loop
async def test_an_errors_body_without_end_is_cut():
    async def play(call: Call) -> None:
        await call.send(b"HTTP/1.1 400 No\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n")
        await call.chunk(b'{"error": {"message": "')
        while not call.writer.is_closing():
            await call.chunk(b"x" * 65536)

    async with one(play) as (_, upstreams):
        error = await refused(upstreams)
    assert error.as_dict()["error"]["message"] == "The model's provider answered 400."


@pytest.mark.parametrize("broken", [b"zz\r\n", b"ffffffffffffffffff\r\nx", b"-1\r\n", b"5;" + b"x" * 100_000])
@in_loop
async def test_chunks_that_are_none_break_the_answer_off(broken):
    read = asyncio.Event()

    async def play(call: Call) -> None:
        await call.begin()
        await call.chunk(b"data: 1\n\n")
        await read.wait()
        await call.send(broken)
        await call.hang_up()

    async with one(play) as (_, upstreams), upstreams.open(STREAM) as answer:
        assert await anext(answer.chunks) == b"data: 1\n\n"
        read.set()
        with pytest.raises(UpstreamClosedError):
            async for _ in answer.chunks:
                pass


@in_loop
async def test_more_answers_than_allowed_are_refused_and_not_queued():
    release, all_here = asyncio.Event(), asyncio.Event()

    async def play(call: Call) -> None:
        if call.number == 2:
            all_here.set()
        await release.wait()
        await call.answer({"ok": 1})

    few = Limits(connections=3)
    async with RawUpstream(play) as raw, opening(Upstream(base_url=raw.base_url), limits=few) as upstreams:
        asked = [asyncio.create_task(said(upstreams)) for _ in range(3)]
        await all_here.wait()
        error = await refused(upstreams)
        assert (error.code, error.headers) == ("server_busy", {"retry-after": "1"})
        release.set()
        await asyncio.gather(*asked)
        assert await said(upstreams) == b'{"ok": 1}'


# Many


@in_loop
async def test_a_thousand_streams_at_once_come_through():
    streams, events = 1000, 5
    all_here = asyncio.Event()

    async def play(call: Call) -> None:
        await call.begin()
        await call.chunk(f"data: {call.json['n']}\n\n".encode())
        if len(raw.calls) == streams:
            all_here.set()
        await all_here.wait()
        for _ in range(events - 1):
            await call.chunk(f"data: {call.json['n']}\n\n".encode())
        await call.chunk(b"")

    async def ask(number: int) -> float:
        prepared = asking(stream=True)
        prepared.fields["n"] = number
        async with upstreams.open(prepared) as answer:
            first = await anext(answer.chunks)
            took = time.monotonic() - began
            rest = b"".join([chunk async for chunk in answer.chunks])
        assert first + rest == f"data: {number}\n\n".encode() * events
        return took

    began, used = time.monotonic(), time.process_time()
    async with one(play, api_key=KEY) as (raw, upstreams):
        first_bytes = await asyncio.gather(*(ask(number) for number in range(streams)))
        took, used = time.monotonic() - began, time.process_time() - used
    print(f"1,000 streams: last first byte {max(first_bytes):.2f} s, all {took:.2f} s, {used:.2f} CPU s")
    assert used < 10  # both sides; what else runs on this machine does not count
    assert raw.connections == streams
