"""The pages in other languages than English: chosen by the browser, by the person, and by a widget's host page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from codeact_web.testing import Reply, ScriptedModel
from playwright.sync_api import Browser, FrameLocator, Page, expect
from support.complaints import Complaints
from support.replies import code
from support.spoken_words import english, translations
from support.web_origin import WebOrigin
from support.widget_hosts import PREFIX, allow_any, host_page, opened

pytestmark = pytest.mark.browser

TASK = "textarea[name=task]"
# What the page shows or says, through all shadow trees; not what was written by a model or the person.
SPOKEN = """() => {
  const found = [];
  const walk = (root) => {
    for (const node of root.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) found.push(node.data.trim());
      if (node.nodeType !== Node.ELEMENT_NODE || ['SCRIPT', 'STYLE', 'OPTION'].includes(node.tagName)) continue;
      for (const name of ['aria-label', 'title', 'placeholder']) found.push(node.getAttribute(name) ?? '');
      if (node.shadowRoot) walk(node.shadowRoot);
      walk(node);
    }
  };
  walk(document.body);
  return found.filter(Boolean);
}"""
FETCHED = "() => performance.getEntriesByType('resource').map(({ name }) => name.split('/').at(-1))"
WIDER = "() => [document.documentElement.scrollWidth, innerWidth]"


@contextmanager
def page_in(browser: Browser, address: str, locale: str, **options: Any) -> Iterator[Page]:
    """The page at ``address`` in a browser of that language."""
    complaints = Complaints()
    with browser.new_context(locale=locale, **options) as context:
        page = context.new_page()
        complaints.watch(page)
        page.goto(address)
        yield page
    complaints.check()


def choose(page: Page, label: str) -> None:
    page.locator("button.settings").click()
    page.locator("ca-language select").select_option(label=label)
    page.keyboard.press("Escape")


def test_the_page_speaks_the_browsers_language_and_the_one_that_is_chosen(
    browser: Browser, relayed: str, upstream: ScriptedModel
) -> None:
    printed = "print('x' * 30_000)\nopen('/output/a.csv', 'w').write('y' * 1536)"
    upstream.reply(code(printed), code("final_answer('42 rows')"))
    phone = {"viewport": {"width": 390, "height": 844}}
    with page_in(browser, f"{relayed}/", "de-AT", **phone) as page:
        root = page.locator("html")
        expect(root).to_have_attribute("lang", "de")
        expect(root).to_have_attribute("dir", "ltr")
        expect(page.get_by_role("button", name="Einstellungen")).to_be_visible()
        expect(page.locator(TASK)).to_have_attribute("placeholder", "Aufgabe beschreiben")
        expect(page.locator("ca-boot-status")).to_contain_text("Python bereit", timeout=60_000)
        page.locator(TASK).fill("Write a file")
        page.locator(TASK).press("Enter")
        expect(page.locator("ca-answer")).to_be_visible(timeout=60_000)
        announcer = page.locator("#announcer")
        expect(announcer).to_contain_text("Schritt 1 hat begonnen.")
        expect(announcer).to_contain_text("Antwort: 42 rows")
        expect(page.locator("ca-step ca-file-list")).to_contain_text("1,5 KB")
        expect(page.locator("ca-ending")).to_contain_text("2 Schritte · ")
        page.locator("button.settings").click()
        expect(page.locator("ca-limits")).to_contain_text("10.000 Zeichen")
        german = translations("de")
        left = set(page.evaluate(SPOKEN)) & {key for key in english() if german[key] != key}
        assert not left, "these are still English"
        width, window = page.evaluate(WIDER)
        assert width <= window
        page.keyboard.press("Escape")

        choose(page, "Français")
        expect(root).to_have_attribute("lang", "fr")
        expect(page.locator("ca-step h3").first).to_have_text("Étape 1")
        expect(page.locator("ca-step ca-file-list")).to_contain_text("1,5 Ko")
        expect(page.get_by_role("button", name="Nouveau")).to_be_visible()
        page.reload()
        expect(page.get_by_role("button", name="Réglages")).to_be_visible()
        expect(page.locator("ca-step h3").first).to_have_text("Étape 1")
        choose(page, "English")
        expect(page.locator("ca-step h3").first).to_have_text("Step 1")
        expect(page.get_by_role("button", name="New", exact=True)).to_be_visible()
        choose(page, "As in the browser")
        expect(root).to_have_attribute("lang", "de")


def test_a_language_that_we_lack_is_english_and_fetches_no_words(browser: Browser, served: str) -> None:
    with page_in(browser, f"{served}/", "ja-JP") as page:
        expect(page.locator("ca-boot-status")).to_contain_text("Python ready", timeout=60_000)
        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page.locator(TASK)).to_have_attribute("placeholder", "Describe a task")
        fetched = page.evaluate(FETCHED)
        assert not [name for name in fetched if name[:3] in ("de-", "fr-", "es-")], fetched


def test_words_that_do_not_come_leave_english_and_a_notice(browser: Browser, served: str) -> None:
    with browser.new_context(locale="de-DE") as context:
        page = context.new_page()
        page.route("**/de-*.js", lambda route: route.abort())
        page.goto(f"{served}/")
        notices = page.get_by_role("status", name="Notices")
        expect(notices).to_contain_text("The words of your language could not be loaded")
        expect(page.locator("html")).to_have_attribute("lang", "en")
        choose(page, "Español")
        expect(page.locator("html")).to_have_attribute("lang", "es")
        expect(page.locator(TASK)).to_have_attribute("placeholder", "Describa una tarea")


def say_why_there_is_no_answer_in_german(page: Page, frame: FrameLocator, upstream: ScriptedModel) -> None:
    """The loop's sentences are English when they come from Python."""
    run = "(options) => { agent.options = options; return agent.run('Los').then(({ status }) => status); }"
    ending = frame.locator("ca-ending").last
    upstream.reply(Reply(status=401))
    assert page.evaluate(run, {}) == "failed"
    expect(ending).to_contain_text("Der Anbieter des Modells hat den Schlüssel abgelehnt (Status 401). Prüfen Sie")
    expect(ending).to_contain_text("Er sagte: ")
    for options, words in (
        ({"max_steps": 1}, "Die Schritte waren aufgebraucht. Versuchen Sie es noch einmal"),
        ({"budget": {"tokens": 1}}, "Die Tokens für diesen Lauf waren aufgebraucht."),
    ):
        upstream.reply(code("print(1)"), code("print(2)"))
        assert page.evaluate(run, options) == "unanswered"
        expect(ending).to_contain_text(words)


