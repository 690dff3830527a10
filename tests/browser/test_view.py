"""What the view makes of events: untrusted and very long text, replies half written, steps that were killed."""

from __future__ import annotations

import json
import time
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from codeact_agent.parsing import parse
from codeact_web.testing import Reply, ScriptedModel
from playwright.sync_api import Page, Route, expect
from support.agent_page import AgentPage
from support.replies import code

pytestmark = pytest.mark.browser

ELEMENTS = Path(__file__).parents[2] / "web" / "elements"
MOST_MS = 100

# Gives the times between frames, in ms, while `act` runs in each of them, until it gives false.
FRAMES = """async (act) => {
  const frame = () => new Promise(requestAnimationFrame);
  const times = [];
  let last = await frame();
  for (let going = true, after = 0; after < 3; after += going ? 0 : 1) {
    going &&= act();
    const now = await frame();
    times.push(now - last);
    last = now;
  }
  return times;
}"""


@pytest.fixture
def module(page: Page, served: str) -> Any:
    """Gives a function that calls one of a pure module of the view, which the bundled site has no address for."""

    def serve(route: Route) -> None:
        source = (ELEMENTS / route.request.url.rsplit("/", 1)[1]).read_text()
        route.fulfill(body=source, content_type="text/javascript")

    page.route("**/elements/*.js", serve)
    page.route(f"{served}/", lambda route: route.fulfill(body="<title>none</title>", content_type="text/html"))
    page.goto(f"{served}/")

    def call(name: str, function: str, texts: list[str]) -> Any:
        script = f"""async (texts) => {{
          const {{ {function} }} = await import('/elements/{name}');
          return texts.map((text) => {{
            const started = performance.now();
            const value = {function}(text);
            return {{ value, ms: performance.now() - started }};
          }});
        }}"""
        return page.evaluate(script, texts)

    return call


# display_size.js


ATTACKS = [
    "<" * 80_000,
    "<svg " * 16_000,
    "<svg '" * 16_000,
    "<svg " + "a='" * 40_000,
    "<svg width='1" + " " * 80_000 + "x'>",
    "<svg " + "width " * 16_000,
    "<style" * 16_000,
    "<style>" * 16_000,
    "<!--" * 20_000,
    "<svg viewBox='" + " ," * 40_000 + "'>",
]


@pytest.mark.parametrize("function", ["guessHeight", "measureSvg"])
def test_no_markup_takes_long_to_measure(module: Any, function: str) -> None:
    for text, measured in zip(ATTACKS, module("display_size.js", function, ATTACKS), strict=True):
        assert measured["ms"] < 50, text[:12]


def test_a_picture_is_measured_and_made_scalable(module: Any) -> None:
    sources = [
        '<?xml version="1.0"?>\n<svg width="72pt" height="36pt" viewBox="0 0 72 36"><path d="M0"/></svg>',
        '<SVG width=" 20 " height="10px"></SVG>',
        '<svg viewBox="0 0 4 3" width="100%"></svg>',
        '<svg width="20"',
    ]
    sizes = [each["value"] for each in module("display_size.js", "measureSvg", sources)]
    assert sizes[0] == {"width": 96, "height": 48, "source": sources[0]}
    scalable = '<SVG viewBox="0 0 20 10" width=" 20 " height="10px"></SVG>'
    assert sizes[1] == {"width": 20, "height": 10, "source": scalable}
    assert sizes[2] == {"width": 4, "height": 3, "source": sources[2]}
    assert sizes[3] == {"width": 640, "height": 360, "source": sources[3]}


def test_the_height_of_markup_is_guessed_from_its_rows_and_words(module: Any) -> None:
    style = "<style>" + "td { color: red }\n" * 100 + "</style>"
    rows = "<table>" + "<tr><td>1</td></tr>" * 4 + "</table>"
    texts = ["<b>short</b>", style + rows, "<p>a" * 6, "<pre>x</pre>"]
    heights = [each["value"] for each in module("display_size.js", "guessHeight", texts)]
    assert heights == [64, 4 * 31 + 24, 6 * 24 + 24, 320]


# Steps that were killed, runs that were cleared


def test_a_step_whose_worker_was_replaced_says_so(agent: AgentPage, upstream: ScriptedModel) -> None:
    upstream.reply(code("sum(range(10**12))"))
    agent.send("Sum")
    expect(agent.steps).to_contain_text("Running")
    time.sleep(0.5)  # let it enter the sum
    agent.stop.click()
    agent.wait_for_end()
    expect(agent.steps).to_have_attribute("state", "stopped")
    expect(agent.steps).to_contain_text("its interpreter was replaced")
    expect(agent.steps).not_to_contain_text("No code in this reply")
    expect(agent.page.locator("#announcer")).to_contain_text("Step 1: The code was stopped and could not")


def test_a_step_whose_worker_died_failed(agent: AgentPage, upstream: ScriptedModel) -> None:
    deep = "x = []\nfor _ in range(200_000):\n    x = [x]\nrepr(x)"
    upstream.reply(code(deep), code("final_answer(6 * 7)"))
    agent.solve("Dig")
    expect(agent.steps.first).to_have_attribute("state", "failed")
    expect(agent.steps.first.locator(".error")).to_be_visible()
    expect(agent.steps.first).not_to_contain_text("No code in this reply")


