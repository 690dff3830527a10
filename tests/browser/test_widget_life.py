"""Widgets come and go: booted when seen, several at a time, removed, moved, left and come back to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from codeact_agent.hosts.script.browser import arguments, find_browser
from playwright.sync_api import Browser, Playwright, expect
from support.complaints import Complaints
from support.plain_host import PlainHost, linked_site
from support.web_origin import WebOrigin
from support.widget_hosts import PREFIX, deployed, host_page, opened, run

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def deployment(site: Path) -> Iterator[WebOrigin]:
    with deployed(site) as origin:
        yield origin


@pytest.fixture(scope="module")
def host() -> Iterator[WebOrigin]:
    with WebOrigin() as origin:
        yield origin


def test_nothing_is_done_before_it_comes_near(browser: Browser, host: WebOrigin, deployment: WebOrigin) -> None:
    host.put("/far.css", "div { block-size: 5000px }")
    style = '<link rel="stylesheet" href="/far.css"><div></div>'
    body = f'{style}<codeact-agent id="agent" task="circle"></codeact-agent>'
    policy = {"content-security-policy": f"style-src 'self'; frame-src {deployment.url}"}
    script = f'<script type="module" src="{deployment.base}embed.js"></script>'
    address = host.put("/far", f"<!doctype html>{script}{body}", policy)
    deployment.requested.clear()
    with opened(browser, address) as page:
        expect(page.locator("codeact-agent")).to_be_attached()
        assert page.evaluate("() => agent.shadowRoot.querySelector('iframe')") is None
        assert deployment.requested == [PREFIX + "embed.js"]
        page.evaluate("() => agent.scrollIntoView()")
        task = page.frame_locator("codeact-agent iframe").get_by_role("textbox", name="Task")
        expect(task).to_have_value("circle")  # given, and not run
        page.evaluate("() => agent.ready")
        assert page.evaluate("() => agent.messages") == []


def test_several_live_side_by_side_and_leave_nothing_behind(
    browser: Browser, host: WebOrigin, deployment: WebOrigin
) -> None:
    body = (
        '<codeact-agent id="one" model="recorded" height="300"></codeact-agent>'
        '<codeact-agent id="two" model="recorded" readonly task="circle" autorun hidden></codeact-agent>'
    )
    deployment.delays[PREFIX + "site.json"] = 0.5
    with opened(browser, host_page(host, deployment, body, "/several")) as page:
        early = "() => one.run('circle').then(({ status }) => status)"  # asked before the frame can hear it
        assert page.evaluate(early) == "answered"
        page.evaluate("() => one.reset()")
        deployment.delays.clear()
        page.evaluate("() => Object.assign(window, { one, two })")  # once removed, their ids name nothing
        page.evaluate("() => Promise.all([one.ready, two.load()])")
        page.wait_for_function("() => told.some(({ name, from }) => name === 'answer' && from === 'two')")
        assert page.evaluate("() => one.messages") == []  # each has a conversation of its own
        assert "31.4159" in run(page, "circle", "one")["text"]
        assert len(page.frames) == 5  # a widget has a sandbox in it
        pending = "() => { window.left = one.run('slow_then_fast').catch(({ kind }) => kind); one.remove(); }"
        page.evaluate(pending)
        assert page.evaluate("() => left") == "removed"
        page.evaluate("() => two.remove()")
        assert len(page.frames) == 1
        for _ in range(3):
            page.evaluate("() => document.body.append(one)")
            page.evaluate("() => one.ready")
            assert len(page.frames) == 3
            page.evaluate("() => one.remove()")
        assert len(page.frames) == 1
        assert page.evaluate("() => one.load().catch(({ kind }) => kind)") == "removed"
        assert page.evaluate("() => one.run('circle').catch(({ kind }) => kind)") == "removed"


THREE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Host</title>
<link rel="icon" href="data:,"><script type="module" src="site/embed.js"></script>
<codeact-agent id="one" model="recorded"></codeact-agent>
<codeact-agent id="two" model="recorded"></codeact-agent>"""
LATER = """async () => {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const three = Object.assign(document.createElement('codeact-agent'), { id: 'three' });
  document.body.append(three);
  return Promise.all([one.load(), two.load(), three.load()]).then((ready) => ready.length);
}"""


