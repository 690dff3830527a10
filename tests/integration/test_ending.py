"""How the server ends: streams may end, then are ended; nothing is cut, and nothing is left."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.served_process import ServedProcess, served_process
from support.stub_upstream import Asked, StubUpstream, event, head

CHAT = "/v1/chat/completions"
CUT = "(cut off)"
ASKED = {"model": "scripted", "stream": True, "messages": [{"role": "user", "content": "hi"}]}
CONFIG = """
site = "{site}"
[upstream]
base_url = "{to}"
models = ["scripted"]
[server]
shutdown_seconds = {seconds}
drain_seconds = {drain}
[limits]
connections = 300
[logs]
format = "json"
"""


def config(site: Path, upstream: StubUpstream, seconds: float, drain: float = 0) -> str:
    return CONFIG.format(site=site, to=upstream.base_url, seconds=seconds, drain=drain)


class Streams:
    """Chats that are read side by side, until they end. Gives their texts, headers and all."""

    def __init__(self, server: ServedProcess, count: int) -> None:
        self._server = server
        self._begun = threading.Semaphore(0)
        self._count = count
        self._texts: list[str] = []
        self._thread = threading.Thread(target=lambda: self._texts.extend(asyncio.run(self._read_all())))
        self._thread.start()
        assert all(self._begun.acquire(timeout=30) for _ in range(count)), "not all streams began"

    async def _read_all(self) -> list[str]:
        return await asyncio.gather(*(self._read(number) for number in range(self._count)))

    async def _read(self, number: int) -> str:
        reader, writer = await asyncio.open_connection(*self._server.address)
        body = json.dumps({**ASKED, "messages": [{"role": "user", "content": f"number {number}"}]})
        lines = f"POST {CHAT} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        writer.write(f"{lines}content-length: {len(body)}\r\n\r\n{body}".encode())
        text = (await reader.readuntil(f"number {number}".encode())).decode()
        self._begun.release()
        try:
            async with asyncio.timeout(30):
                while data := await reader.read(65536):
                    text += data.decode()
        except ConnectionResetError:
            text += CUT
        finally:
            writer.close()
        return text

    def ended(self) -> list[str]:
        self._thread.join(timeout=40)
        assert not self._thread.is_alive()
        assert len(self._texts) == self._count
        return self._texts


def last_event(text: str) -> dict[str, Any]:
    """What the last event holds of an answer in chunks that ends as it should."""
    assert text.endswith("\n\n\r\n0\r\n\r\n")
    found: dict[str, Any] = json.loads(text.rpartition("data: ")[2].partition("\n")[0])
    return found


class Held:
    """An upstream's act: two events, and the rest when the test says so."""

    def __init__(self) -> None:
        self.released = threading.Event()

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        words = asked.fields["messages"][0]["content"]
        writer.write(head(media_type="text/event-stream") + event("so:") + event(words))
        while not self.released.is_set():  # noqa: ASYNC110 - set in another thread
            await asyncio.sleep(0.2)
        writer.write(event("end") + b"data: [DONE]\n\n")


@pytest.fixture
def held() -> Held:
    return Held()


@pytest.fixture
def upstream(held: Held) -> Iterator[StubUpstream]:
    with StubUpstream({"scripted": held}) as raw:
        yield raw


def left(upstream: StubUpstream) -> int:
    return sum(asked.left is not None for asked in upstream.asked)


def gone(server: ServedProcess) -> None:
    """Wait until no new connection is taken."""
    with pytest.raises(httpx.ConnectError):
        while True:
            httpx.get(server.url + "/healthz", trust_env=False)


def test_streams_that_end_in_time_are_whole(
    site: Path, upstream: StubUpstream, held: Held, tmp_path: Path
) -> None:
    with served_process(tmp_path, config(site, upstream, 20)) as server:
        streams = Streams(server, 3)
        server.process.send_signal(signal.SIGTERM)
        gone(server)
        held.released.set()
        for text in streams.ended():
            assert text.endswith("data: [DONE]\n\n\r\n0\r\n\r\n")
        assert server.process.wait(timeout=5) == 0


