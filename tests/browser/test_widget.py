"""What a page of another origin, with a strict policy of its own, can do with the widget it holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from codeact_web.testing import ScriptedModel
from playwright.sync_api import Browser, FrameLocator, Page, expect
from support.replies import code
from support.web_origin import WebOrigin
from support.widget_hosts import begin_anew, deployed, host_page, opened, run

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def deployment(site: Path, upstream: ScriptedModel) -> Iterator[WebOrigin]:
    """A static host that lets any page embed the widget."""
    with deployed(site, upstream) as origin:
        yield origin


@pytest.fixture(scope="module")
def shop(browser: Browser, deployment: WebOrigin) -> Iterator[Page]:
    """The host page, its agent ready."""
    with WebOrigin() as host:
        body = '<h1>Shop</h1><codeact-agent id="agent" height="500" packages="sympy, no-such"></codeact-agent>'
        with opened(browser, host_page(host, deployment, body)) as page:
            page.evaluate("() => agent.ready")
            yield page


@pytest.fixture
def frame(shop: Page) -> FrameLocator:
    return shop.frame_locator("codeact-agent iframe")


@pytest.fixture
def model(shop: Page, upstream: ScriptedModel) -> ScriptedModel:
    """What the agent asks, in a conversation that is new; what was told before is forgotten."""
    return begin_anew(shop, upstream)


def test_packages_are_there_or_told_to_be_missing(shop: Page, deployment: WebOrigin) -> None:
    """First, since the errors of the start are still to be seen."""
    [error] = shop.evaluate("() => told.filter(({ name }) => name === 'error')")
    assert error["detail"]["kind"] == "unknown_package"
    assert "no package named no-such. There are: " in error["detail"]["message"]
    assert "beautifulsoup4" in error["detail"]["message"]
    shop.evaluate("() => agent.setAttribute('packages', 'bs4')")  # by the name of its module
    fetched = "() => performance.getEntriesByType('resource').some(({ name }) => name.includes('soupsieve'))"
    shop.frames[1].wait_for_function(fetched)


def test_a_task_is_run_and_told(shop: Page, frame: FrameLocator, model: ScriptedModel) -> None:
    model.reply(code("print('hello')"), code("final_answer({'sum': 42})"))
    result = run(shop, "Add")
    assert result["answer"] == {"sum": 42}
    assert (result["status"], result["steps"], result["error"]) == ("answered", 2, None)
    assert result["usage"]["completion_tokens"] > 0
    told = shop.evaluate("() => told")
    assert told[-1]["name"] == "answer"
    assert told[-1]["detail"] == result
    assert [each["detail"]["chunks"][0]["text"] for each in told if each["name"] == "output"] == ["hello\n"]
    steps = [each["detail"]["type"] for each in told if each["name"] == "step"]
    assert steps.count("step_finished") == 2
    messages = shop.evaluate("() => agent.messages")
    assert [each["role"] for each in messages[:4]] == ["user", "assistant", "user", "assistant"]
    shop.evaluate("() => { agent.messages.length = 0; }")  # a copy
    assert shop.evaluate("() => agent.messages.length") == len(messages)
    expect(frame.locator("ca-answer")).to_contain_text("42")
    trace = shop.evaluate("() => agent.exportTrace()")
    assert trace["name"] == "run.json"
    assert '"hello' in trace["text"]
    assert shop.evaluate("() => agent.exportTrace('docx').catch(() => 'refused')") == "refused"
    shop.evaluate("() => agent.ready")


TOOLS = """() => {
  window.called = [];
  const price = async ({ thing }, signal, progress) => {
    called.push(thing);
    progress(0.5, 'looking');
    if (thing === 'ghost') throw new RangeError('there are no ghosts');
    return { bolt: 0.5, nut: 0.25 }[thing];
  };
  Object.assign(price, {
    description: 'Price of a thing in the shop.',
    parameters: { properties: { thing: { type: 'string' } }, required: ['thing'] },
  });
  agent.tools = [price];
  agent.addTool({
    name: 'hang', description: 'Never answers.', parameters: {},
    handler: (_args, signal) => new Promise(() => signal.addEventListener('abort', () => called.push('aborted'))),
  });
}"""


def test_functions_of_the_host_block_inside_python(shop: Page, model: ScriptedModel) -> None:
    shop.evaluate(TOOLS)
    attempt = "try:\n    price('ghost')\nexcept Exception as error:\n    final_answer([total, str(error)])"
    model.reply(code("total = price('bolt') + price('nut')\n" + attempt))
    assert run(shop, "What do both cost?")["answer"] == [0.75, "there are no ghosts"]
    assert shop.evaluate("() => called") == ["bolt", "nut", "ghost"]
    tools = [each["detail"] for each in shop.evaluate("() => told") if each["name"] == "tool"]
    assert [(each["name"], each["arguments"], each.get("value")) for each in tools] == [
        ("price", {"thing": "bolt"}, 0.5),
        ("price", {"thing": "nut"}, 0.25),
        ("price", {"thing": "ghost"}, None),
    ]
    assert tools[2]["error"]["message"] == "there are no ghosts"
    assert "def price(thing: str)" in model.requests[0].json["messages"][0]["content"]
    refused = shop.evaluate("() => { try { agent.addTool({ name: 'x' }) } catch (error) { return error.kind } }")
    assert refused == "DeclarationError"
    assert shop.evaluate("() => agent.tools.map(({ name }) => name)") == ["price", "hang"]


def test_stop_ends_the_run_and_tells_the_tool(shop: Page, frame: FrameLocator, model: ScriptedModel) -> None:
    shop.evaluate(TOOLS)
    model.reply(code("hang()"))
    shop.evaluate("() => { window.running = agent.run('Hang'); }")
    expect(frame.locator("ca-tool-call")).to_be_visible()
    assert run(shop, "Another")["kind"] == "busy"
    shop.evaluate("() => agent.stop()")
    assert shop.evaluate("() => running.then(({ status }) => status)") == "stopped"
    assert shop.evaluate("() => called") == ["aborted"]


def test_files_come_with_the_task(shop: Page, frame: FrameLocator, model: ScriptedModel) -> None:
    added = "() => agent.addFile('rain.csv', new Blob(['mm\\n97'])).then(({ path }) => path)"
    assert shop.evaluate(added) == "/data/rain.csv"
    expect(frame.locator("ca-attachments")).to_contain_text("rain.csv")
    model.reply(code("final_answer([open('/data/' + each).read() for each in ('rain.csv', 'note.txt')])"))
    result = run(shop, "Read", files=[{"name": "note.txt", "data": "wet"}])
    assert result["answer"] == ["mm\n97", "wet"]
    assert "rain.csv" in model.requests[0].json["messages"][1]["content"]
    big = "() => agent.addFile('big', new Uint8Array(2 ** 27)).catch(({ kind, message }) => [kind, message])"
    kind, words = shop.evaluate(big)
    assert kind == "file_refused"
    assert "Too large" in words


def test_reset_begins_anew_and_stops_what_runs(shop: Page, frame: FrameLocator, model: ScriptedModel) -> None:
    model.reply(code("secret = 1\nwhile True: pass"), code("final_answer('secret' in globals())"))
    shop.evaluate("() => { window.running = agent.run('Spin'); }")
    expect(frame.locator("ca-step")).to_contain_text("while")
    shop.evaluate("() => agent.reset()")
    assert shop.evaluate("() => running.then(({ status }) => status)") == "stopped"
    assert shop.evaluate("() => agent.messages") == []
    expect(frame.locator("ca-run")).to_have_count(0)
    assert run(shop, "Recall")["answer"] is False


APPROVE = """(decide) => {
  window.listening?.abort();
  window.listening = new AbortController();
  agent.addEventListener('codeact-approval', (event) => {
    if (decide === 'leave') return;
    event.preventDefault();
    setTimeout(() => event.detail[decide](decide === 'edit' ? "final_answer('edited')" : 'not today'));
  }, { signal: listening.signal });
}"""


def test_the_host_decides_on_approval_or_leaves_it_to_the_person(
    shop: Page, frame: FrameLocator, model: ScriptedModel
) -> None:
    shop.evaluate("() => agent.setAttribute('approval', 'always')")
    shop.evaluate(APPROVE, "edit")
    model.reply(code("final_answer('asked')"))
    assert run(shop, "One")["answer"] == "edited"
    expect(frame.locator("ca-approval")).to_contain_text("The page edited the code. This is what ran:")
    shop.evaluate(APPROVE, "deny")
    model.reply(code("final_answer('asked')"), code("final_answer('again')"))
    shop.evaluate("() => { window.running = agent.run('Two'); }")
    shop.wait_for_function("() => told.filter(({ name }) => name === 'approval').length >= 2")
    shop.evaluate(APPROVE, "leave")
    shop.evaluate("() => { agent.stop(); }")
    shop.evaluate("() => running")
    assert "not today" in str(model.requests[2].json["messages"][-1])
    model.reply(code("final_answer('by the person')"))
    shop.evaluate("() => { window.running = agent.run('Three'); }")
    frame.get_by_role("button", name="Approve").click()
    assert shop.evaluate("() => running.then(({ answer }) => answer)") == "by the person"
    shop.evaluate("() => agent.removeAttribute('approval')")


ANSWER = """(answers) => {
  window.listening?.abort();
  window.listening = new AbortController();
  agent.addEventListener('codeact-question', (event) => {
    if (answers === null) return;
    event.preventDefault();
    window.asked = event.detail;
    for (const each of answers) setTimeout(() => event.detail.answer(each));
  }, { signal: listening.signal });
}"""


def test_the_host_answers_questions_or_leaves_them_to_the_person(
    shop: Page, frame: FrameLocator, model: ScriptedModel
) -> None:
    shop.evaluate(ANSWER, ["sea", "not heard any more"])
    model.reply(code("final_answer(ask_user('Sea or hills?', ['sea', 'hills']) + '; ' + input('Sure? '))"))
    assert run(shop, "Where?")["answer"] == "sea; sea"
    asked = [each["detail"] for each in shop.evaluate("() => told") if each["name"] == "question"]
    assert asked == [
        {"question": "Sea or hills?", "choices": ["sea", "hills"]},
        {"question": "Sure?", "choices": None},
    ]
    expect(frame.locator("ca-question").first).to_contain_text("The page answered: sea")

    shop.evaluate(ANSWER, [])
    model.reply(code("final_answer(ask_user('When?'))"))
    shop.evaluate("() => { window.running = agent.run('When?'); }")
    question = frame.locator("ca-question").last
    expect(question).to_contain_text("Waiting for the page’s answer")
    expect(question.get_by_role("textbox")).to_have_count(0)
    shop.evaluate("() => agent.stop()")
    assert shop.evaluate("() => running.then(({ status }) => status)") == "stopped"
    expect(question).to_contain_text("It was not answered.")

    shop.evaluate(ANSWER, None)
    model.reply(code("final_answer(ask_user('Who?'))"))
    shop.evaluate("() => { asked.answer('too late'); window.running = agent.run('Who?'); }")
    frame.get_by_role("textbox", name="Who?").fill("the person")
    frame.get_by_role("button", name="Answer", exact=True).click()
    assert shop.evaluate("() => running.then(({ answer }) => answer)") == "the person"
    expect(frame.locator("ca-question").last).to_contain_text("You answered: the person")


def test_options_and_attributes_hold_from_the_next_run_on(shop: Page, model: ScriptedModel) -> None:
    shop.evaluate("() => { agent.options = { instructions: 'Speak like a sailor.' }; }")
    shop.evaluate("() => agent.setAttribute('max-steps', '1')")
    model.reply(code("1"), code("final_answer('at last')"))
    result = run(shop, "?")
    assert (result["status"], result["steps"]) == ("forced", 2)
    assert "sailor" in model.requests[0].json["messages"][0]["content"]
    shop.evaluate("() => { agent.options = {}; agent.setAttribute('max-steps', 'many'); }")
    assert "max_steps" in run(shop, "?")["error"]["message"]
    shop.evaluate("() => { agent.removeAttribute('max-steps'); agent.setAttribute('model', 'gpt-0'); }")
    refused = run(shop, "?")
    assert refused["kind"] == "unknown_model"
    assert "There are: scripted, recorded" in refused["message"]
    shop.evaluate("() => agent.setAttribute('model', 'recorded')")
    assert "31.4159" in run(shop, "circle")["text"]
    shop.evaluate("() => agent.removeAttribute('model')")
