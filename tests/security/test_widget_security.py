"""The widget between pages that do not trust each other: a host page that wants more than it may have, and a frame
that wants to drive its host. Each attack really runs, in two origins of a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from support.web_origin import WebOrigin
from support.widget_hosts import PREFIX, allow_any, host_page, opened

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def host() -> Iterator[WebOrigin]:
    with WebOrigin() as origin:
        yield origin


def test_a_host_that_was_not_named_gets_nothing(browser: Browser, site: Path, host: WebOrigin) -> None:
    with WebOrigin(site, prefix=PREFIX) as deployment:
        allow_any(deployment, "https://shop.example")
        address = host_page(host, deployment, '<codeact-agent id="agent"></codeact-agent>', "/refused")
        with opened(browser, address) as page:
            page.wait_for_function("() => errors().length > 0")
            assert page.evaluate("errors") == ["origin_refused"]
            assert host.url in page.evaluate("() => told[0].detail.message")
            assert page.evaluate("() => agent.run('circle').catch(({ kind }) => kind)") == "origin_refused"
            shown = page.frame_locator("codeact-agent iframe")
            expect(shown.get_by_role("alert")).to_contain_text("widget_origins")
            expect(shown.get_by_role("textbox")).to_be_hidden()
            assert not [each for each in deployment.requested if "/sandbox/" in each or "/agent/" in each]


# The host page speaks to the frame behind its element's back.
SPY = """async (nonce) => {
  const inner = agent.shadowRoot.querySelector('iframe').contentWindow;
  const { port1, port2 } = new MessageChannel();
  const answers = [];
  port1.onmessage = ({ data }) => answers.push(data);
  const settings = { task: '', model: '', placeholder: '', packages: [], theme: '', lang: '', fit: false,
    autorun: false, readonly: false, options: {}, look: {} };
  inner.postMessage({ type: 'codeact-connect', version: 1, nonce, settings, tools: [] }, '*', [port2]);
  port1.postMessage({ type: 'export', request_id: 1, form: 'json' });
  let document = null;
  try { document = inner.document; } catch (error) { document = error.name; }
  await new Promise((resolve) => setTimeout(resolve, 500));
  return [answers, document];
}"""


def test_a_host_cannot_read_a_conversation_that_it_does_not_hold(
    browser: Browser, site: Path, host: WebOrigin
) -> None:
    with WebOrigin(site, prefix=PREFIX) as deployment:
        allow_any(deployment)
        body = '<codeact-agent id="agent" model="recorded"></codeact-agent>'
        with opened(browser, host_page(host, deployment, body, "/spy")) as page:
            page.evaluate("() => agent.ready")
            page.evaluate("() => agent.run('circle')")
            nonce = page.frames[1].url.partition("#")[2]  # even the right one serves once
            assert page.evaluate(SPY, nonce) == [[], "SecurityError"]
            assert page.frames[1].evaluate("() => 'codeact' in window") is False
            kept = page.frames[1].evaluate("async () => (await indexedDB.databases()).map(({ name }) => name)")
            assert not [name for name in kept if "codeact" in name]  # it is nowhere but in the widget's memory


GUESS = """() => new Promise((resolve) => {
  const frame = document.createElement('iframe');
  frame.src = agent.getAttribute('src') + 'widget.html#guessed';
  frame.onload = () => {
    const inner = frame.contentWindow;
    const { port1, port2 } = new MessageChannel();
    let answered = false;
    port1.onmessage = () => { answered = true; };
    const settings = { task: '', model: '', placeholder: '', packages: [], theme: '', lang: '', fit: false,
      autorun: false, readonly: false, options: {}, look: {} };
    for (const [nonce, more] of [['other', {}], ['guessed', { surplus: 1 }], ['guessed', { tools: 'none' }]]) {
      const message = { type: 'codeact-connect', version: 1, nonce, settings, tools: [], ...more };
      inner.postMessage(message, '*', nonce === 'other' ? [port2] : [new MessageChannel().port2]);
    }
    setTimeout(() => resolve(answered), 700);
  };
  document.body.append(frame);
})"""


def test_a_wrong_nonce_or_shape_connects_nobody(browser: Browser, site: Path, host: WebOrigin) -> None:
    with WebOrigin(site, prefix=PREFIX) as deployment:
        allow_any(deployment)
        body = f'<codeact-agent id="agent" src="{deployment.base}" hidden></codeact-agent>'
        with opened(browser, host_page(host, deployment, body, "/guess")) as page:
            assert page.evaluate(GUESS) is False
            assert not [each for each in deployment.requested if "/sandbox/" in each]


# What the frame sends once it has shaken hands as ours does; `port` is its end of the line.
FRAME = """<!doctype html><script>
parent.postMessage({ type: 'codeact-hello', version: 1, nonce: location.hash.slice(1) }, '*');
addEventListener('message', ({ data, ports: [port] }) => {
  if (data.type !== 'codeact-connect') return;
  port.onmessage = ({ data }) => parent.postMessage({ answered: data }, '*');
  const call = (name, text) => port.postMessage({ type: 'call_tool', call_id: ++calls, name, arguments: text });
  let calls = 0;
  ATTACK
});
</script>"""

UNKNOWN = [
    "call('price_of', '{}')",
    "call('constructor', '{}')",
    "call('__proto__', '{}')",
    "call('toString', '{}')",
    "call('price', '{')",
    "call('price', '[' .repeat(200000))",
]
ENDED = {
    "port.postMessage({ type: 'eval', code: 'x' })": "bad_message",
    "port.postMessage('ready')": "bad_message",
    "port.postMessage(null)": "bad_message",
    "port.postMessage({ type: '__proto__' })": "bad_message",
    "port.postMessage({ type: 'constructor' })": "bad_message",
    "port.postMessage({ type: 'ready', python: '3', models: [], more: 1 })": "bad_message",
    "port.postMessage({ type: 'happened', name: 'ready', detail: {} })": "bad_message",
    "port.postMessage({ type: 'happened', name: 'click', detail: {} })": "bad_message",
    "port.postMessage({ type: 'messages', from: -1, messages: [] })": "bad_message",
    "port.postMessage({ type: 'ask_question', question_id: 1, question: 'Who?', choices: [{}] })": "bad_message",
    "port.postMessage({ type: 'answer_question', question_id: 1, answer: 'mine' })": "bad_message",
    "port.postMessage({ type: 'finished', request_id: 1, result: { status: 1 } })": "bad_message",
    "for (let i = 0; i < 20000; i++) port.postMessage({ type: 'resized', height: i })": "message_flood",
    "for (let i = 0; i < 20000; i++) call('price', '{}')": "message_flood",
    "location.reload()": "frame_lost",
}

HOST = """() => {
  window.held = agent;
  window.called = [];
  window.answers = [];
  addEventListener('message', ({ data }) => data.answered && answers.push(data.answered));
  agent.tools = [{
    name: 'price', description: 'Price.', parameters: { properties: { thing: {} } },
    handler: (args) => {
      called.push(JSON.stringify(args));
      return Object.assign({}, args).polluted ?? 'clean';
    },
  }];
}"""


@pytest.fixture(scope="module")
def attacked(browser: Browser, host: WebOrigin, site: Path) -> Iterator[tuple[Page, WebOrigin]]:
    """A host page whose element shows a frame that attacks it."""
    with WebOrigin(site, prefix=PREFIX) as evil:
        host_page(host, evil, "")
        scripts = f'<script type="module" src="{evil.base}embed.js"></script><script src="/host.js"></script>'
        body = '<codeact-agent id="agent" hidden></codeact-agent>'
        address = host.put("/attacked", f"<!doctype html>{scripts}{body}")  # no policy protects this one
        with opened(browser, address) as page:
            page.evaluate(HOST)
            yield page, evil


def attack(attacked: tuple[Page, WebOrigin], script: str) -> Page:
    page, evil = attacked
    evil.put(PREFIX + "widget.html", FRAME.replace("ATTACK", script), {"content-type": "text/html"})
    page.evaluate("() => { told.length = called.length = answers.length = 0; }")
    page.evaluate("() => { held.remove(); document.body.append(held); void held.load(); }")
    return page


def answers_of(page: Page, count: int = 1) -> list[dict[str, Any]]:
    page.wait_for_function("(count) => answers.length >= count", arg=count)
    found: list[dict[str, Any]] = page.evaluate("() => answers")
    return found


@pytest.mark.parametrize("script", UNKNOWN)
def test_a_frame_calls_only_what_it_was_offered(attacked: tuple[Page, WebOrigin], script: str) -> None:
    page = attack(attacked, script)
    [answer] = answers_of(page)
    assert (answer["type"], answer["call_id"]) == ("tool_result", 1)
    assert answer["error"]["kind"] in ("DeclarationError", "SyntaxError", "RangeError")
    assert page.evaluate("() => called") == []


def test_arguments_bring_no_prototype_along(attacked: tuple[Page, WebOrigin]) -> None:
    evil = """call('price', '{"thing": {"__proto__": {"polluted": "yes"}}, "__proto__": {"polluted": "yes"}}')"""
    page = attack(attacked, evil)
    [answer] = answers_of(page)
    assert answer["value"] == '"clean"'
    assert page.evaluate("() => called") == ['{"thing":{}}']
    assert page.evaluate("() => ({}).polluted === undefined")


@pytest.mark.parametrize("script", ENDED)
def test_a_frame_that_sends_what_it_must_not_is_shut_out(attacked: tuple[Page, WebOrigin], script: str) -> None:
    page = attack(attacked, script)
    page.wait_for_function("() => errors().length > 0")
    assert page.evaluate("errors") == [ENDED[script]]
    assert page.evaluate("() => held.shadowRoot.querySelector('iframe')") is None


def test_an_unknown_result_settles_nothing_and_a_size_that_is_none_changes_nothing(
    attacked: tuple[Page, WebOrigin],
) -> None:
    page = attack(
        attacked,
        """for (const height of [NaN, Infinity, -5]) port.postMessage({ type: 'resized', height });
        port.postMessage({ type: 'done', request_id: 77 });
        port.postMessage({ type: 'tool_result', call_id: 1 });""",
    )
    page.wait_for_function("() => errors().length > 0")
    assert page.evaluate("errors") == ["bad_message"]  # the last: the host asks no tools of its frame


def test_a_frame_asks_and_gets_what_the_page_answers_and_no_more(attacked: tuple[Page, WebOrigin]) -> None:
    """What nobody prevents is left to the person; an answer is given once, as text, to the frame that asked."""
    page, _ = attacked
    page.evaluate(
        """() => addEventListener('codeact-question', (event) => {
          if (event.detail.question !== 'Which page is this?') return;
          event.preventDefault();
          Object.assign(window, { late: event.detail, kept: Object.keys(event.detail) });
          for (const each of [42, 'again']) event.detail.answer(each);
        })"""
    )
    attack(
        attacked,
        """for (const [question_id, question] of ['Which page is this?', 'And its secret?'].entries())
          port.postMessage({ type: 'ask_question', question_id, question, choices: null });""",
    )
    assert answers_of(page, 2) == [
        {"type": "answer_question", "question_id": 0, "answer": "42"},
        {"type": "answer_question", "question_id": 1, "answer": None},
    ]
    assert page.evaluate("() => kept") == ["question", "choices", "answer"]
    attack(attacked, "port.postMessage({ type: 'ask_question', question_id: 9, question: '', choices: null })")
    page.evaluate("() => late.answer('to the frame that is gone')")
    assert answers_of(page) == [{"type": "answer_question", "question_id": 9, "answer": None}]


def test_a_frame_of_another_origin_or_window_is_not_met(attacked: tuple[Page, WebOrigin], host: WebOrigin) -> None:
    """The address of the frame leads elsewhere, and another window knows the nonce."""
    page, evil = attacked
    with WebOrigin() as other:
        other.put("/widget.html", FRAME.replace("ATTACK", "call('price', '{}')"), {"content-type": "text/html"})
        script = f"<!doctype html><script>location.replace('{other.url}/widget.html' + location.hash)</script>"
        evil.put(PREFIX + "widget.html", script, {"content-type": "text/html"})
        page.evaluate("() => { told.length = called.length = answers.length = 0; }")
        page.evaluate("() => { held.remove(); document.body.append(held); void held.load(); }")
        while "/widget.html" not in other.requested:
            page.wait_for_timeout(20)
        page.wait_for_timeout(300)  # what it would do, it would have done by now
        assert page.evaluate("() => [called, answers, told]") == [[], [], []]
    forged = """() => new Promise((resolve) => {
      held.remove(); document.body.append(held); void held.load();
      const nonce = held.shadowRoot.querySelector('iframe').src.split('#')[1];
      const own = document.body.appendChild(document.createElement('iframe'));
      let met = false;
      own.contentWindow.addEventListener('message', () => { met = true; });
      own.contentWindow.parent.postMessage({ type: 'codeact-hello', version: 1, nonce }, '*');
      postMessage({ type: 'codeact-hello', version: 1, nonce }, '*');
      setTimeout(() => { own.remove(); held.remove(); resolve(met); }, 300);
    })"""
    evil.put(PREFIX + "widget.html", "<!doctype html>", {"content-type": "text/html"})
    assert page.evaluate(forged) is False
