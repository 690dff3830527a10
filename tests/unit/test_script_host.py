"""The script host without its browser."""

from __future__ import annotations

import asyncio
import io
import json
import threading
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from codeact_agent import tool
from codeact_agent.demo_tools import DEMO_TOOLS
from codeact_agent.errors import AgentError, DeclarationError, Stopped
from codeact_agent.hosts.script.chat import ChatModel
from codeact_agent.hosts.script.host import ScriptHost
from codeact_agent.hosts.script.models import ModelOptions, choose_live, tools_of
from codeact_agent.hosts.script.person import Functions
from codeact_agent.hosts.script.run_control import RunControl
from codeact_agent.hosts.script.sandbox import SandboxBrowser
from codeact_agent.hosts.script.terminal import Terminal
from codeact_agent.toolbox import Toolbox
from codeact_server.settings import Timeouts, Upstream
from support.loops import run_apart


class _Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("text", ["\x1b]52;c;aGk=\x07", "\x1b[2J", "\x9b2J", "a\rb", "a\x08b", "\x7f", "\x00"])
def test_no_control_character_of_model_or_code_reaches_the_terminal(text: str) -> None:
    bundle = {"text/plain": text}
    result = {"results": [bundle], "error": {"traceback": text}}
    screen = _Screen()
    terminal = Terminal(screen)
    for event in (
        {"type": "run_started", "task": text, "recorded": False},
        {"type": "model_delta", "text": f"one\t{text}\n"},
        {"type": "model_retried", "message": text, "delay_ms": 1},
        {"type": "output", "chunks": [{"stream": "stderr", "text": text}]},
        {"type": "displayed", "bundle": bundle},
        {"type": "tool_called", "name": text, "arguments": {text: text}},
        {"type": "step_finished", "result": result, "error": None, "difference": None, "duration_ms": 1},
        {"type": "run_finished", "answer": {"text": text}, "error": None},
    ):
        terminal.take(event)
    shown = screen.getvalue()
    assert "one\t" in shown
    for style in ("1", "2", "31", "32", "34", ""):
        shown = shown.replace(f"\033[{style}m", "").replace("\033[0m", "")
    assert all(character.isprintable() or character in "\n\t" for character in shown), repr(shown)


def test_a_recording_takes_the_callers_tools_before_its_own() -> None:
    @tool
    def price_of(product: str) -> float:
        """The price of a product."""
        return 1.0

    demo = next(iter(DEMO_TOOLS))
    recording: dict[str, Any] = {"id": "mine", "tools": ["price_of", demo]}
    assert tools_of(recording, {"price_of": price_of}) == {"price_of": price_of, demo: DEMO_TOOLS[demo]}
    with pytest.raises(DeclarationError, match="'mine' calls the tool 'price_of', which is not there"):
        tools_of(recording, {})


def test_the_upstream_gets_its_headers_and_is_waited_for_as_the_settings_say() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"choices": [{"message": {"content": "Hi"}}]})

    async def chat() -> dict[str, Any]:
        upstream = Upstream(base_url="https://api.test/v1/", api_key="sk-0123456789", headers={"X-Team": "blue"})
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            times = Timeouts(connect=1, read=2)
            model = ChatModel("m", upstream, times, client, _host([]), ModelOptions())
            return await model.chat([], lambda text: None)

    assert run_apart(chat())["text"] == "Hi"
    assert str(asked[0].url) == "https://api.test/v1/chat/completions"
    assert asked[0].headers["x-team"] == "blue"
    assert asked[0].headers["authorization"] == "Bearer sk-0123456789"
    assert asked[0].extensions["timeout"] == {"connect": 1, "read": 2, "write": 2, "pool": 2}


CODEACT_TOML = """
[[upstream]]
name = "claude"
dialect = "anthropic"
base_url = "https://c.test/v1"
models = ["small"]
[[upstream]]
name = "main"
base_url = "https://a.test/v1"
models = ["large", "small-8b"]
aliases = { small = "small-8b" }
[[upstream]]
name = "spare"
base_url = "https://b.test/v1"
models = ["small"]
fallback = 2
"""


def test_the_first_upstream_that_has_the_model_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "codeact.toml").write_text(CODEACT_TOML)
    monkeypatch.chdir(tmp_path)
    asked: list[tuple[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((str(request.url), json.loads(request.content)["model"]))
        return httpx.Response(200, json={"choices": [{"message": {"content": "Hi"}}]})

    async def chat() -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
            model = choose_live("small", _host([]), client, ModelOptions())
            await model.chat([], lambda text: None)
            with pytest.raises(AgentError, match=r"has the model 'claude'\. There are: large, small-8b, small\."):
                choose_live("claude", _host([]), client, ModelOptions())

    run_apart(chat())
    assert asked == [("https://a.test/v1/chat/completions", "small-8b")]


def _host(events: list[dict[str, Any]]) -> ScriptHost:
    return ScriptHost(events.append, SandboxBrowser(), Functions(None, None), RunControl())


def test_stop_ends_what_is_awaited_and_what_begins_after_it() -> None:
    async def wait_for_ever() -> None:
        host = _host([])
        control = host.control
        with control.running():
            asyncio.get_running_loop().call_soon(control.stop)
            for _ in range(2):
                with pytest.raises(Stopped), control.until_stopped():
                    await anyio.sleep_forever()
            with pytest.raises(Stopped):
                await host.execute({"code": "while True: pass", "time_ms": None})

    run_apart(asyncio.wait_for(wait_for_ever(), 5))


def test_stop_leaves_a_tool_behind_that_still_runs() -> None:
    release = threading.Event()

    @tool
    def slow() -> int:
        """Takes its time."""
        release.wait(10)
        return 1

    async def call() -> tuple[dict[str, Any], list[str]]:
        events: list[dict[str, Any]] = []
        host = _host(events)

        def emit(kind: str, **fields: Any) -> None:
            events.append({"type": kind, **fields})

        toolbox = Toolbox(host, {"slow": slow}, emit, {"limits": {"tool_chars": 100}}, [])
        host.take_call = toolbox.call
        with host.control.running():
            asyncio.get_running_loop().call_later(0.05, host.control.stop)
            outcome = await host._on_tool({"name": "slow", "arguments": "{}", "call_id": 1})
        release.set()
        return outcome, [event["type"] for event in events]

    outcome, kinds = run_apart(asyncio.wait_for(call(), 5))
    assert outcome["error"]["kind"] == "Stopped"
    assert kinds == ["tool_called"]
