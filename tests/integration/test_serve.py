"""Starting and stopping: what is printed, what prevents it, and that nothing is left behind."""

import gc
import os
import signal
import socket
import subprocess
import sys
import threading

import httpx
import pytest
from codeact_server.access_settings import Access
from codeact_server.serve import running_server, serve
from codeact_server.settings import Settings, Upstream

PROGRAM = """
import sys
from pathlib import Path
from codeact_server.access_settings import Access
from codeact_server.serve import serve
from codeact_server.settings import load_settings
sys.exit(serve(load_settings(site=Path(sys.argv[1]), port=int(sys.argv[2]))))
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


@pytest.mark.parametrize(
    ("environ", "model"),
    [
        ({}, "no model connected: recorded tasks only"),
        (
            {"OPENAI_BASE_URL": "https://models.example/v1", "OPENAI_API_KEY": "sk-secret-123"},
            "model: default at models.example",
        ),
    ],
    ids=["recorded", "connected"],
)
def test_serve_announces_itself_once_it_listens_and_ends_at_ctrl_c(site, tmp_path, environ, model):
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, site, str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={**kept, **environ},
    ) as process:
        first, second = process.stdout.readline(), process.stdout.readline()
        assert httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).text == "ok"
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=10)
    assert first == f"codeact-web is at http://127.0.0.1:{port}\n"
    assert (second, rest) == (model + "\n", "")
    assert errors == ""
    assert process.returncode == 0


def test_a_port_in_use_is_one_sentence_with_the_mend(site, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert serve(Settings(site=site, port=port)) == 1
    said = capsys.readouterr()
    assert said.out == ""
    mend = f"choose another with `--port {port + 1}` (`make demo PORT={port + 1}`)"
    assert said.err == f"codeact-web: Port {port} is in use; {mend}.\n"


def test_a_site_that_is_not_built_is_one_sentence_with_the_mend(tmp_path, capsys):
    assert serve(Settings(site=tmp_path)) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "not built" in said
    assert "make demo" in said


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.2", "models.example", "::"])
def test_a_host_that_others_can_reach_is_refused(site, capsys, host):
    assert serve(Settings(site=site, host=host)) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "127.0.0.1" in said


def test_a_host_that_is_not_ours_is_one_sentence(site, capsys):
    assert serve(Settings(site=site, host="203.0.113.1", access=Access(mode="session"))) == 1
    assert "cannot be used here" in capsys.readouterr().err


def test_running_servers_are_independent_and_leave_nothing_behind(site):
    before = threading.active_count()
    settings = Settings(site=site, upstream=Upstream(base_url="http://127.0.0.1:9/v1"))
    with running_server(settings) as one, running_server(settings) as other:
        assert one != other
        for address in (one, other):
            assert httpx.get(address + "/healthz", trust_env=False).text == "ok"
    assert threading.active_count() == before
    with pytest.raises(httpx.ConnectError):
        httpx.get(one + "/healthz", trust_env=False)


def test_a_client_that_does_not_read_is_cut_off_when_the_server_stops(site, tmp_path):
    """Left to itself its connection would outlive the event loop, which Python warns of (an error in tests)."""
    for name in ("index.html", "sandbox"):
        (tmp_path / name).symlink_to(site / name)
    (tmp_path / "big.bin").write_bytes(bytes(20_000_000))
    before = threading.active_count()
    with running_server(Settings(site=tmp_path)) as url:
        host, port = url.removeprefix("http://").split(":")
        client = socket.create_connection((host, int(port)))
        client.sendall(f"GET /big.bin HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
        assert client.recv(1000).startswith(b"HTTP/1.1 200")
    gc.collect()
    assert threading.active_count() == before
    with client:
        client.settimeout(5)
        with pytest.raises(ConnectionError):
            while client.recv(1_000_000):
                pass
            raise ConnectionResetError  # an end without a reset is one as well