def test_widgets_share_what_they_fetch_where_no_header_says_so(
    browser: Browser, site: Path, tmp_path: Path
) -> None:
    """Two at the same time, and one that is added a second later, on Python's own http.server."""
    linked_site(site, tmp_path / "site")
    (tmp_path / "index.html").write_text(THREE)
    with PlainHost(tmp_path) as host, opened(browser, host.url + "/") as page:
        assert page.evaluate(LATER) == 3
        once = dict(host.sent)
        assert sum(once.values()) > 20_000_000  # not compressed: what would be fetched again
        again = sum(size for _, size in host.sent) - sum(once.values())
        assert again <= 1_000_000, sorted(
            {path for path, _ in host.sent if host.sent.count((path, once[path])) > 1}
        )


def test_a_move_keeps_the_frame_only_where_the_browser_can(
    browser: Browser, host: WebOrigin, deployment: WebOrigin
) -> None:
    body = '<main id="main"></main><codeact-agent id="agent" model="recorded"></codeact-agent>'
    with opened(browser, host_page(host, deployment, body, "/move")) as page:
        page.evaluate("() => agent.ready")
        run(page, "circle")
        page.evaluate("() => main.moveBefore(agent, null)")
        assert page.evaluate("() => agent.messages.length") > 0
        assert "31.4159" in run(page, "circle")["text"]
        page.evaluate("() => document.body.append(agent)")
        assert page.evaluate("() => agent.messages") == []
        page.evaluate("() => agent.ready")
        assert "31.4159" in run(page, "circle")["text"]
        inner = page.frames[1]
        inner.evaluate("() => location.reload()")  # as the person may, in the frame
        page.wait_for_function("() => told.filter(({ name }) => name === 'ready').length === 3")
        assert page.evaluate("errors") == ["frame_lost"]
        assert "31.4159" in run(page, "circle")["text"]


def test_a_page_that_is_left_and_come_back_to_goes_on(
    playwright: Playwright, host: WebOrigin, deployment: WebOrigin
) -> None:
    """From the browser's back/forward cache, which Playwright turns off."""
    path = find_browser(playwright.chromium.executable_path)
    unwanted = ["--disable-back-forward-cache"]
    browser = playwright.chromium.launch(executable_path=path, args=arguments(), ignore_default_args=unwanted)
    body = '<codeact-agent id="agent" model="recorded"></codeact-agent>'
    host.put("/back.js", "addEventListener('pageshow', ({ persisted }) => { window.persisted = persisted; });")
    address = host_page(host, deployment, f'<script src="/back.js"></script>{body}', "/back")
    complaints = Complaints()
    page = browser.new_page()
    complaints.watch(page)
    page.goto(address)
    page.evaluate("() => customElements.whenDefined('codeact-agent').then(() => agent.ready)")
    run(page, "circle")
    page.evaluate("() => { window.mark = 'kept'; }")
    page.goto(host.put("/elsewhere", "<!doctype html><title>Elsewhere</title>"))
    page.go_back(wait_until="commit")
    page.wait_for_function("() => 'persisted' in window")
    reasons = page.evaluate(
        "() => JSON.stringify(performance.getEntriesByType('navigation')[0].notRestoredReasons)"
    )
    print(page.evaluate("() => [persisted, window.mark]"), reasons)
    assert page.evaluate("() => [persisted, mark]") == [True, "kept"], reasons
    assert page.evaluate("() => agent.messages.length") > 0
    assert "31.4159" in run(page, "circle")["text"]
    complaints.check()
    browser.close()
