"""The container's and systemd's recipes, as far as they go without either: their commands and settings are run."""

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
from support.nginx import EXAMPLES, free_port

BIN = Path(sys.executable).parent
ENVIRONMENT = {**os.environ, "OPENAI_API_KEY": "sk-test-0123456789abcdef", "PYTHONUNBUFFERED": "1"}


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
        finally:
            server.terminate()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_understands_its_unit(tmp_path: Path) -> None:
    text = (EXAMPLES / "systemd" / "codeact-web.service").read_text()
    assert "/opt/codeact-web/bin" in text
    unit = tmp_path / "codeact-web.service"
    unit.write_text(text.replace("/opt/codeact-web/bin", str(BIN)))
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert "codeact-web.service" not in done.stderr, done.stderr
    assert done.returncode == 0
