"""Python on somebody's own page, by PyScript, with the agent of another origin: one page in both interpreters.

The page is served by Python's own http.server, with PyScript and the interpreters from npm beside it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from codeact_web.testing import Deployment, Reply, ScriptedModel
from playwright.sync_api import Browser, Page, expect
from support.complaints import Complaints
from support.replies import code

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
NPM = {
    "pyscript": "@pyscript/core/dist",
    "micropython": "@micropython/micropython-webassembly-pyscript",
    "pyodide": "pyodide",
}
INTERPRETERS = {"mpy": "./micropython/micropython.mjs", "py": "./pyodide/pyodide.mjs"}

# What docs/pyscript.md says a page needs; PyScript itself calls Function.
POLICY = (
    "default-src 'none'; script-src 'self' {url} 'unsafe-eval'; connect-src 'self' {url}; "
    "style-src 'self' 'unsafe-inline'; frame-src {url}; img-src 'self'; worker-src blob:"
)
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Warehouse</title>
<meta http-equiv="Content-Security-Policy" content="{policy}">
<link rel="icon" href="icon.png">
<script type="module" src="{url}/embed.js"></script>
<script type="module" src="pyscript/core.js"></script>
<h1>Warehouse</h1>
<codeact-agent id="agent" model="scripted" height="500"></codeact-agent>
<script type="{type}" config="{type}.json">
import asyncio
import json

import js
from codeact_agent.page import Agent, RunError, agent, tool
from pyscript.ffi import create_proxy

STOCK = {{"bolt": 1200, "nut": 800}}


@tool
def stock(item: str, least: int = 0) -> int:
    '''How many pieces of an item are in the warehouse.'''
    told.append(["tool", item])
    if item not in STOCK:
        raise KeyError(f"there are no {{item}}s")
    return max(STOCK[item], least)


seen = agent("#agent")
seen.tool(stock)
told = []
seen.on("answer", lambda result: told.append(["answer", result.answer]))
seen.on("question", lambda asked: asked.answer(asked.question + " " + (asked.choices or ["yes"])[-1]))


@seen.tool
async def wait(seconds: float, progress) -> str:
    '''Waits so many seconds.'''
    told.append(["called"])
    progress(0.5, "waiting")
    try:
        if seconds:
            await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        told.append("cancelled")
        raise
    return "waited"


def plain(result):
    names = ("answer", "text", "status", "error", "steps", "duration_ms", "cost")
    return {{name: getattr(result, name) for name in names}}


def offer(function):
    async def offered(*given):
        return json.dumps(await function(*given))
    setattr(js.window, function.__name__, create_proxy(offered))


async def run(task):
    return plain(await seen.run(task, files={{"a.bin": bytes([0, 255]), "b.txt": "é"}}))


async def refused():
    try:
        await seen.run("  ")
    except RunError as error:
        return [error.kind, str(error)]


async def rest():
    path = await seen.add_file("late.txt", "late")
    trace = await seen.export_trace("md")
    said = seen.messages
    await seen.reset()
    return [path, trace["mime"], said[0]["role"], len(said), seen.messages]


async def stopped():
    told.clear()
    running = asyncio.create_task(seen.run("Wait"))
    while ["called"] not in told:
        await asyncio.sleep(0.02)
    seen.stop()
    return plain(await running)


async def hear():
    return told

for each in (run, refused, rest, stopped, hear):
    offer(each)
</script>
<script type="{type}" src="more.py" config="{type}.json"></script>
</html>"""
MORE = """
from codeact_agent.errors import DeclarationError
from codeact_agent.page import Agent


def price(item: str) -> dict[str, float]:
    '''What one piece costs, in two currencies.'''
    return {"eur": 0.5, "usd": 0.6}


@tool(description="Adds.", parameters={"properties": {"a": {"type": "number"}}, "required": ["a"]})
def plus_one(a):
    return a + 1


async def alone():
    agent = Agent(tools=[price, plus_one], model="scripted", max_steps=3, approval="always")
    asked = []

    def decide(approval):
        asked.append(approval.card["kind"])
        if len(asked) > 1:
            approval.approve()
        else:
            approval.deny("not yet")

    agent.on("approval", decide)
    return [plain(await agent.run("What does a bolt cost?")), asked]


async def nobody():
    return plain(await Agent(model="scripted", approval="always").run("Ask"))


async def wrong():
    found = []
    for make in (
        lambda: tool(lambda a: a),
        lambda: tool(price, colour="red"),
        lambda: tool(price, rate="often"),
        lambda: Agent(max_steps=0),
        lambda: Agent(instructions=b'x'),
        lambda: seen.on("click", print),
        lambda: seen.tool(no_hints),
    ):
        try:
            make()
        except DeclarationError as error:
            found.append(str(error))
    return found


def no_hints(item):
    '''A docstring alone.'''


for each in (alone, nobody, wrong):
    offer(each)
import js
js.window.pythonReady = True
"""