def test_two_hundred_streams_get_an_event_that_says_why(
    site: Path, upstream: StubUpstream, tmp_path: Path
) -> None:
    with served_process(tmp_path, config(site, upstream, 1)) as server:
        streams = Streams(server, 200)
        server.process.send_signal(signal.SIGTERM)
        texts = streams.ended()
        assert server.process.wait(timeout=10) == 0
    for number, text in enumerate(texts):
        assert last_event(text)["error"]["code"] == "server_stopping"
        assert set(re.findall(r"number \d+", text)) == {f"number {number}"}
    assert upstream.wait_until(lambda: left(upstream) == 200)
    assert '"level": "error"' not in server.log


def test_readiness_is_withdrawn_before_the_door_is_shut(
    site: Path, upstream: StubUpstream, tmp_path: Path
) -> None:
    with served_process(tmp_path, config(site, upstream, 1, drain=3)) as server:
        with httpx.Client(base_url=server.url, trust_env=False) as client:
            assert client.get("/readyz").json()["status"] == "ready"
            server.process.send_signal(signal.SIGTERM)
            deadline = time.monotonic() + 2
            while (answer := client.get("/readyz")).status_code == 200 and time.monotonic() < deadline:
                pass
            assert (answer.status_code, answer.json()["status"]) == (503, "stopping")
            assert client.get("/healthz").status_code == 200
        assert server.process.wait(timeout=10) == 0


def test_an_answer_not_yet_begun_is_a_503(site: Path, upstream: StubUpstream, tmp_path: Path) -> None:
    async def hang(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    upstream.acts["scripted"] = hang
    with served_process(tmp_path, config(site, upstream, 0.5)) as server, ThreadPoolExecutor() as pool:
        asked = {**ASKED, "stream": False}
        answer = pool.submit(httpx.post, server.url + CHAT, json=asked, timeout=20, trust_env=False)
        assert upstream.wait_until(lambda: len(upstream.asked) == 1)
        server.process.send_signal(signal.SIGTERM)
        response = answer.result()
        assert (response.status_code, response.json()["error"]["code"]) == (503, "server_stopping")
        assert response.headers["retry-after"] == "5"
        assert server.process.wait(timeout=10) == 0


def test_ctrl_c_twice_does_not_wait(site: Path, upstream: StubUpstream, tmp_path: Path) -> None:
    with served_process(tmp_path, config(site, upstream, 60)) as server:
        streams = Streams(server, 1)
        server.process.send_signal(signal.SIGINT)
        gone(server)
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(timeout=5) == 0
        assert streams.ended()[0].endswith(CUT)


def workers_of(server: ServedProcess) -> set[int]:
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    return {int(pid) for pid in children if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text()}


def test_workers_share_a_port_are_replaced_and_end_together(
    site: Path, upstream: StubUpstream, tmp_path: Path
) -> None:
    settings = config(site, upstream, 1) + '[metrics]\ntoken_env = "METRICS"\n'
    with served_process(tmp_path, settings, {"METRICS": "prometheus-token-1"}, "--workers", "2") as server:
        first = workers_of(server)
        assert len(first) == 2
        killed = min(first)
        os.kill(killed, signal.SIGKILL)
        assert upstream.wait_until(lambda: len(workers_of(server) - {killed}) == 2, 20)
        for _ in range(8):  # whichever worker takes them
            with socket.create_connection(server.address) as connection:
                connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
                assert connection.recv(1000).startswith(b"HTTP/1.1 400 ")
        bearer = {"authorization": "Bearer prometheus-token-1"}
        for _ in range(4):
            told = httpx.get(server.url + "/metrics", headers=bearer, trust_env=False).text
            assert 'relay_refusals_total{code="invalid_http"} 8.0' in told
        streams = Streams(server, 4)
        server.process.terminate()
        for text in streams.ended():
            assert last_event(text)["error"]["code"] == "server_stopping"
        assert server.process.wait(timeout=10) == 0
        assert server.process.stdout
        assert "codeact-web is at" not in server.process.stdout.read()  # told once, at the start
        assert "Traceback" not in server.log
