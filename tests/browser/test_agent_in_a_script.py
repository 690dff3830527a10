"""``from codeact_agent import Agent, tool`` in a script."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from codeact_agent import Agent, tool
from codeact_agent.hosts.script.sandbox import SandboxBrowser
from codeact_web.testing import Reply, ScriptedModel

MakeAgent = Callable[..., Agent]

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("live")]


def test_variables_last_until_reset(upstream: ScriptedModel, make_agent: MakeAgent) -> None:
    upstream.reply(
        Reply(text="<code>\nseen = [1]\nfinal_answer('kept')\n</code>"),
        Reply(text="<code>\nfinal_answer(seen)\n</code>"),
        Reply(text="<code>\nfinal_answer('seen' in globals())\n</code>"),
    )
    with make_agent(model="m") as agent:
        assert agent.run("Remember").answer == "kept"
        assert agent.run("Recall").answer == [1]
        agent.reset()
        assert agent.run("Forget").answer is False
    second, third = upstream.requests[1].json["messages"], upstream.requests[2].json["messages"]
    assert second[1] == {"role": "user", "content": "Remember"}
    assert len(third) == 2


def test_a_tool_runs_in_this_process_and_blocks_the_sandbox(
    upstream: ScriptedModel, make_agent: MakeAgent
) -> None:
    ran_in: list[str] = []

    @tool
    def where(number: int) -> int:
        """Doubles a number, here."""
        ran_in.append(threading.current_thread().name)
        return number * 2

    upstream.reply(Reply(text="<code>\nfinal_answer([where(n) for n in range(3)])\n</code>"))
    with make_agent([where], model="m") as agent:
        assert agent.run("?").answer == [0, 2, 4]
    assert len(ran_in) == 3


def test_interrupt_from_a_tool_stops_the_run(upstream: ScriptedModel, make_agent: MakeAgent) -> None:
    @tool
    def enough() -> str:
        """Stops everything."""
        agent.interrupt()
        return "stopping"

    upstream.reply(Reply(text="<code>\nkept = 1\nenough()\nwhile True: pass\n</code>"))
    agent = make_agent([enough], model="m")
    with agent:
        result = agent.run("?")
        assert result.status == "stopped"
        assert not result.answered
        upstream.reply(Reply(text="<code>\nfinal_answer(kept)\n</code>"))
        assert agent.run("again").answer == 1


@pytest.mark.parametrize("kind", ["model_delta", "code_parsed", "output"])
def test_interrupt_from_an_event_handler_stops_the_run(
    upstream: ScriptedModel, kind: str, make_agent: MakeAgent
) -> None:
    def on_event(event: dict[str, Any]) -> None:
        if event["type"] == kind:
            agent.interrupt()

    code = "import time\nwhile True:\n    print(1)\n    time.sleep(0.05)"
    upstream.reply(Reply(text=f"<code>\n{code}\n</code>"))
    with make_agent(model="m", on_event=on_event) as agent:
        result = agent.run("?")
    assert result.status == "stopped"
    assert result.duration_ms < 4_000


def test_interrupt_ends_an_answer_of_the_model(upstream: ScriptedModel, make_agent: MakeAgent) -> None:
    upstream.reply(
        Reply(text="<code>final_answer(1)</code>", hold_at=2), Reply(text="<code>final_answer(2)</code>")
    )
    began = threading.Event()

    def on_event(event: dict[str, Any]) -> None:
        if event["type"] == "model_delta":
            began.set()

    def stop() -> None:
        assert began.wait(60)
        agent.interrupt()

    with make_agent(model="m", on_event=on_event) as agent:
        person = threading.Thread(target=stop)
        person.start()
        assert agent.run("?").status == "stopped"
        person.join()
        assert upstream.wait_until(lambda: upstream.disconnects == 1)
        assert agent.run("?").answer == 2


def test_a_dead_browser_fails_the_run_and_closing_mends_it(upstream: ScriptedModel) -> None:
    @tool
    def crash() -> None:
        """Ends the browser."""
        portal, sandbox = agent._portal, agent._host.sandbox
        assert portal is not None and sandbox is not None
        page = sandbox._page
        assert page is not None and page.context.browser is not None
        portal.start_task_soon(page.context.browser.close)

    upstream.reply(Reply(text="<code>\ncrash()\n</code>"), Reply(text="<code>final_answer(1)</code>"))
    with Agent([crash], model="m") as agent:
        for _ in range(2):  # while code ran, and before a run
            result = agent.run("?")
            assert result.status == "failed"
            assert "browser of the sandbox has ended" in (result.error or "")
        assert len(upstream.requests) == 1
        agent.close()
        assert agent.run("?").answer == 1


def test_codeact_toml_gives_headers_and_no_proxy_of_the_environment_is_used(
    upstream: ScriptedModel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, make_agent: MakeAgent
) -> None:
    upstream.reply(Reply(text="<code>final_answer(1)</code>"))
    (tmp_path / "codeact.toml").write_text(
        f'[upstream]\nbase_url = "{upstream.base_url}"\n[upstream.headers]\nX-Team = "blue"\n'
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with make_agent(model="m") as agent:
        assert agent.run("?").answer == 1
    assert upstream.requests[0].headers["x-team"] == "blue"


def test_the_time_limit_keeps_state_and_the_hard_stop_brings_it_back(
    upstream: ScriptedModel,
) -> None:
    upstream.reply(
        Reply(text="<code>\nkept = 5\nnumbers = (n for n in range(9))\nwhile True: pass\n</code>"),
        Reply(text="<code>\nprint(kept)\nsum(range(10**11))\n</code>", delay=0.3),  # as models need time, too
        Reply(text="<code>\nfinal_answer([kept, 'numbers' in globals()])\n</code>"),
    )
    with Agent(model="m", limits={"time_ms": 500, "grace_ms": 500}) as agent:
        result = agent.run("?")
    assert result.answer == [5, False]
    first, second, _ = (step["observation"] for step in result.steps)
    assert "TimeLimit: The code ran longer than 0.5 s" in first
    assert "kept: int" in first
    assert "its interpreter was replaced" in second
    assert "These came back as they were before: kept." in second
    assert "numbers: generators cannot be saved" in second


def test_events_come_in_the_documented_order(upstream: ScriptedModel, make_agent: MakeAgent) -> None:
    upstream.reply(Reply(text="Hm.\n<code>\nprint(1)\nfinal_answer(2)\n</code>"))
    kinds: list[str] = []
    with make_agent(model="m", on_event=lambda event: kinds.append(event["type"])) as agent:
        agent.run("?")
    assert [kind for kind in kinds if kind != "model_delta"] == [
        "run_started", "step_started", "model_asked", "model_replied", "code_parsed", "output",
        "step_finished", "run_finished",
    ]  # fmt: skip
    assert "model_delta" in kinds


def test_agents_that_share_a_browser_share_nothing_else(
    upstream: ScriptedModel, script_browser: SandboxBrowser
) -> None:
    """The second is given the sandbox that the first has left."""

    @tool
    def mine() -> int:
        """Only the first agent's."""
        return 1

    leave = "import math\nmath.pi = 3\nleft = mine()\nopen('/output/left.txt', 'w').close()\nfinal_answer(left)"
    upstream.reply(Reply(text=f"<code>\n{leave}\n</code>"))
    pages = []
    with Agent([mine], "m", prelude={"own": PRELUDE}, browser=script_browser) as agent:
        assert agent.run("Leave").answer == 1
        pages.append(page_of(agent))
    look = "import math, os\nnames = {'left', 'mine', 'own'} & {*globals()}\n"
    look += "final_answer([sorted(names), os.listdir('/output'), math.pi > 3.1])"
    upstream.reply(Reply(text=f"<code>\n{look}\n</code>"))
    with Agent(model="m", browser=script_browser) as agent:
        assert agent.run("Look").answer == [[], [], True]
        pages.append(page_of(agent))
    assert pages[0] is pages[1]


def page_of(agent: Agent) -> object:
    assert agent._host.sandbox is not None
    return agent._host.sandbox._page


PRELUDE = '''
@tool
def own() -> int:
    """Inside the sandbox."""
    return 2
'''