WRONG = [
    "@tool makes functions tools that have a name",
    "@tool knows description",
    "a rate is such as '10/minute' (second",
    "max_steps must be a whole number of 1 or more",
    "an option cannot be sent to the widget: a value of type bytes",
    "there is no event named 'click'",
    "the tool 'no_hints': parameter 'item' needs a type hint",
]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, codeact_site: Deployment) -> Iterator[str]:
    """The author's own folder, and its address."""
    path = tmp_path_factory.mktemp("page")
    for name, package in NPM.items():
        (path / name).symlink_to(ROOT / "node_modules" / package)
    (path / "more.py").write_text(MORE)
    (path / "icon.png").write_bytes(b"")
    policy = POLICY.format(url=codeact_site.url)
    for kind, interpreter in INTERPRETERS.items():
        files = {f"{codeact_site.url}/agent/page.zip": "./*"}
        (path / f"{kind}.json").write_text(json.dumps({"interpreter": interpreter, "files": files}))
        (path / f"{kind}.html").write_text(PAGE.format(policy=policy, url=codeact_site.url, type=kind))
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(path))) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module", params=INTERPRETERS)
def author(request: pytest.FixtureRequest, browser: Browser, folder: str) -> Iterator[Page]:
    """The author's page, its Python started."""
    complaints = Complaints()
    with browser.new_context() as context:
        page = context.new_page()
        complaints.watch(page)
        page.goto(f"{folder}/{request.param}.html")
        page.wait_for_function("() => window.pythonReady", timeout=30_000)
        yield page
    complaints.check()


CALL = """([name, given]) => Promise.race([
  window[name](...given),
  new Promise((_, reject) => setTimeout(() => reject(new Error(`${name}() did not end`)), 60_000)),
])"""


def call(page: Page, name: str, *given: str) -> Any:
    """What a function of the page's Python gives."""
    return json.loads(page.evaluate(CALL, [name, list(given)]))


def test_the_models_code_calls_functions_of_the_page(author: Page, codeact_model: ScriptedModel) -> None:
    codeact_model.reply(
        code(
            # Often enough for MicroPython to collect its garbage in the middle of a call.
            "found = [stock('bolt'), stock('nut', least=900), [wait(0) for _ in range(40)]]\n"
            "try:\n    stock('cog')\nexcept Exception as error:\n    found.append([0, str(error)])\n"
            "found.append([open('/data/a.bin', 'rb').read()[1], open('/data/b.txt').read()])\n"
            "found.append([ask_user('Sure?'), ask_user('Which?', ['left', 'right'])])\n"
            "final_answer(found)"
        )
    )
    result = call(author, "run", "Count")
    assert result["status"] == "answered", codeact_model.requests[-1].messages[-1]
    assert result["answer"][:3] == [1200, 900, ["waited"] * 40]
    assert "there are no cogs" in result["answer"][3][1]
    assert result["answer"][4] == [255, "é"]
    assert result["answer"][5] == ["Sure? yes", "Which? right"]
    assert (result["steps"], result["error"]) == (1, None)
    prompt = codeact_model.requests[-1].messages[0]["content"]
    assert "def stock(item: str, least: int = 0) -> int:" in prompt
    assert "How many pieces of an item are in the warehouse." in prompt
    assert "def wait(seconds: float) -> str:" in prompt
    assert ["answer", result["answer"]] in call(author, "hear")
    expect(author.frame_locator("#agent iframe").locator("ca-answer")).to_contain_text("1200")


def test_an_agent_alone_asks_its_page(author: Page, codeact_model: ScriptedModel) -> None:
    asks = code("final_answer([price('bolt')['eur'], plus_one(1)])")
    codeact_model.reply(asks, asks)
    result, asked = call(author, "alone")
    assert result["answer"] == [0.5, 2], result
    assert asked == ["code", "code"]
    assert "not yet" in codeact_model.requests[-1].messages[-1]["content"]
    prompt = codeact_model.requests[-1].messages[0]["content"]
    assert "def price(item: str) -> dict[str, float]:" in prompt
    assert "def plus_one(a: float)" in prompt


def test_an_agent_alone_waits_for_nobody(author: Page, codeact_model: ScriptedModel) -> None:
    codeact_model.reply(code("1 + 1"), "<code>final_answer(2)</code>", *["<code>3</code>"] * 20)
    result = call(author, "nobody")
    assert result["status"] != "answered"
    assert "nobody is there to be asked" in codeact_model.requests[1].messages[-1]["content"]


def test_what_is_declared_wrongly_is_said(author: Page) -> None:
    assert [words.split(";")[0].split(",")[0] for words in call(author, "wrong")] == WRONG


def test_stop_cancels_the_tool(author: Page, codeact_model: ScriptedModel) -> None:
    codeact_model.reply(code("wait(60)"))
    assert call(author, "stopped")["status"] == "stopped"
    author.wait_for_function("async () => JSON.parse(await hear()).includes('cancelled')")
    assert call(author, "refused") == ["no_task", "Say in words what is to be done."]


def test_the_conversation_is_at_hand(author: Page, codeact_model: ScriptedModel) -> None:
    codeact_model.reply(Reply(text="<code>final_answer(1)</code>"))
    call(author, "run", "One")
    path, mime, role, count, after = call(author, "rest")
    assert (path, mime, role, after) == ("/data/late.txt", "text/markdown", "user", [])
    assert count > 1
