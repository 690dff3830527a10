"""Sessions and tokens as a browser keeps to them: our page is let in without a word, another site's is not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from codeact_server.access_settings import Access, SessionCookie
from codeact_server.observe.metrics import exposition
from codeact_server.quota_settings import QuotaSettings
from codeact_server.serve import running_server
from codeact_server.settings import Settings, Upstream
from codeact_web.testing import Reply, ScriptedModel
from playwright.sync_api import Browser, Page, expect
from support.agent_page import AgentPage
from support.complaints import Complaints
from support.web_origin import WebOrigin
from support.widget_hosts import host_page, run

pytestmark = pytest.mark.browser
TOKEN = "t-0123456789abcdef0123456789abcdef"
REFUSED = "status of 40"  # the browser's own line for an answer 401 or 403
ANSWER = '```python\nfinal_answer("let in")\n```'

# All that a page can have the browser send to another origin, cookies included.
FORGE = """async (url) => {
  const body = JSON.stringify({ model: 'scripted', messages: [{ role: 'user', content: 'hi' }] });
  const told = [];
  for (const init of [
    { method: 'POST', mode: 'no-cors', headers: { 'content-type': 'text/plain' } },
    { method: 'POST', mode: 'cors', headers: { 'content-type': 'application/json' } },
    { method: 'POST', mode: 'cors', headers: { 'content-type': 'text/plain' } },
  ]) {
    const all = { body, credentials: 'include', ...init };
    told.push(await fetch(url, all).then(({ type, status }) => `${type} ${status}`, () => 'blocked'));
  }
  navigator.sendBeacon(url, new Blob([body], { type: 'text/plain' }));
  const form = document.createElement('form');
  Object.assign(form, { method: 'POST', action: url, enctype: 'text/plain' });
  const frame = Object.assign(document.createElement('iframe'), { name: 'answer' });
  form.append(Object.assign(document.createElement('input'), { name: '{"model":"scripted","a":"', value: '"}' }));
  form.target = 'answer';
  document.body.append(form, frame);
  const sent = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
  form.submit();
  await sent;
  return told;
}"""


@pytest.fixture(scope="module")
def site_with_model(site: Path, upstream: ScriptedModel) -> Settings:
    to = Upstream(base_url=upstream.base_url, api_key="sk-test-0123456789abcdef", models=("scripted",))
    return Settings(site=site, upstream=to)


@contextmanager
def serving(settings: Settings, **changed) -> Iterator[str]:
    """Its address by name, which is another site than 127.0.0.1, where the hosts are."""
    with running_server(settings.model_copy(update=changed)) as url:
        yield url.replace("127.0.0.1", "localhost")


def refusals() -> float:
    told = re.search(r'^relay_refusals_total{code="foreign_origin"} (.+)$', exposition().decode(), re.M)
    return float(told[1]) if told else 0


@contextmanager
def watched(browser: Browser, *allowed: str) -> Iterator[Page]:
    complaints = Complaints()
    for part in allowed:
        complaints.allow(part)
    with browser.new_context() as context:
        page = context.new_page()
        complaints.watch(page)
        yield page
    complaints.check()


def test_our_page_is_let_in_and_another_sites_is_not(
    browser: Browser, site_with_model: Settings, upstream: ScriptedModel
) -> None:
    upstream.reset()
    access = Access(mode="session", session=SessionCookie(secret="s" * 32))
    with serving(site_with_model, access=access) as url, watched(browser, REFUSED) as page, WebOrigin() as host:
        agent = AgentPage(page).open(url)
        agent.ready()
        upstream.reply(Reply(text=ANSWER), Reply(text=ANSWER))
        expect(agent.solve("Am I let in?")).to_contain_text("let in")
        (cookie,) = page.context.cookies(url)
        assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
        assert page.evaluate("() => document.cookie") == ""

        # Left open over night: the cookie is gone, and the person notices nothing.
        page.context.clear_cookies()
        expect(agent.solve("And now?")).to_contain_text("let in")
        assert page.context.cookies(url)
        assert not agent.notices.inner_text()

        asked, refused = len(upstream.requests), refusals()
        chat = f"{url}/v1/chat/completions"
        foreign = page.context.new_page()
        # Another site's; one of this site, on another port, with which a Strict cookie goes along.
        for origin in (host.url, host.url.replace("127.0.0.1", "localhost")):
            foreign.goto(host.put("/evil", "<!doctype html><title>Evil</title>").replace(host.url, origin))
            assert foreign.evaluate(FORGE, chat) == ["blocked", "blocked", "blocked"]
        # All of it came here, the preflights in place of what they ask leave for.
        assert upstream.wait_until(lambda: refusals() == refused + 2 * 5)
        assert len(upstream.requests) == asked


def test_the_widget_has_a_session_on_another_site(
    browser: Browser, site_with_model: Settings, upstream: ScriptedModel
) -> None:
    """Its frame gets a cookie of its own there, where third parties' cookies are refused too."""
    upstream.reset()
    access = Access(mode="session", session=SessionCookie(secret="s" * 32))
    with (
        WebOrigin() as host,
        serving(site_with_model, access=access, widget_origins=(host.url,)) as url,
    ):
        body = '<codeact-agent id="agent" model="scripted"></codeact-agent>'
        address = host_page(host, SimpleNamespace(url=url, base=f"{url}/"), body)  # type: ignore[arg-type]
        upstream.reply(Reply(text=ANSWER))
        # PyScript's own cache: Chromium refuses IndexedDB to a frame of another site where nothing is to be kept.
        with watched(browser, "already being dispatched", "page error: Event") as page:
            page.goto(address)
            page.evaluate("() => customElements.whenDefined('codeact-agent').then(() => agent.ready)")
            assert run(page, "Am I let in?")["text"] == "let in"
            (cookie,) = page.context.cookies()
            assert (cookie["sameSite"], cookie["secure"]) == ("None", True)
            assert cookie["partitionKey"] == "http://127.0.0.1"


