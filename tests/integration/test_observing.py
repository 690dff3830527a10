"""What the operator sees: one line a request without a secret in it, probes, and figures behind a token."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from codeact_server.app import create_app
from codeact_server.observe import logs
from codeact_server.serve_settings import LogSettings
from codeact_server.settings import Settings
from codeact_web.testing import Reply, ScriptedModel
from integration.conftest import build_site
from starlette.routing import Route
from starlette.testclient import TestClient
from support.served_process import ServedProcess, served_process

CHAT = "/v1/chat/completions"
KEY = "sk-test-0123456789abcdef"
TOKEN = "prometheus-token-1"
ASKED = {"model": "scripted", "messages": [{"role": "user", "content": "the secret plan"}]}
CONFIG = """
site = "{site}"
[upstream]
base_url = "{to}"
api_key_env = "KEY"
models = ["scripted"]
[logs]
format = "{format}"
bodies = {bodies}
[metrics]
token_env = "METRICS"
"""


def serving(site: Path, upstream: ScriptedModel, folder: Path, form: str = "json", bodies: str = "false") -> Any:
    config = CONFIG.format(site=site, to=upstream.base_url, format=form, bodies=bodies)
    return served_process(folder, config, {"KEY": KEY, "METRICS": TOKEN})


@pytest.fixture(scope="module")
def shared(shared_upstream: ScriptedModel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedProcess]:
    folder = tmp_path_factory.mktemp("observed")
    with serving(build_site(folder / "site"), shared_upstream, folder) as started:
        yield started


@pytest.fixture
def server(shared: ServedProcess, upstream: ScriptedModel) -> ServedProcess:
    """One with an empty log."""
    shared.forget()
    return shared


def ask(server: ServedProcess, path: str, **options: Any) -> httpx.Response:
    return httpx.request(options.pop("method", "GET"), server.url + path, trust_env=False, timeout=10, **options)


def test_each_request_has_an_id_of_ours_and_one_line_without_secrets(
    server: ServedProcess, upstream: ScriptedModel
) -> None:
    upstream.reply("a secret answer", Reply(status=500, body={"error": {"message": f"bad {KEY}"}}))
    sent = {"authorization": "Bearer caller-token-1", "cookie": "session=crumbs", "x-request-id": "mine"}
    answers = [ask(server, CHAT + "?q=query", method="POST", json=ASKED, headers=sent) for _ in range(2)]
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert len({*ids}) == 2
    assert all(len(each) == 32 for each in ids)
    assert upstream.wait_until(lambda: server.log.count('"event": "request"') == 2)
    lines = [each for each in map(json.loads, server.log.splitlines()) if each["event"] == "request"]
    assert [line["request_id"] for line in lines] == ids
    assert [(line["event"], line["method"], line["path"], line["status"]) for line in lines] == [
        ("request", "POST", CHAT, answer.status_code) for answer in answers
    ]
    assert all(line["ms"] > 0 for line in lines)
    for word in (KEY, TOKEN, "caller-token", "crumbs", "mine", "secret", "query"):
        assert word not in server.log


def test_probes_and_files_are_not_logged_and_what_is_missing_is(server: ServedProcess) -> None:
    for path in ("/", "/healthz", "/readyz", "/page.js"):
        assert ask(server, path).status_code == 200
    assert ask(server, "/no%0asuch%1b[31m" + "x" * 500).status_code == 404
    (line,) = server.lines(1)
    assert json.loads(line)["path"] == "/no\ufffdsuch\ufffd[31m" + "x" * 187


def test_what_was_no_request_is_a_line_too(server: ServedProcess) -> None:
    with socket.create_connection(server.address) as connection:
        connection.sendall(f"GET /{KEY} HTTP/9\r\n\r\n".encode())
        assert b"invalid_http" in connection.recv(1000)
    (line,) = server.lines(1)
    told = json.loads(line)
    assert (told["event"], told["code"], told["status"]) == ("refused", "invalid_http", 400)
    assert KEY not in line


def test_bodies_are_written_down_where_that_is_asked_for(
    site: Path, upstream: ScriptedModel, tmp_path: Path
) -> None:
    upstream.reply("an answer\nin two lines")
    with serving(site, upstream, tmp_path, form="text", bodies="true") as server:
        ask(server, CHAT, method="POST", json=ASKED)
        (line,) = server.lines(1)
    assert "the secret plan" in line
    assert "an answer" in line
    assert KEY not in line


def test_figures_need_the_token(server: ServedProcess) -> None:
    for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": TOKEN}):
        refused = ask(server, "/metrics", headers=headers)
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert "relay_" not in refused.text
    told = ask(server, "/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert told.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "# TYPE relay_requests_total counter" in told.text
    assert "process_resident_memory_bytes" in told.text


def test_without_a_token_there_are_no_figures(client: httpx.Client) -> None:
    assert client.get("/metrics").status_code == 404


def test_probes_answer_under_any_host_and_only_to_get(client: httpx.Client) -> None:
    for path in ("/healthz", "/readyz"):
        assert client.get(path, headers={"host": "10.1.2.3:8000"}).status_code == 200
        assert client.post(path).status_code == 405
    assert client.get("/", headers={"host": "10.1.2.3:8000"}).status_code == 400


async def _fail(request: object) -> None:
    raise LookupError(f"the prompt and {KEY}")


def test_a_fault_of_ours_is_a_500_without_its_words(
    site: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    app = create_app(Settings(site=site, logs=LogSettings(format="json")))
    app.router.routes.insert(0, Route("/v1/fails", _fail))
    kept = {name: logging.getLogger(name) for name in ("codeact", "uvicorn", "asyncio")}
    before = {name: (each.handlers, each.propagate, each.level) for name, each in kept.items()}
    try:
        logs.configure("json")
        with TestClient(app, base_url="http://localhost", client=("127.0.0.1", 1)) as client:
            response = client.get("/v1/fails")
    finally:
        for name, (handlers, propagate, level) in before.items():
            kept[name].handlers, kept[name].propagate = handlers, propagate
            kept[name].setLevel(level)
    assert response.status_code == 500
    assert response.json()["error"]["code"] == "server_failed"
    assert response.headers["x-request-id"] in response.text
    failed, line = (json.loads(each) for each in capsys.readouterr().err.splitlines())
    assert (failed["event"], failed["error"], line["status"]) == ("failed", "LookupError", 500)
    assert "test_observing.py" in failed["at"]
    assert KEY not in response.text + json.dumps(failed) + json.dumps(line)
