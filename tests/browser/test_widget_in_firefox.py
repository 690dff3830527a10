"""The widget's core path in a stock Firefox: frame, handshake, run, tool, events, removal."""

from __future__ import annotations

from pathlib import Path

import pytest
from codeact_web.testing import ScriptedModel
from support.firefox import Firefox
from support.replies import code
from support.web_origin import WebOrigin
from support.widget_hosts import PREFIX, allow_any, host_page

pytestmark = pytest.mark.browser

RUN = """async () => {
  await customElements.whenDefined('codeact-agent');
  agent.addTool({
    name: 'price', description: 'Price.', parameters: { properties: { thing: {} } },
    handler: async ({ thing }) => ({ bolt: 0.5 })[thing],
  });
  const { answer, status } = await agent.run('What does a bolt cost?');
  return [status, answer, [...new Set(told.map(({ name }) => name))].sort()];
}"""
APPROVE = """async () => {
  agent.setAttribute('approval', 'always');
  agent.addEventListener('codeact-approval', (event) => {
    event.preventDefault();
    event.detail.edit("final_answer('edited')");
  });
  return (await agent.run('Ask')).answer;
}"""
REMOVE = """async () => {
  const left = agent.run('Spin').catch(({ kind }) => kind);
  agent.remove();
  return [await left, frames.length];
}"""


def test_a_host_page_drives_it(firefox: Firefox, site: Path, upstream: ScriptedModel) -> None:
    with WebOrigin(site, upstream.base_url, PREFIX) as deployment, WebOrigin() as host:
        allow_any(deployment)
        page = firefox.new_page()
        page.goto(host_page(host, deployment, '<codeact-agent id="agent" height="400"></codeact-agent>'))
        upstream.reply(code("print(1)\nfinal_answer(price('bolt') * 2)"), code("final_answer('asked')"))
        assert page.evaluate(RUN) == ["answered", 1.0, ["answer", "output", "ready", "step", "tool"]]
        assert page.evaluate(APPROVE) == "edited"
        assert page.evaluate(REMOVE) == ["removed", 0]
        page.close()