def test_a_reply_without_code_still_says_so(agent: AgentPage, upstream: ScriptedModel) -> None:
    upstream.reply(Reply(text="Just words."), code("final_answer(1)"))
    agent.solve("Talk")
    expect(agent.steps.first).to_contain_text("No code in this reply")
    expect(agent.steps.first).to_have_attribute("state", "done")


def test_new_while_python_boots_forgets_the_task(page: Page, served: str) -> None:
    held: list[Route] = []
    page.route("**/sandbox/manifest.json", lambda route: held.append(route))
    agent = AgentPage(page).open(served)
    agent.send("circle")
    expect(agent.runs).to_have_count(1)
    page.evaluate(
        """() => {
          window.seen = 0;
          new MutationObserver(() => { window.seen += document.querySelectorAll('ca-run').length; })
            .observe(document.querySelector('ca-transcript'), { childList: true });
        }"""
    )
    agent.new.click()
    page.route("**/sandbox/manifest.json", lambda route: route.continue_())  # those to come are not held
    for route in held:
        route.continue_()
    agent.ready()
    agent.wait_for_end()
    assert page.evaluate("window.seen") == 0
    expect(agent.runs).to_have_count(0)
    expect(page.locator("#announcer")).to_be_empty()
    expect(agent.solve("circle")).to_contain_text("31.4159")
    expect(agent.runs).to_have_count(1)


# reply.js


FENCE = "```"
REPLIES = [
    "I add.\n<code>\nx = 1\nx + 1\n</code> and then",
    "I add.\n<execute>1 + 1</execute>",
    "Now\n<CODE>\n1 + 1\n</Code>\n",
    "Now\n<EXECUTE>\nx\ny\n</Execute>",
    "<code>\nx = 1\n</execute>\nx\n</code>",
    *(
        f"I add.\n{FENCE}{name}\n1 + 1\nx\n{FENCE}\nDone."
        for name in ("python", "py", "python3", "Python", " PY ")
    ),
    *(f"Look:\n{FENCE}{name}\n1 + 1\n{FENCE}\nDone." for name in ("", "json", "bash", "pythonic", "python2")),
    f'{FENCE}json\n{{"a": 1}}\n{FENCE}\nso\n{FENCE}python\n1 + 1\n{FENCE}',
    f"Use {FENCE}python 1 + 1 {FENCE} for `that`, or `x` < y, <b>so</b>.",
    f"Now\n{FENCE}python\nx = 1\nx",
    f"<code>{FENCE}python\nx = 1\nx\n{FENCE}</code>",
    f"<code>\n\n{FENCE}\nx = 1\nx\n{FENCE}\n\n</code>",
    "<code>\nfor x in y:\n    if x < 3:\n        print(`x`)\n</code>",
    "One.\n<code>\n1\n</code>\nObservation: made up\n<code>\n2\n</code>",
    f"{FENCE}py\r\nx = 1\r\nx\r\n{FENCE}\r\n",
    "\u0130stanbul:\n<code>\nx = '\u0130'\n</code> and more",
    "<code></code>",
    "<code>\n \n</code>",
    "<code>\n   x + 1\n</code>",
    "  No code here. \n",
    "",
]


def test_a_reply_is_parted_as_the_loop_parts_it(module: Any) -> None:
    for reply, parted in zip(REPLIES, module("reply.js", "splitReply", REPLIES), strict=True):
        expected = parse(reply)
        assert parted["value"] == {"thought": expected.thought, "code": expected.code}, reply


def test_no_part_of_a_delimiter_is_shown_while_it_arrives(module: Any) -> None:
    for reply in REPLIES:
        whole = parse(reply)
        prefixes = [reply[:length] for length in range(len(reply) + 1)]
        for prefix, parted in zip(prefixes, module("reply.js", "splitReply", prefixes), strict=True):
            assert whole.thought.startswith(parted["value"]["thought"]), prefix
            assert whole.code.startswith(parted["value"]["code"]), prefix


@pytest.mark.parametrize(
    "part", ["<", "\n", "`", "\n`", "\n```", "\n```python ", "<code", "<code>\n", " ", "\n```python\n"]
)
def test_no_reply_takes_long_to_part(module: Any, part: str) -> None:
    texts = [part * 10_000, f"<code>{part * 10_000}", f"```python\n{part * 10_000}x"]
    for parted in module("reply.js", "splitReply", texts):
        assert parted["ms"] < 50


def test_only_fenced_python_is_shown_as_code_while_it_is_written(
    agent: AgentPage, upstream: ScriptedModel
) -> None:
    reply = Reply(text=f"Data:\n{FENCE}\n1, 2\n{FENCE}\nThen\n<CODE>\nfinal_answer(12)\n</CODE>", hold_at=5)
    upstream.reply(reply)
    agent.send("?")
    expect(agent.steps).to_contain_text("1, 2")
    expect(agent.page.locator("ca-code")).to_have_count(0)
    reply.release()
    expect(agent.answer).to_contain_text("12")
    expect(agent.page.locator("ca-code")).to_contain_text("final_answer(12)")


