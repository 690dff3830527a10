"""`codeact_server.asgi:app` under a server that is not ours: pages, the relay, a stream, and mistakes told."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from codeact_web.testing import ScriptedModel
from support.nginx import free_port

CHAT = "/v1/chat/completions"
TOKEN = "callers-token-0123456789abcdef"
ASKED = {"model": "scripted", "messages": [{"role": "user", "content": "hi"}]}
CONFIG = """
site = "{site}"
[upstream]
base_url = "{to}"
models = ["scripted"]
[access]
mode = "token"
token_env = "CALLERS_TOKEN"
[logs]
format = "json"
"""


@contextmanager
def hypercorn(config: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    environ = {**os.environ, "CODEACT_CONFIG": str(config), "CALLERS_TOKEN": TOKEN}
    command = [sys.executable, "-u", "-m", "hypercorn", *options, "codeact_server.asgi:app"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environ) as process:
        try:
            yield process
        finally:
            process.terminate()


@pytest.fixture
def client(site: Path, upstream: ScriptedModel, tmp_path: Path) -> Iterator[httpx.Client]:
    config = tmp_path / "codeact.toml"
    config.write_text(CONFIG.format(site=site, to=upstream.base_url))
    port = free_port()
    with hypercorn(config, "--bind", f"127.0.0.1:{port}") as process:
        assert process.stderr
        for line in process.stderr:
            if "Running on" in line:
                break
        headers = {"authorization": f"Bearer {TOKEN}"}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, trust_env=False) as client:
            yield client


def test_hypercorn_serves_pages_the_relay_and_streams(client: httpx.Client, upstream: ScriptedModel) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "frame-src http://127.0.0.1" in page.headers["content-security-policy"]
    assert client.get("/readyz").json() == {
        "status": "ready",
        "upstreams": {"up": 1, "all": 1},
        "quota_store": "up",
    }
    assert [each["id"] for each in client.get("/v1/models").json()["data"]] == ["scripted"]
    upstream.reply("one", "two words")
    assert client.post(CHAT, json=ASKED).json()["choices"][0]["message"]["content"] == "one"
    with client.stream("POST", CHAT, json={**ASKED, "stream": True}) as response:
        text = response.read().decode()
    assert re.findall(r'"content":\s*"(.*?)"', text)[-2:] == ["two", " words"]
    assert text.endswith("data: [DONE]\n\n")
    refused = client.post(CHAT, json=ASKED, headers={"authorization": "Bearer wrong"})
    assert (refused.status_code, len(refused.headers["x-request-id"])) == (401, 32)
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


def test_a_mistake_in_the_settings_ends_the_start_with_its_sentence(tmp_path: Path) -> None:
    config = tmp_path / "codeact.toml"
    config.write_text("prot = 1\n")
    with hypercorn(config, "--bind", "127.0.0.1:0") as process:
        assert process.stderr
        said = process.stderr.read()
    assert "`prot` is not a known setting, but `port` is." in said
