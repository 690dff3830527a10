"""The widget in a page of another origin, with a strict policy of its own: what a page that embeds it can do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from codeact_web.testing import ScriptedModel
from playwright.sync_api import Browser, Page, expect
from support.complaints import Complaints
from support.replies import code
from support.web_origin import WebOrigin

pytestmark = pytest.mark.browser

HOST = """<!doctype html><html lang="en"><title>Shop</title>
<script type="module" src="{base}embed.js"></script>
<script src="host.js"></script>
<style>iframe {{ display: none !important }}</style>
<h1>Shop</h1>
<codeact-agent id="agent" height="500"></codeact-agent></html>"""

LISTEN = """
const told = [];
for (const name of ['ready', 'step', 'output', 'tool', 'approval', 'answer', 'error']) {
  addEventListener('codeact-' + name, (event) => told.push({ name, detail: { ...event.detail } }));
}
"""


@pytest.fixture(scope="module")
def deployment(site: Path, upstream: ScriptedModel) -> Iterator[WebOrigin]:
    """A static host that lets any page embed the widget."""
    with WebOrigin(site, upstream.base_url, "/some/prefix/") as origin:
        origin.put("/some/prefix/site.json", '{"widget_origins": ["*"], "relay": true}')
        yield origin


@pytest.fixture(scope="module")
def host(deployment: WebOrigin) -> Iterator[WebOrigin]:
    with WebOrigin() as origin:
        policy = f"default-src 'none'; script-src 'self' {deployment.url}; frame-src {deployment.url}"
        origin.put("/", HOST.format(base=deployment.base), {"content-security-policy": policy})
        origin.put("/host.js", LISTEN)
        yield origin


@pytest.fixture(scope="module")
def shop(browser: Browser, host: WebOrigin, upstream: ScriptedModel) -> Iterator[Page]:
    """The host page, its agent ready."""
    complaints = Complaints()
    complaints.allow("Applying inline style violates")  # the host's own, which its policy refuses
    complaints.allow("style-src")
    with browser.new_context() as context:
        page = context.new_page()
        complaints.watch(page)
        page.goto(host.url + "/")
        page.evaluate("() => customElements.whenDefined('codeact-agent').then(() => agent.ready)")
        yield page
    complaints.check()


def run(page: Page, task: str, **options: Any) -> dict[str, Any]:
    script = "([task, options]) => agent.run(task, options).catch(({kind, message}) => ({kind, message}))"
    result: dict[str, Any] = page.evaluate(script, [task, options])
    return result


def test_a_task_is_run_and_told(shop: Page, upstream: ScriptedModel) -> None:
    upstream.reset()
    upstream.reply(code("print('hello')"), code("final_answer({'sum': 42})"))
    result = run(shop, "Add")
    assert result["answer"] == {"sum": 42}
    assert (result["status"], result["steps"], result["error"]) == ("answered", 2, None)
    told = shop.evaluate("() => told")
    names = [each["name"] for each in told]
    assert names[0] == "ready"
    assert names[-1] == "answer"
    assert told[0]["detail"]["python"].startswith("3.")
    assert [each["detail"]["chunks"][0]["text"] for each in told if each["name"] == "output"] == ["hello\n"]
    steps = [each["detail"]["type"] for each in told if each["name"] == "step"]
    assert steps.count("step_finished") == 2
    roles = shop.evaluate("() => agent.messages.map(({ role }) => role)")
    assert roles[:4] == ["user", "assistant", "user", "assistant"]
    expect(shop.frame_locator("codeact-agent iframe").locator("ca-answer")).to_contain_text("42")


TOOLS = """() => {
  window.called = [];
  agent.tools = [];
  agent.addTool({
    name: 'price', description: 'Price of a thing in the shop.',
    parameters: { properties: { thing: { type: 'string' } }, required: ['thing'] }, returns: { type: 'number' },
    handler: async ({ thing }, signal, progress) => {
      called.push(thing);
      progress(0.5, 'looking');
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (thing === 'ghost') throw new RangeError('there are no ghosts');
      return { bolt: 0.5, nut: 0.25 }[thing];
    },
  });
  agent.addTool({
    name: 'hang', description: 'Never answers.',
    handler: function () { return new Promise((_, reject) => {
      arguments[1].addEventListener('abort', () => { called.push('aborted'); reject(new Error('x')); });
    }); },
  });
}"""


def test_functions_of_the_host_block_inside_python(shop: Page, upstream: ScriptedModel) -> None:
    upstream.reset()
    shop.evaluate(TOOLS)
    shop.evaluate("() => { told.length = 0; }")
    upstream.reply(
        code(
            "total = price('bolt') + price('nut')\n"
            "try:\n    price('ghost')\nexcept Exception as error:\n    final_answer([total, str(error)])"
        )
    )
    assert run(shop, "What do both cost?")["answer"] == [0.75, "there are no ghosts"]
    assert shop.evaluate("() => called") == ["bolt", "nut", "ghost"]
    tools = [each["detail"] for each in shop.evaluate("() => told") if each["name"] == "tool"]
    assert [(each["name"], each["arguments"], each.get("value")) for each in tools] == [
        ("price", {"thing": "bolt"}, 0.5),
        ("price", {"thing": "nut"}, 0.25),
        ("price", {"thing": "ghost"}, None),
    ]
    assert tools[2]["error"]["message"] == "there are no ghosts"
    assert "def price(thing: str) -> float:" in upstream.requests[0].json["messages"][0]["content"]


def test_stop_ends_the_run_and_tells_the_tool(shop: Page, upstream: ScriptedModel) -> None:
    upstream.reset()
    shop.evaluate(TOOLS)
    upstream.reply(code("hang()"))
    shop.evaluate("() => { window.running = agent.run('Hang'); }")
    expect(shop.frame_locator("codeact-agent iframe").locator("ca-run").last).to_contain_text("hang")
    assert run(shop, "Another")["kind"] == "busy"
    shop.evaluate("() => agent.stop()")
    assert shop.evaluate("() => running.then(({ status }) => status)") == "stopped"
    assert shop.evaluate("() => called") == ["aborted"]
