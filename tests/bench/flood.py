"""What the page, with its transcript shown, feels of code that prints without end."""

from __future__ import annotations

from pathlib import Path

from codeact_agent.hosts.script.site import find_site
from codeact_server.serve import running_server
from codeact_server.settings import Settings, Upstream
from codeact_web.testing import Reply, ScriptedModel
from page_times import Browser
from support.agent_page import AgentPage

__all__ = ["longest_task_ms"]

FLOOD = """Flooding.
<code>
import time
end = time.time() + 5
while time.time() < end: print('All work and no play makes Jack a dull boy', time.time())
</code>"""
ANSWER = "<code>\nfinal_answer('done')\n</code>"
# The browser reports tasks from 50 ms on; shorter ones show as the longest gap between two ticks of a timer.
WATCH = """() => {
  window.tasks = [0];
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map((each) => each.duration)))
    .observe({ type: 'longtask' });
  let last = performance.now();
  setInterval(() => {
    const now = performance.now();
    tasks.push(Math.min(now - last, 49));
    last = now;
  }, 5);
}"""


def longest_task_ms(browser: Browser) -> float:
    """The longest task of the page's main thread while a step prints for 5 s."""
    site: Path = find_site()
    with ScriptedModel() as upstream:
        upstream.reply(Reply(text=FLOOD), Reply(text=ANSWER))
        settings = Settings(site=site, upstream=Upstream(base_url=upstream.base_url, models=("scripted",)))
        with running_server(settings) as url:
            opened = browser.new_page()
            page = AgentPage(opened).open(url)
            page.ready()
            page.send("Flood the page")
            opened.locator("ca-output").first.wait_for()
            opened.evaluate(WATCH)
            page.answer.last.wait_for(timeout=60_000)
            longest = float(opened.evaluate("() => Math.max(...tasks)"))
            opened.close()
    return longest
