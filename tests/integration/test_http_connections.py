"""Connections as clients really keep them: used again, used early, crowded, unread, or refused in mid-body."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from codeact_server.serve import running_server
from codeact_server.serve_settings import ServerSettings
from codeact_server.settings import Settings, Upstream
from codeact_web.testing import Reply, ScriptedModel

CHAT = "/v1/chat/completions"
RULES = ServerSettings(header_seconds=0.5, body_seconds=0.5, write_seconds=0.5, idle_seconds=0.5, connections=20)


@pytest.fixture
def url(site: Path, upstream: ScriptedModel) -> Iterator[str]:
    to = Upstream(base_url=upstream.base_url, models=("scripted",))
    with running_server(Settings(site=site, upstream=to, server=RULES)) as url:
        yield url


def connect(url: str) -> socket.socket:
    host, _, port = url.removeprefix("http://").rpartition(":")
    return socket.create_connection((host, int(port)), timeout=5)


def request(path: str, body: str = "") -> bytes:
    head = f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\nhost: localhost\r\n"
    length = f"content-type: application/json\r\ncontent-length: {len(body)}\r\n" if body else ""
    return f"{head}{length}\r\n{body}".encode()


def chat(words: str) -> bytes:
    asked = f'{{"model": "scripted", "messages": [{{"role": "user", "content": "{words}"}}]}}'
    return request(CHAT, asked)


def rest(connection: socket.socket) -> bytes:
    """Everything until the server ends the connection, however it does."""
    found = b""
    try:
        while data := connection.recv(65536):
            found += data
    except ConnectionResetError:
        pass
    return found


def test_a_connection_is_used_again(url: str) -> None:
    with connect(url) as connection:
        for _ in range(20):
            connection.sendall(request("/healthz"))
            found = b""
            while not found.endswith(b"\r\n\r\nok"):
                found += connection.recv(65536)


def test_a_request_that_comes_early_is_answered_in_its_turn(url: str, upstream: ScriptedModel) -> None:
    upstream.reply(first := Reply(text="first", hold_at=0), Reply(text="second"))
    with connect(url) as connection:
        connection.sendall(chat("one"))
        assert upstream.wait_until(lambda: len(upstream.requests) == 1)
        connection.sendall(chat("two"))
        time.sleep(0.1)  # long enough to be asked, were it read
        assert len(upstream.requests) == 1
        first.release()
        found = rest(connection)
    assert found.index(b"first") < found.index(b"second")
    assert found.count(b"HTTP/1.1 200 OK") == 2


def test_who_asks_twice_and_leaves_is_noticed(url: str, upstream: ScriptedModel) -> None:
    upstream.reply(Reply(hang=True))
    with connect(url) as connection:
        connection.sendall(chat("one"))
        assert upstream.wait_until(lambda: len(upstream.requests) == 1)
        connection.sendall(chat("two"))
    assert upstream.wait_until(lambda: upstream.disconnects == 1)
    assert len(upstream.requests) == 1


def test_who_sends_too_much_reads_why(url: str) -> None:
    """By plain client libraries, which send a good deal before they look."""
    for body in (b" " * 30_000_000, iter([b" " * 1_000_000] * 30)):
        response = httpx.post(url + CHAT, content=body, trust_env=False, timeout=10)
        assert response.status_code == 413
        assert response.json()["error"]["code"] == "body_too_large"


def test_one_more_connection_than_allowed_is_told_so(url: str) -> None:
    others = [connect(url) for _ in range(20)]
    with connect(url) as connection:
        found = rest(connection)
    assert found.startswith(b"HTTP/1.1 503 ")
    assert b"too_many_connections" in found
    for each in others:
        each.close()
    deadline = time.monotonic() + 5
    while httpx.get(url + "/healthz", trust_env=False).status_code != 200:
        assert time.monotonic() < deadline


def test_idle_connections_end(url: str) -> None:
    with connect(url) as silent, connect(url) as used:
        used.sendall(request("/healthz"))
        started = time.monotonic()
        assert rest(used).endswith(b"ok")
        assert rest(silent) == b""
        assert time.monotonic() - started < 4


def test_a_slow_head_and_a_slow_body_are_told_so(url: str) -> None:
    for begun in (b"GET / HT", b"GET / HTTP/1.1\r\nhost: localhost\r\n", chat("hello")[:-5]):
        with connect(url) as connection:
            connection.sendall(begun)
            found = rest(connection)
        assert found.startswith(b"HTTP/1.1 408 ")
        assert b"too_slow" in found


def test_a_file_that_is_not_read_is_not_kept(url: str, site: Path) -> None:
    (site / "big.bin").write_bytes(bytes(20_000_000))
    with running_server(Settings(site=site, server=RULES)) as big, socket.socket() as connection:
        host, _, port = big.removeprefix("http://").rpartition(":")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(5)
        connection.connect((host, int(port)))
        connection.sendall(request("/big.bin"))
        time.sleep(1.5)  # more than write_seconds, in which nothing is read
        assert len(rest(connection)) < 1_000_000


def test_a_slow_but_steady_reader_gets_all(url: str, site: Path) -> None:
    (site / "big.bin").write_bytes(bytes(1_000_000))
    with running_server(Settings(site=site, server=RULES)) as big, connect(big) as connection:
        connection.sendall(request("/big.bin"))
        found = 0
        while found < 1_000_000:
            found += len(connection.recv(50_000))
            time.sleep(0.05)


def test_a_slow_but_steady_reader_gets_a_whole_answer(url: str, upstream: ScriptedModel) -> None:
    upstream.reply(Reply(body={"choices": [], "long": "x" * 4_000_000}))
    with connect(url) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        connection.sendall(chat("hi"))
        found, began = b"", time.monotonic()
        while not found.endswith(b'"}'):
            found += connection.recv(65536)
            time.sleep(0.02)
    assert len(found) > 4_000_000
    assert time.monotonic() - began > 2 * RULES.write_seconds, "it was not slow"
