"""The recipe of docs/deploy.md with servers of ours behind nginx: replicas."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from codeact_web.testing import Reply, ScriptedModel
from playwright.sync_api import Browser, expect
from support.agent_page import AgentPage
from support.complaints import Complaints
from support.replicas import PASSWORD, Replicas, running_replicas

pytestmark = pytest.mark.browser

MEMORY = {"redis://127.0.0.1:6379/0": "memory"}


@pytest.fixture
def replicas(site: Path, upstream: ScriptedModel, tmp_path: Path) -> Iterator[Replicas]:
    upstream.reset()
    with running_replicas(tmp_path, site, upstream.base_url, MEMORY) as running:
        yield running


def test_a_chat_streams_through_nginx_and_goes_on_when_its_replica_dies(
    browser: Browser, replicas: Replicas, upstream: ScriptedModel, complaints: Complaints
) -> None:
    complaints.allow("ERR_INCOMPLETE_CHUNKED_ENCODING")  # what Chromium says of the stream that breaks off
    page = browser.new_page(http_credentials={"username": PASSWORD[0], "password": PASSWORD[1]})
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