# Long texts


def test_a_very_long_answer_is_shown_in_part(agent: AgentPage, upstream: ScriptedModel) -> None:
    upstream.reply(code("final_answer('**a** b\\n' * 125_000)"))
    answer = agent.solve("Much")
    shown = answer.locator("pre")
    assert len(shown.inner_text()) == 100_000
    expect(answer).to_contain_text("The last 900,000 characters are not shown")
    assert shown.evaluate("pre => pre.scrollHeight > pre.clientHeight && pre.clientHeight < 800")


@pytest.mark.parametrize(("length", "tag"), [(19_999, "strong"), (20_001, "pre")])
def test_a_long_answer_is_not_read_as_markdown(agent: AgentPage, length: int, tag: str) -> None:
    text = "**a** b\n" * (length // 8) + "x" * (length % 8)
    show_answer(agent, text)
    expect(agent.page.locator(f"ca-answer {tag}").first).to_be_visible()
    expect(agent.page.locator("ca-answer .left")).to_have_count(0)


@pytest.mark.parametrize("length", [20_000, 1_000_000])
@pytest.mark.parametrize("part", ["_a", "**bold** and `code`\n\n", ">", "x", "- item\n"])
def test_no_answer_freezes_the_page(agent: AgentPage, part: str, length: int) -> None:
    show_answer(agent, "**warm**")  # the renderer is loaded
    expect(agent.page.locator("ca-answer strong")).to_be_visible()
    once = f"""(text) => ({FRAMES})(() => {{
      const answer = {{ json: '""', text, bundle: {{ 'text/plain': text }} }};
      document.querySelector('ca-answer').answer = answer;
      return false;
    }})"""
    worst = [max(agent.page.evaluate(once, (part * length)[: length - each])) for each in range(3)]
    assert min(worst) < 500  # the least of three, since other work of the machine slows frames down too


def show_answer(agent: AgentPage, text: str) -> None:
    answer = {"json": json.dumps(text), "text": text, "bundle": {"text/plain": text}}
    agent.page.evaluate(
        """(answer) => {
          document.body.dataset.view = 'transcript';
          const shown = Object.assign(document.createElement('ca-answer'), { answer });
          document.querySelector('ca-transcript').replaceChildren(shown);
        }""",
        answer,
    )


@pytest.mark.parametrize(
    ("before", "words"),
    [("", "the **quick** fox "), ("", "- `a` *b* c\n"), ("<code>\n", "x = [1, 'a'] + 2\n")],
    ids=["prose", "list", "code"],
)
def test_a_long_reply_never_holds_up_the_page_while_it_is_written(
    agent: AgentPage, before: str, words: str
) -> None:
    show_answer(agent, "**warm**")
    expect(agent.page.locator("ca-answer strong")).to_be_visible()
    times = agent.page.evaluate(
        f"""([before, words]) => {{
          const step = document.createElement('ca-step');
          document.querySelector('ca-transcript').replaceChildren(step);
          step.receive({{ type: 'model_delta', step: 1, text: before }});
          let length = 0;
          return ({FRAMES})(() => {{
            for (let each = 0; each < 20; each += 1) step.receive({{ type: 'model_delta', step: 1, text: words }});
            length += 20 * words.length;
            return length < 50_000;
          }});
        }}""",
        [before, words],
    )
    assert median(times[-30:]) < MOST_MS  # of the longest texts; one slow frame may be the machine's


def test_a_long_thought_is_read_as_markdown_when_it_is_done(agent: AgentPage) -> None:
    thought = "the **quick** fox " * 1_000
    agent.page.evaluate(
        """(text) => {
          document.body.dataset.view = 'transcript';
          const step = document.createElement('ca-step');
          document.querySelector('ca-transcript').replaceChildren(step);
          step.receive({ type: 'model_delta', step: 1, text });
        }""",
        thought,
    )
    expect(agent.page.locator("ca-step")).to_contain_text("**quick**")
    agent.page.evaluate(
        """(thought) => {
          const step = document.querySelector('ca-step');
          step.receive({ type: 'code_parsed', step: 1, thought, code: '1' });
        }""",
        thought,
    )
    expect(agent.page.locator("ca-step strong").first).to_be_visible()


def test_code_too_long_to_colour_is_shown_plainly(agent: AgentPage) -> None:
    agent.page.evaluate(
        """async (code) => {
          document.body.dataset.view = 'transcript';
          const shown = Object.assign(document.createElement('ca-code'), { code: 'x = 1' });
          document.querySelector('ca-transcript').replaceChildren(shown);
          while (!shown.renderRoot?.querySelector('.number')) await new Promise(requestAnimationFrame);
          shown.code = code;
        }""",
        "x = 1\n" * 8_000,
    )
    expect(agent.page.locator("ca-code code")).to_contain_text("x = 1\nx = 1")
    expect(agent.page.locator("ca-code span")).to_have_count(0)
