"""What a host page may do too early, twice, in the wrong moment or by a slip, and the widget goes on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from codeact_web.testing import ScriptedModel
from playwright.sync_api import Browser, FrameLocator, Page, expect
from support.replies import code
from support.web_origin import WebOrigin
from support.widget_hosts import LISTEN, PREFIX, begin_anew, deployed, host_page, opened, run

pytestmark = pytest.mark.browser

MODELS = PREFIX + "v1/models"


@pytest.fixture(scope="module")
def deployment(site: Path, upstream: ScriptedModel) -> Iterator[WebOrigin]:
    with deployed(site, upstream) as origin:
        yield origin


@pytest.fixture(scope="module")
def booting(browser: Browser, deployment: WebOrigin) -> Iterator[Page]:
    """The host page; its agent does not hear of its models."""
    with WebOrigin() as host:
        deployment.held[MODELS] = threading.Event()
        body = '<codeact-agent id="agent" height="500"></codeact-agent>'
        with opened(browser, host_page(host, deployment, body)) as page:
            yield page
            deployment.held[MODELS].set()


@pytest.fixture(scope="module")
def shop(booting: Page, deployment: WebOrigin) -> Page:
    deployment.held[MODELS].set()
    booting.evaluate("() => agent.ready")
    return booting


@pytest.fixture
def frame(booting: Page) -> FrameLocator:
    return booting.frame_locator("codeact-agent iframe")


@pytest.fixture
def model(shop: Page, upstream: ScriptedModel) -> ScriptedModel:
    """What the agent asks, in a conversation that is new."""
    return begin_anew(shop, upstream)


START = "(task) => { window.running = agent.run(task).then(({ status }) => status, ({ kind }) => kind); }"


def test_a_run_is_left_or_stopped_before_the_models_are_known(
    booting: Page, frame: FrameLocator, deployment: WebOrigin, upstream: ScriptedModel
) -> None:
    """First, since it is about the start."""
    upstream.reset()
    booting.evaluate(START, "Left")
    expect(frame.locator("ca-run")).to_contain_text("Left")
    booting.evaluate("() => { window.reset = agent.reset(); window.left = running; }")
    booting.evaluate(START, "Stopped")
    expect(frame.locator("ca-run")).to_contain_text("Stopped")
    booting.evaluate("() => { agent.stop(); return agent.exportTrace().catch(() => 'there is none'); }")
    deployment.held[MODELS].set()
    assert booting.evaluate("() => Promise.all([left, running])") == ["stopped", "stopped"]
    booting.evaluate("() => reset")
    assert "Left" not in str(booting.evaluate("() => agent.messages"))
    assert upstream.requests == []


STOPS = """async () => {
  const files = [{ name: 'note.txt', data: 'wet' }];
  const ends = [];
  for (const given of [[], files]) {
    for (const end of ['stop', 'reset']) {
      const run = agent.run('Go', { files: given });
      const ended = agent[end]();
      ends.push(await run.then(({ status }) => status, ({ kind }) => kind));
      await ended;
    }
  }
  return ends;
}"""


def test_what_is_stopped_at_once_is_stopped(shop: Page, model: ScriptedModel) -> None:
    assert shop.evaluate(STOPS) == ["stopped"] * 4
    assert model.requests == []
    assert shop.evaluate("() => agent.messages") == []  # the last was left


RESETS = """async (early) => {
  const file = { name: 'note.txt', data: 'wet' };
  const asked = [agent.reset(), agent.reset(), agent.run('Go', { files: early ? [file] : [] }), agent.reset()];
  if (!early) asked.push(agent.addFile(file.name, file.data));
  const late = new Promise((resolve) => setTimeout(() => resolve('late'), 8000));
  return Promise.race([late, Promise.allSettled(asked).then((ends) => ends.at(-1).status)]);
}"""


@pytest.mark.parametrize("early", [True, False])
def test_a_run_that_is_left_waits_for_no_file(shop: Page, model: ScriptedModel, early: bool) -> None:
    assert shop.evaluate(RESETS, early) == "fulfilled"
    model.reply(code("final_answer('on')"))
    assert run(shop, "Go on")["answer"] == "on"


def test_packages_that_come_during_a_run_leave_its_tools(shop: Page, model: ScriptedModel) -> None:
    tool = "{ name: 'price', description: 'Of a thing.', parameters: {}, handler: () => 0.5 }"
    shop.evaluate(f"() => {{ agent.tools = [{tool}]; }}")
    held = code("print(price())")
    held.hold_at = 1
    model.reply(held, code("final_answer(price())"))
    shop.evaluate("() => { window.running = agent.run('Buy'); }")
    assert model.wait_until(lambda: len(model.requests) == 1)
    shop.evaluate("() => agent.setAttribute('packages', 'bs4')")
    shop.evaluate("() => agent.addFile('a', '1')")  # after the packages
    held.release()
    assert shop.evaluate("() => running.then(({ answer }) => answer)") == 0.5
    values = "() => told.filter(({ name }) => name === 'tool').map(({ detail }) => detail.value)"
    assert shop.evaluate(values) == [0.5, 0.5]


WRONG = """(given) => {
  const tool = { name: 'price', description: 'Of a thing.', parameters: {}, handler: () => 1 };
  const circular = {};
  circular.self = circular;
  const failed = (work) => { try { work(); } catch (error) { return error.kind ?? error.name; } };
  agent.addTool({ ...tool, returns: null });
  return [
    failed(() => agent.addTool({ ...tool, returns: 'number' })),
    failed(() => agent.addTool({ ...tool, returns: circular })),
    failed(() => agent.addTool({ ...tool, rate: 10n })),
    failed(() => { agent.options = { answer_schema: circular }; }),
    failed(() => { agent.options = { max_steps: 10n }; }),
  ];
}"""


def test_what_messages_cannot_carry_is_refused_where_it_is_said(shop: Page, model: ScriptedModel) -> None:
    assert shop.evaluate(WRONG) == ["DeclarationError"] * 3 + ["TypeError"] * 2
    model.reply(code("final_answer(price())"))
    assert run(shop, "Buy")["answer"] == 1
    shop.evaluate("() => { agent.tools = undefined; }")
    assert shop.evaluate("() => agent.tools") == []
    assert [each for each in shop.evaluate("() => told") if each["name"] == "error"] == []


def test_a_slip_in_a_handler_or_a_file_without_a_name_ends_nothing(shop: Page, model: ScriptedModel) -> None:
    slips = """() => agent.addTool({
      name: 'slow', description: 'Takes a while.', parameters: { properties: { at: {} }, required: ['at'] },
      handler: ({ at }, _signal, progress) => { progress(at ?? undefined, 'looking'); return 1; },
    })"""
    shop.evaluate(slips)
    wrong = "for at in ('50%', 50, -1):\n    try: slow(at)\n    except Exception as error: print(error)\n"
    model.reply(code(wrong + "final_answer([slow(None), slow(0.5), open('/data/file').read()])"))
    blob = "() => agent.run('Slow', { files: [new Blob(['wet'])] }).catch((error) => error)"
    assert shop.evaluate(blob)["answer"] == [1, 1, "wet"]
    told = shop.evaluate("() => told")
    errors = [each["detail"].get("error") for each in told if each["name"] == "tool"]
    assert [error and error["kind"] for error in errors] == ["RangeError"] * 3 + [None] * 2
    assert [each for each in told if each["name"] == "error"] == []


def test_two_files_of_one_name_are_two_files(shop: Page, model: ScriptedModel) -> None:
    twice = "() => Promise.all(['1', '2'].map((data) => agent.addFile('d.csv', data).then(({ path }) => path)))"
    paths = shop.evaluate(twice)
    model.reply(code(f"final_answer([open(path).read() for path in {paths}])"))
    assert run(shop, "Read")["answer"] == ["1", "2"]
    assert all(path in model.requests[0].json["messages"][1]["content"] for path in paths)


def test_a_task_of_the_page_is_shown_after_the_former_was_sent(
    shop: Page, frame: FrameLocator, model: ScriptedModel
) -> None:
    box = frame.get_by_role("textbox", name="Task")
    shop.evaluate("() => agent.setAttribute('task', 'One')")
    expect(box).to_have_value("One")
    model.reply(code("final_answer(1)"))
    box.press("Enter")
    shop.wait_for_function("() => told.some(({ name }) => name === 'answer')")
    shop.evaluate("() => agent.setAttribute('task', 'Two')")
    expect(box).to_have_value("Two")
    box.fill("The person's own")
    shop.evaluate("() => agent.setAttribute('task', 'Three')")
    shop.evaluate("() => agent.exportTrace()")  # heard after the task
    expect(box).to_have_value("The person's own")


OLD = "parent.postMessage({ type: 'codeact-hello', version: 0, nonce: location.hash.slice(1) }, '*');"
LEAVE = """() => {
  const run = agent.run('Go', { files: [new Blob(['being read'])] });
  document.body.append(agent);
  return run.then(({ status }) => status, ({ kind }) => kind);
}"""
FAIL_OVER = """(places) => addEventListener('codeact-error', () => agent.setAttribute('src', places.shift()))"""


def test_another_address_mends_what_failed(browser: Browser, site: Path, deployment: WebOrigin) -> None:
    """One that is none, a deployment of another version, one that refuses this page, and one that works."""
    with WebOrigin(site, prefix=PREFIX) as closed, WebOrigin() as host:
        host.put("/old/widget.html", f"<!doctype html><title>Old</title><script>{OLD}</script>")
        host.put("/host.js", LISTEN)
        script = f'<script type="module" src="{deployment.base}embed.js"></script><script src="/host.js"></script>'
        body = '<codeact-agent id="agent" src="http://[" hidden></codeact-agent>'
        with opened(browser, host.put("/", f"<!doctype html>{script}{body}")) as page:
            page.evaluate(FAIL_OVER, [host.url + "/old", closed.base, deployment.base])
            assert page.evaluate("() => agent.load().catch(({ kind }) => kind)") == "no_src"
            page.wait_for_function("() => told.some(({ name }) => name === 'ready')")
            assert page.evaluate("errors") == ["no_src", "wrong_version", "origin_refused"]
            assert page.evaluate("() => agent.ready.then(({ models }) => models.length)") > 0
            assert page.evaluate(LEAVE) == "removed"