def test_the_token_is_asked_for_once_and_kept_in_the_tab(
    browser: Browser, site_with_model: Settings, upstream: ScriptedModel
) -> None:
    upstream.reset()
    with serving(site_with_model, access=Access(mode="token", token=TOKEN)) as url:
        with watched(browser, REFUSED) as page:
            agent = AgentPage(page).open(url)
            question = page.locator("ca-token-question")
            field = question.get_by_role("textbox", name="Access token")
            expect(field).to_be_focused()
            field.fill("wrong")
            field.press("Enter")
            expect(question.get_by_role("alert")).to_have_text("The server does not know this token.")
            expect(field).to_have_value("")
            field.fill(TOKEN)
            field.press("Enter")
            expect(question).to_be_hidden()
            agent.ready()
            agent.choose_model("scripted")
            upstream.reply(Reply(text=ANSWER), Reply(text=ANSWER))
            expect(agent.solve("Am I let in?")).to_contain_text("let in")
            kept = page.evaluate("() => JSON.stringify([localStorage, document.cookie])")
            assert TOKEN not in kept
            agent.reload()
            expect(question).to_be_hidden()
            expect(page.get_by_role("combobox", name="Model")).to_contain_text("scripted")
        with watched(browser, REFUSED) as page:
            page.goto(f"{url}/")
            question = page.locator("ca-token-question")
            question.get_by_role("button", name="Not now").click()
            expect(page.locator(".notice")).to_contain_text("This server asks for its access token.")
        with watched(browser) as page:
            page.goto(f"{url}/#token={TOKEN}")
            expect(page.get_by_role("combobox", name="Model")).to_contain_text("scripted")
            assert TOKEN not in page.url


def test_a_used_up_quota_is_a_sentence_on_the_page(
    browser: Browser, site_with_model: Settings, upstream: ScriptedModel
) -> None:
    upstream.reset()
    quotas = QuotaSettings.model_validate({"per_identity": {"tokens": "1000000/day"}})
    usage = {"prompt_tokens": 900_000, "completion_tokens": 200_000, "total_tokens": 1_100_000}
    reply = [
        {"choices": [{"index": 0, "delta": {"content": ANSWER}, "finish_reason": "stop"}]},
        {"choices": [], "usage": usage},
    ]
    chunks: list[bytes | str] = [f"data: {json.dumps(each)}\n\n" for each in reply] + ["data: [DONE]\n\n"]
    with serving(site_with_model, quotas=quotas) as url, watched(browser, "status of 429") as page:
        agent = AgentPage(page).open(url)
        agent.ready()
        upstream.reply(Reply(chunks=chunks, headers={"content-type": "text/event-stream"}))
        expect(agent.solve("Something long")).to_contain_text("let in")
        agent.send("And again")
        expect(agent.ending.last).to_contain_text("You have used today's 1,000,000 tokens; ask again in 24 h.")
