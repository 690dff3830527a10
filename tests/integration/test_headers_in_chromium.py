"""What the headers buy in a real Chromium: frames that load and are isolated, and cannot leave."""

import base64
import hashlib
import json

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

PAGE = """
self.told = [];
addEventListener('message', (event) => told.push(event.data));
for (const name of ['frame', 'display']) {
  const frame = document.createElement('iframe');
  Object.assign(frame, { id: name, sandbox: 'allow-scripts', allow: 'cross-origin-isolated' });
  frame.src = `/sandbox/${name}.html`;
  document.body.append(frame);
}
new Function('document.title = "evaluated"')();
"""
FRAME = """
addEventListener('message', (event) => { location = event.data; });
parent.postMessage([self.origin, self.crossOriginIsolated, typeof SharedArrayBuffer], '*');
"""


@pytest.fixture
def page(browser: Browser, start, site):
    """The page above with its two frames, over which a frame can be told where to go."""
    digest = base64.b64encode(hashlib.sha256(FRAME.encode()).digest()).decode()
    policy = f"default-src 'none'; script-src 'sha256-{digest}'; connect-src 'none'"
    (site / "index.html").write_text(
        '<!doctype html><link rel="icon" href="data:,"><script type="module" src="page.js"></script>'
    )
    (site / "page.js").write_text(PAGE)
    for name in ("frame.html", "display.html"):
        (site / "sandbox" / name).write_text(f"<!doctype html><script>{FRAME}</script>")
    policies = {"frame.html": policy, "display.html": policy}
    (site / "sandbox/manifest.json").write_text(json.dumps({"csp": policies}))
    client = start()
    page = browser.new_page()
    page.logged = []
    page.on("console", lambda message: page.logged.append(message.text))
    page.goto(str(client.base_url))
    page.wait_for_function("self.told?.length === 2")
    yield page
    page.close()


def test_page_and_frames_are_isolated_and_nothing_complains(page: Page):
    expect(page).to_have_title("evaluated")
    assert page.evaluate("crossOriginIsolated")
    assert page.evaluate("told") == [["null", True, "function"]] * 2
    assert page.logged == []


@pytest.mark.parametrize("name", ["frame", "display"])
def test_a_frame_cannot_navigate_anywhere(page: Page, upstream, name):
    for target in (upstream.base_url + "/models", "/v1/models"):
        tell = "([name, target]) => document.getElementById(name).contentWindow.postMessage(target, '*')"
        with page.expect_console_message(lambda message: "frame-src" in message.text):
            page.evaluate(tell, [name, target])
        page.evaluate("(name) => { document.getElementById(name).src += ''; told.length = 0; }", name)
        page.wait_for_function("told.length === 1")
    assert upstream.requests + upstream.listings == []


def test_the_page_cannot_frame_anything_else(page: Page, upstream):
    add = "(src) => document.body.append(Object.assign(document.createElement('iframe'), { src }))"
    with page.expect_console_message(lambda message: "frame-src" in message.text):
        page.evaluate(add, upstream.base_url + "/models")
    assert upstream.requests + upstream.listings == []
