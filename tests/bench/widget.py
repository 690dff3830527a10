"""Figures of the widget in a page of another origin and of the same site, which shares its thread."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import brotli
from codeact_agent.hosts.script.browser import arguments, find_browser
from codeact_agent.hosts.script.site import find_site
from playwright.sync_api import Page, sync_playwright
from support.web_origin import WebOrigin
from support.widget_hosts import PREFIX, allow_any

__all__ = ["widget_figures"]

STEPS = 20
HOST = """<!doctype html><title>Host</title><script type="module" src="%sembed.js"></script>
<codeact-agent id="agent" model="recorded" hidden></codeact-agent>
<codeact-agent id="second" model="recorded" hidden></codeact-agent>"""
SEE = "() => { agent.hidden = false; return performance.timeOrigin + performance.now(); }"
# Of the frame's clock: words can be typed as soon as the document is there, and sent once this is defined.
INTERACTIVE = """() =>
  customElements.whenDefined('ca-task-box').then(() => performance.timeOrigin + performance.now())"""
FETCHED = """() => performance.getEntries().filter((each) => 'transferSize' in each)
  .reduce((sum, { transferSize }) => sum + transferSize, 0)"""


def widget_figures() -> dict[str, float]:
    """Bytes and milliseconds:

    - ``embed_brotli_bytes``
    - ``widget_interactive_ms``: from being seen to a task box that reacts, nothing cached
    - ``second_widget_fetched_bytes``: over the network, by a widget beside another
    - ``host_longest_task_ms``: processor time of the longest task in the host page's thread, while a widget boots
      and carries out a recorded run of 20 steps
    """
    embed = (find_site() / "embed.js").read_bytes()
    figures: dict[str, float] = {"embed_brotli_bytes": len(brotli.compress(embed))}
    with _host_page() as page:
        page.evaluate("() => customElements.whenDefined('codeact-agent')")
        seen = page.evaluate(SEE)
        while len(page.frames) < 2:
            page.wait_for_timeout(1)
        figures["widget_interactive_ms"] = page.frames[1].evaluate(INTERACTIVE) - seen
        page.evaluate("() => agent.ready")
        page.evaluate("() => { second.hidden = false; return second.ready; }")
        frames = [frame for frame in page.frames if "widget.html" in frame.url]
        figures["second_widget_fetched_bytes"] = frames[1].evaluate(FETCHED)
    with _host_page() as page:
        figures["host_longest_task_ms"] = max(_longest_task_ms(page, SEE, "() => agent.ready"), _run_ms(page))
    return figures


def _run_ms(page: Page) -> float:
    longest = _longest_task_ms(page, "() => { window.running = agent.run('twenty'); }", "() => running")
    steps = page.evaluate("() => running.then(({ steps }) => steps)")
    if steps != STEPS:
        raise AssertionError(steps)
    return longest


def _longest_task_ms(page: Page, begin: str, end: str) -> float:
    """Processor time: the wall clock's would be that of other programs as well."""
    browser = page.context.browser
    assert browser
    page.evaluate("() => customElements.whenDefined('codeact-agent')")
    browser.start_tracing(page=page, categories=["toplevel", "blink.user_timing"])
    page.evaluate("() => performance.mark('host page')")
    page.evaluate(begin)
    page.evaluate(end)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    [mark, *_] = [each for each in events if each.get("name") == "host page"]
    place = (mark["pid"], mark["tid"])
    mine = [each for each in events if (each["pid"], each["tid"]) == place and "RunTask" in each.get("name", "")]
    return float(max(each["tdur"] for each in mine if "tdur" in each)) / 1000


@contextmanager
def _host_page() -> Iterator[Page]:
    site = find_site()
    with WebOrigin(site, prefix=PREFIX) as deployment, WebOrigin() as host, sync_playwright() as playwright:
        allow_any(deployment)
        _put_recording(deployment, site)
        path = find_browser(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=path, args=arguments())
        page = browser.new_page()
        page.goto(host.put("/", HOST % deployment.base))
        yield page
        browser.close()


def _put_recording(deployment: WebOrigin, site: Path) -> None:
    """A run of 20 steps, with words, output and variables in each."""
    words = "I look at the next part of the data and note what stands out. " * 8
    steps = [f"for i in range(40):\n    print('line', i, {step})\npart_{step} = list(range({step}))\npart_{step}"
             for step in range(STEPS - 1)]  # fmt: skip
    recording = json.loads((site / "recordings" / "circle.json").read_bytes())
    recording |= {"id": "twenty", "title": "Twenty", "task": "twenty", "tools": []}
    recording["steps"] = [
        {"reply": f"{words}\n<code>\n{code}\n</code>", "observation": ""}
        for code in [*steps, "final_answer('done')"]
    ]
    deployment.put(PREFIX + "recordings/twenty.json", json.dumps(recording))
    entry = {key: recording[key] for key in ("id", "title", "task", "tools")}
    deployment.put(PREFIX + "recordings/index.json", json.dumps({"recordings": [entry]}))
