"""The recipe of docs/deploy.md with servers of ours behind nginx: replicas."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from codeact_web.testing import Reply, ScriptedModel
from playwright.sync_api import Browser, expect
from support.agent_page import AgentPage
from support.complaints import Complaints
from support.nginx import free_port, running_nginx

pytestmark = pytest.mark.browser

PASSWORD = {"username": "ada", "password": "analytical"}
HTPASSWD = "ada:{PLAIN}analytical\n"
CONFIG = """
site = "{site}"
public_url = "{public_url}"
[access]
mode = "header"
trusted_proxies = ["127.0.0.1"]
[upstream]
base_url = "{to}"
models = ["scripted"]
headers = {{ X-Replica = "{name}" }}
"""


@dataclass
class Replicas:
    """Two `codeact-web serve` by name, and nginx before them."""

    url: str
    processes: dict[str, subprocess.Popen[str]]


def start_replica(config: Path) -> tuple[int, subprocess.Popen[str]]:
    """Its port and process."""
    command = [sys.executable, "-u", "-m", "codeact_server", "serve", "--config", str(config), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    found = re.search(r":(\d+)$", process.stdout.readline().strip())
    assert found, "the replica did not start"
    return int(found[1]), process


@pytest.fixture
def replicas(site: Path, upstream: ScriptedModel, tmp_path: Path) -> Iterator[Replicas]:
    upstream.reset()
    port = free_port()
    public_url = f"http://127.0.0.1:{port}/agent"
    with ExitStack() as stack:
        processes, replaced = {}, {}
        for name, place in {"one": "127.0.0.1:8001", "two": "127.0.0.1:8002"}.items():
            config = tmp_path / f"{name}.toml"
            config.write_text(CONFIG.format(name=name, site=site, public_url=public_url, to=upstream.base_url))
            own, process = start_replica(config)
            stack.callback(process.communicate)
            stack.callback(process.terminate)
            processes[name], replaced[place] = process, f"127.0.0.1:{own}"
        (tmp_path / "htpasswd").write_text(HTPASSWD)
        replaced["/etc/nginx/codeact.htpasswd"] = str(tmp_path / "htpasswd")
        stack.enter_context(running_nginx(tmp_path / "nginx", "replicas.conf", port, replaced))
        yield Replicas(public_url, processes)


def test_a_chat_streams_through_nginx_and_goes_on_when_its_replica_dies(
    browser: Browser, replicas: Replicas, upstream: ScriptedModel, complaints: Complaints
) -> None:
    complaints.allow("ERR_INCOMPLETE_CHUNKED_ENCODING")  # what Chromium says of the stream that breaks off
    page = browser.new_page(http_credentials=PASSWORD)
    complaints.watch(page)
    held = Reply(text="Let me think about it <code>\nfinal_answer(1)\n</code>", hold_at=4)
    upstream.reply(held, Reply(text="Again. <code>\nfinal_answer(6 * 7)\n</code>"))
    agent = AgentPage(page).open(replicas.url)
    agent.ready()
    assert page.evaluate("crossOriginIsolated")
    agent.send("What is six times seven?")
    expect(agent.steps.first).to_contain_text("Let me think")
    chats = [each for each in upstream.requests if each.path.endswith("/chat/completions")]
    serving = chats[-1].headers["x-replica"]
    replicas.processes[serving].kill()
    expect(agent.answer).to_have_text(re.compile("42"), timeout=30_000)
    other = upstream.requests[-1].headers["x-replica"]
    assert {serving, other} == {"one", "two"}
    assert "authorization" not in upstream.requests[-1].headers
    page.close()
    assert httpx.get(f"{replicas.url}/v1/models").status_code == 401
