"""What the loop adds to a step, in the page and in CPython: everything but the model and the code."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "portable"))

from codeact_agent.hosts.script.site import find_site
from codeact_agent.loop import Loop
from codeact_agent.options import Options
from codeact_server.serve import running_server
from codeact_server.settings import Settings
from flood import WATCH
from page_times import Browser
from playwright.sync_api import Route
from scripted import ScriptedHost, ScriptedModel, answered, printed
from support.agent_page import AgentPage

__all__ = ["loop_in_cpython_ms", "loop_in_the_page"]

STEPS = 200
# Of each step, from its first event to its last, without what the model and the sandbox took.
MEASURE = """() => {
  const bridge = window.codeact_bridge;
  const { emit, execute } = bridge;
  let began = 0, away = 0, left = 0;
  window.overheads = [];
  bridge.emit = (event) => {
    const now = performance.now();
    const type = event.slice(0, 40).match(/"type": ?"(\\w+)"/)?.[1] ?? JSON.parse(event).type;
    if (type === 'step_started') [began, away] = [now, 0];
    if (type === 'model_asked') left = now;
    if (type === 'model_replied') away += now - left;
    if (type === 'step_finished') overheads.push(now - began - away);
    emit(event);
  };
  bridge.execute = async (...given) => {
    const left = performance.now();
    const outcome = await execute(...given);
    away += performance.now() - left;
    return outcome;
  };
}"""


def loop_in_the_page(browser: Browser) -> dict[str, float]:
    """Of 200 recorded steps, in milliseconds: the median overhead of all and of the last 20, and the page's
    longest task while they went on."""
    replies = [f"Step {number}.\n<code>\n{number}\n</code>" for number in range(STEPS)]
    replies.append("<code>\nfinal_answer('done')\n</code>")
    recording = {
        "version": 1, "id": "bench", "title": "Bench", "task": "Take many steps", "tools": [], "source": "bench",
        "options": {"max_steps": STEPS + 1}, "steps": [{"reply": reply} for reply in replies],
    }  # fmt: skip
    index = {"recordings": [{key: recording[key] for key in ("id", "title", "task")}]}

    def answer(route: Route) -> None:
        asked = index if route.request.url.endswith("index.json") else recording
        route.fulfill(body=json.dumps(asked), content_type="application/json")

    with running_server(Settings(site=find_site())) as url:
        opened = browser.new_page()
        opened.route("**/recordings/*.json", answer)
        page = AgentPage(opened).open(url)
        page.ready()
        opened.evaluate(MEASURE)
        opened.evaluate(WATCH)
        page.send("Take many steps")
        page.answer.last.wait_for(timeout=180_000)
        overheads = opened.evaluate("() => overheads")
        longest = float(opened.evaluate("() => Math.max(...tasks)"))
        opened.close()
    assert len(overheads) == STEPS + 1
    return {
        "loop_page_ms": _median(overheads),
        "loop_page_late_ms": _median(overheads[-20:]),
        "transcript_longest_task_ms": longest,
    }


class _Host(ScriptedHost):
    """Its clock is real, and it notes when the loop is away with the code."""

    def __init__(self, *outcomes: Any) -> None:
        super().__init__(*outcomes)
        self.overheads: list[float] = []
        self._began = 0.0

    def emit(self, event: dict[str, Any]) -> None:
        if event["type"] == "step_started":
            self._began = time.perf_counter()
        if event["type"] == "step_finished":
            self.overheads.append((time.perf_counter() - self._began) * 1000)


def loop_in_cpython_ms() -> float:
    """The median of 200 steps; the model and the sandbox answer at once."""
    outcomes = [printed(str(number)) for number in range(STEPS)]
    host = _Host(*outcomes, answered("done", '"done"'))
    replies = [f"Step {number}.\n<code>\n{number}\n</code>" for number in range(STEPS)]
    model = ScriptedModel(*replies, "<code>\nfinal_answer('done')\n</code>")
    asyncio.run(Loop(host, Options(max_steps=STEPS + 1)).run("Take many steps", model, {}))
    assert len(host.overheads) == STEPS + 1
    return _median(host.overheads)


def _median(numbers: list[float]) -> float:
    return sorted(numbers)[len(numbers) // 2]