def test_a_widget_speaks_its_surroundings_language(browser: Browser, site: Path, upstream: ScriptedModel) -> None:
    with WebOrigin(site, upstream.base_url, PREFIX) as deployment, WebOrigin() as host:
        allow_any(deployment)
        body = '<main lang="de-CH"><codeact-agent id="agent" height="400"></codeact-agent></main>'
        with opened(browser, host_page(host, deployment, body), allow="401") as page:
            frame = page.frame_locator("codeact-agent iframe")
            expect(frame.locator("html")).to_have_attribute("lang", "de")
            expect(frame.locator(TASK)).to_have_attribute("placeholder", "Aufgabe beschreiben")
            expect(frame.locator("button.send")).to_have_attribute("aria-label", "Senden")
            page.evaluate("() => agent.setAttribute('placeholder', 'Preise vergleichen')")
            expect(frame.locator(TASK)).to_have_attribute("placeholder", "Preise vergleichen")
            say_why_there_is_no_answer_in_german(page, frame, upstream)
            page.evaluate("() => { agent.lang = 'es'; }")
            expect(frame.locator("ca-ending").first).to_contain_text("rechazó la clave (estado 401)")
            expect(frame.locator("html")).to_have_attribute("lang", "es")
            expect(frame.locator("button.send")).to_have_attribute("aria-label", "Enviar")
            expect(frame.locator(TASK)).to_have_attribute("placeholder", "Preise vergleichen")
            page.evaluate("() => agent.removeAttribute('placeholder')")
            expect(frame.locator(TASK)).to_have_attribute("placeholder", "Describa una tarea")
            page.evaluate("() => { agent.lang = 'tlh'; }")
            expect(frame.locator("html")).to_have_attribute("lang", "en")
