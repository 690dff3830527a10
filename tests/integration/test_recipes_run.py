"""The recipes, as far as they go here: commands and settings of container and systemd; replicas with Redis."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from codeact_web.testing import Reply, ScriptedModel
from support.nginx import EXAMPLES, free_port
from support.redis_server import running_redis
from support.replicas import PASSWORD, running_replicas

BIN = Path(sys.executable).parent
TOKEN = "callers-token-0123456789abcdef"
ENVIRONMENT = {**os.environ, "OPENAI_API_KEY": "sk-test-0123456789abcdef", "CODEACT_TOKEN": TOKEN}
ENVIRONMENT["PYTHONUNBUFFERED"] = "1"
CHAT = {"model": "scripted", "messages": [{"role": "user", "content": "hi"}]}


def instruction(name: str) -> list[str]:
    text = (EXAMPLES / "container" / "Containerfile").read_text()
    (found,) = re.findall(rf"^{name} (?:CMD )?(\[.*\])$", text, re.M)
    command: list[str] = json.loads(found)
    return [str(BIN / command[0]), *command[1:]]


def test_the_containers_command_serves_with_its_settings_and_is_found_healthy(tmp_path: Path) -> None:
    port = str(free_port())
    config = tmp_path / "codeact.toml"
    text = (EXAMPLES / "container" / "codeact.toml").read_text()
    config.write_text(text.replace("8000", port).replace('host = "', f'port = {port}\nhost = "', 1))
    command = [str(config) if part.startswith("/etc/") else part for part in instruction("CMD")]
    health = [part.replace("8000", port) for part in instruction("HEALTHCHECK")]
    assert subprocess.run(health, capture_output=True, check=False).returncode == 1
    with subprocess.Popen(command, env=ENVIRONMENT, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            assert "codeact-web is at" in server.stdout.readline()
            assert subprocess.run(health, check=False).returncode == 0
            page = httpx.get(f"http://127.0.0.1:{port}/")
            assert (
                f"frame-src http://127.0.0.1:{port}/sandbox/frame.html" in page.headers["content-security-policy"]
            )
            assert httpx.get(f"http://127.0.0.1:{port}/", headers={"host": "evil.example"}).status_code == 400
            chat = f"http://127.0.0.1:{port}/v1/chat/completions"
            assert httpx.post(chat, json=CHAT).status_code == 401
        finally:
            server.terminate()
        assert server.wait(timeout=10) == 0


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_understands_its_unit(tmp_path: Path) -> None:
    text = (EXAMPLES / "systemd" / "codeact-web.service").read_text()
    assert "/opt/codeact-web/bin" in text
    unit = tmp_path / "codeact-web.service"
    unit.write_text(text.replace("/opt/codeact-web/bin", str(BIN)))
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert "codeact-web.service" not in done.stderr, done.stderr
    assert done.returncode == 0


def test_replicas_count_together_in_redis_and_one_may_leave(
    site: Path, upstream: ScriptedModel, tmp_path: Path
) -> None:
    upstream.reply(*[Reply(text="hello") for _ in range(6)])
    with running_redis() as redis:
        changed = {"redis://127.0.0.1:6379/0": redis.url, '"60/minute"': '"6/hour"'}
        with running_replicas(tmp_path, site, upstream.base_url, changed) as replicas:
            client = httpx.Client(base_url=replicas.url, auth=PASSWORD, trust_env=False, timeout=20)
            with client:

                def ask() -> httpx.Response:
                    forged = {"x-forwarded-user": "somebody-else"}
                    return client.post("/v1/chat/completions", json=CHAT, headers=forged)

                assert [ask().status_code for _ in range(4)] == [200] * 4
                assert {asked.headers["x-replica"] for asked in upstream.requests} == {"one", "two"}
                replicas.processes["one"].terminate()
                assert replicas.processes["one"].wait(timeout=20) == 0
                assert [ask().status_code for _ in range(2)] == [200] * 2
                refused = ask()
                assert refused.status_code == 429
                assert int(refused.headers["retry-after"]) > 60
                assert refused.json()["error"]["type"] == "rate_limit_error"
