"""JavaScript functions of the embedding page, called by the model's code in the real sandbox."""

from __future__ import annotations

import pytest
from codeact_web.testing import Reply, ScriptedModel
from playwright.sync_api import Page, expect
from support.agent_page import AgentPage

pytestmark = pytest.mark.browser

TOOLS = """() => {
  window.called = [];
  codeact.tools.add({
    name: 'price',
    description: 'Price of a thing in the shop.',
    parameters: {
      properties: { thing: { type: 'string' }, count: { type: 'integer', default: 1 } },
      required: ['thing'],
    },
    returns: { type: 'number' },
    handler: async ({ thing, count = 1 }) => {
      called.push(thing);
      if (thing === 'ghost') throw new RangeError('there are no ghosts');
      return { bolt: 0.5, nut: 0.25 }[thing] * count;
    },
  });
  codeact.tools.add({
    name: 'hang', description: 'Never answers.', parameters: {}, handler: () => new Promise(() => {}),
  });
}"""


def test_they_block_like_functions_and_their_errors_can_be_caught(
    own_agent: AgentPage, page: Page, upstream: ScriptedModel
) -> None:
    page.evaluate(TOOLS)
    code = """
total = sum(price(thing, count=10) for thing in ('bolt', 'nut'))
problems = []
for attempt in (lambda: price('ghost'), lambda: price('bolt', count='many')):
    try:
        attempt()
    except Exception as error:
        problems.append(str(error))
final_answer([total, *problems])
"""
    upstream.reply(Reply(text=f"<code>{code}</code>"))
    answer = own_agent.solve("What do ten of each cost?")
    expect(answer).to_contain_text("7.5")
    expect(answer).to_contain_text("there are no ghosts")
    expect(answer).to_contain_text("count should be int, but is 'many' (str)")
    assert page.evaluate("() => called") == ["bolt", "nut", "ghost"]
    prompt = upstream.requests[0].json["messages"][0]["content"]
    assert "def price(thing: str, count: int = 1) -> float:" in prompt


def test_stop_ends_one_that_hangs_and_keeps_variables(
    own_agent: AgentPage, page: Page, upstream: ScriptedModel
) -> None:
    page.evaluate(TOOLS)
    upstream.reply(Reply(text="<code>\nkept = 7\nhang()\n</code>"), Reply(text="<code>final_answer(kept)</code>"))
    own_agent.send("Hang")
    page.get_by_text("hang()").first.wait_for()
    page.get_by_role("button", name="Stop").click()
    own_agent.wait_for_end()
    expect(own_agent.solve("And now?")).to_contain_text("7")
