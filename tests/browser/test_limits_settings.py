"""Limits an operator sets, in codeact.toml or a script, reach the sandbox; a mistake in them is one sentence."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from codeact_agent import Agent
from codeact_agent.errors import AgentError
from codeact_runtime.limits import Limits
from codeact_server.errors import SettingsError
from codeact_server.serve import running_server
from codeact_server.settings import Settings, load_settings
from codeact_web.testing import Reply, ScriptedModel
from support.engines import Engine, in_one_engine
from support.sandbox import opened

pytestmark = pytest.mark.browser


def loaded(site: Path, folder: Path, text: str) -> Settings:
    path = folder / "codeact.toml"
    path.write_text(text)
    return load_settings(path, {}, site=site)


@in_one_engine
def test_the_operators_limits_reach_the_page_and_no_caller_raises_them(
    engine: Engine, site: Path, tmp_path: Path
) -> None:
    settings = loaded(site, tmp_path, "[sandbox]\ntime_ms = 700\nmemory_mb = 1024\ntool_calls = 3")
    with running_server(settings) as url, opened(engine, url) as sandbox:
        assert sandbox.start(limits={"time_ms": 60_000, "tool_calls": 2})["type"] == "ready"
        wanted = {"time_ms": 700, "memory_mb": 1024, "tool_calls": 2, "spare_workers": 0}
        assert sandbox.page.evaluate("() => codeact.limits") == {**dataclasses.asdict(Limits()), **wanted}
        result = sandbox.run("while True: pass")
        assert (result["timed_out"], "0.7 s" in result["error"]["value"]) == (True, True)
        assert sandbox.value("len(bytearray(600 * 2**20)) == 600 * 2**20") == "True"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("time_ms = 0", "`sandbox.time_ms`"),
        ("time_ms = -5", "`sandbox.time_ms`"),
        ("time_ms = 1.5", "`sandbox.time_ms`"),
        ("time_ms = '5'", "`sandbox.time_ms`"),
        ("time_ms = true", "`sandbox.time_ms`"),
        ("patience = 5", "`sandbox.patience` is not a limit; there are: time_ms,"),
    ],
)
def test_a_limit_that_makes_no_sense_keeps_the_server_from_starting(
    site: Path, tmp_path: Path, line: str, said: str
) -> None:
    with pytest.raises(SettingsError) as raised, running_server(loaded(site, tmp_path, f"[sandbox]\n{line}")):
        pass
    (sentence,) = str(raised.value).splitlines()
    assert said in sentence
    assert sentence.endswith(".")


def test_a_scripts_limits_hold_for_its_agent(upstream: ScriptedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", upstream.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789abcdef")
    upstream.reply(
        Reply(text="<code>\nkept = 1\nwhile True: pass\n</code>"),
        Reply(text="<code>\nfinal_answer(kept)\n</code>"),
    )
    with Agent(model="m", limits={"time_ms": 600, "memory_mb": 200}) as agent:
        assert agent.run("?").answer == 1
    first, second = upstream.requests
    assert "200 MB" in first.json["messages"][0]["content"]
    assert "0.6 s" in second.json["messages"][-1]["content"]


@pytest.mark.parametrize("limits", [{"patience": 1}, {"time_ms": 0}, {"time_ms": "soon"}])
def test_a_scripts_mistake_is_a_sentence(limits: dict[str, int]) -> None:
    with pytest.raises(AgentError) as raised, Agent(limits=limits) as agent:
        agent.run("?")
    assert next(iter(limits)) in str(raised.value)
    assert "\n" not in str(raised.value)
