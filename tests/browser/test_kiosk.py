"""The kiosk: a visit, what is left after it, what a visitor cannot do, and what the operator can."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from codeact_server.serve import running_server
from codeact_server.settings import Settings, Upstream
from codeact_web.testing import Received, Reply, ScriptedModel
from playwright.sync_api import Browser, Page, expect
from support.complaints import Complaints
from support.kiosk_page import KioskPage, write_config
from support.plain_host import linked_site, replace

SECRET = "quetzalcoatl-4711"
IDLE_S = 8  # the last third is a warning, in which a busy machine must find its button
LEAST_PX = 56
SMALL = f"""() => {{
  const found = [];
  const read = (root) => {{
    for (const node of root.querySelectorAll('*')) {{
      if (node.shadowRoot) read(node.shadowRoot);
      if (!/^(BUTTON|TEXTAREA|INPUT)$/.test(node.tagName)) continue;
      const {{ width, height }} = node.getBoundingClientRect();
      const isSmall = width && Math.min(width, height) < {LEAST_PX};
      if (isSmall) found.push(`${{node.textContent || node.tagName}} ${{width}}×${{height}}`);
    }}
  }};
  read(document);
  return found;
}}"""
# Fires an event in the middle of the page, and tells whether the page refused it.
REFUSED = """(types) => types.filter((type) => {
  const target = document.querySelector('ca-kiosk').shadowRoot.querySelector('main *');
  const [name, key] = type.split(' ');
  const init = { bubbles: true, composed: true, cancelable: true };
  const pressed = { key: key?.split('+').at(-1), ctrlKey: key?.startsWith('Ctrl+') };
  const event = key ? new KeyboardEvent(name, { ...init, ...pressed }) : new Event(name, init);
  return target.dispatchEvent(event);
})"""
LINKS = """() => {
  const found = [];
  const read = (root) => {
    for (const node of root.querySelectorAll('*')) {
      if (node.shadowRoot) read(node.shadowRoot);
      if (node.matches('a, area, input[type=file], [href]:not(link)')) found.push(node.outerHTML);
    }
  };
  read(document.body);
  return found;
}"""


@pytest.fixture(scope="module")
def folder(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = linked_site(site, tmp_path_factory.mktemp("kiosk") / "site")
    write_config(
        folder,
        languages=["en", "de", "fr", "es"],
        tasks=[
            {"show": {"en": "Laptops", "de": "Laptops auf Deutsch"}, "recording": "laptops"},
            {"show": "Planets", "recording": "planets"},
            {"show": "Live", "task": {"en": "Ask it in English", "de": "Frage auf Deutsch"}},
        ],
        attract={"recording": "circle", "pause_seconds": 1},
        free_task=True,
        model="scripted",
        idle_seconds=IDLE_S,
    )
    return folder


@pytest.fixture(scope="module")
def url(folder: Path, upstream: ScriptedModel) -> Iterator[str]:
    settings = Settings(site=folder, upstream=Upstream(base_url=upstream.base_url, models=("scripted",)))
    with running_server(settings) as running:
        yield running


@pytest.fixture(scope="module")
def watched() -> Complaints:
    complaints = Complaints()
    complaints.allow("502")
    return complaints


@pytest.fixture(scope="module")
def shared(browser: Browser, url: str, watched: Complaints) -> Iterator[KioskPage]:
    """One kiosk for the whole day, as it would be."""
    context = browser.new_context(viewport={"width": 1080, "height": 1920}, has_touch=True)
    page = context.new_page()
    watched.watch(page)
    yield KioskPage(page).open(url)
    context.close()


@pytest.fixture
def kiosk(shared: KioskPage, upstream: ScriptedModel, watched: Complaints) -> Iterator[KioskPage]:
    """Between two visits."""
    upstream.reset()
    yield shared
    over = shared.page.get_by_role("button", name=re.compile("Back to the start|Zum Anfang"))
    if over.is_visible():
        over.click()
    expect(shared.begin_button).to_be_visible(timeout=30_000)
    watched.check()


def test_while_nobody_is_there_a_recorded_run_plays_and_a_touch_ends_it(kiosk: KioskPage) -> None:
    playing = kiosk.page.locator(".playing ca-kiosk-run")
    expect(playing).to_contain_text("31.4", timeout=30_000)  # the circumference, which the code works out
    expect(kiosk.begin_button).to_be_in_viewport(ratio=1)
    first = playing.element_handle()
    kiosk.page.wait_for_function("(first) => !first.isConnected", arg=first, timeout=30_000)
    expect(playing).to_contain_text("31.4", timeout=30_000)
    kiosk.begin()
    expect(kiosk.page.locator("ca-kiosk-run")).to_have_count(0)
    expect(kiosk.solve("Laptops")).to_contain_text("winner")


def test_nothing_of_a_visit_is_left_after_it(kiosk: KioskPage, upstream: ScriptedModel) -> None:
    page = kiosk.page
    code = f"""<code>
visitor = "{SECRET}"
open("/output/{SECRET}.txt", "w").write(visitor)
print(visitor)
final_answer(f"Hello [{{visitor}}](https://evil.example/), <a href=https://evil.example/>you</a>")
</code>"""
    upstream.reply(Reply(text=f"You are {SECRET}, see [there](https://evil.example/).\n{code}"))
    kiosk.begin()
    page.get_by_role("button", name="Deutsch").click()
    page.locator("textarea").fill(f"Ich bin {SECRET}")
    assert page.evaluate(SMALL) == []
    page.get_by_role("button", name="Fragen").click()
    expect(kiosk.answer).to_contain_text(f"Hello {SECRET}", timeout=30_000)
    assert page.evaluate(LINKS) == []
    assert page.evaluate(SMALL) == []
    assert SECRET in kiosk.shown_text(), "the search finds it where it is"

    expect(page.get_by_role("alertdialog", name="Sind Sie noch da?")).to_be_visible(timeout=IDLE_S * 2000)
    page.get_by_role("button", name="Ja, weiter").click()
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    expect(kiosk.begin_button).to_be_visible(timeout=IDLE_S * 3000)
    expect(kiosk.begin_button).to_have_text("Touch to begin")

    assert len(upstream.requests) == 1 and SECRET in upstream.requests[0].body.decode()
    look = f"""<code>
import os, gc
names = [name for name, value in list(globals().items()) if "{SECRET[:6]}" in repr(value) and name != "names"]
tops = ("/data", "/output", "/tmp", "/home")
files = [os.path.join(at, each) for top in tops for at, _, found in os.walk(top) for each in found]
held = [each for each in gc.get_objects() if isinstance(each, dict) and "{SECRET[:6]}" in str(each.get("visitor"))]
final_answer(str([names, files, len(held)]))
</code>"""
    heard: list[str] = []

    def answer(received: Received) -> Reply:
        heard.append(received.body.decode())
        return Reply(text=look)

    upstream.reply(answer)
    kiosk.begin()
    assert page.locator("textarea").input_value() == ""
    kiosk.choose("Live")
    expect(kiosk.answer).to_contain_text("[[], [], 0]", timeout=30_000)
    assert SECRET not in heard[0], "the model is told of the visitor before"
    assert "Ask it in English" in heard[0]
    page.get_by_role("button", name="Back to the start").click()
    expect(kiosk.begin_button).to_be_visible()
    assert SECRET not in kiosk.shown_text()
    assert SECRET not in kiosk.stored_text()
    assert page.evaluate("() => [localStorage.length, sessionStorage.length]") == [0, 0]


def test_a_visitor_cannot_leave_the_page_or_take_or_bring_anything(kiosk: KioskPage) -> None:
    kiosk.begin()
    events = ["contextmenu", "dragstart", "dragover", "drop", "copy", "cut", "paste", "auxclick"]
    keys = ["keydown F5", "keydown F12", "keydown Ctrl+p", "keydown Ctrl+s", "keydown Ctrl+l", "keydown Ctrl+c"]
    assert kiosk.page.evaluate(REFUSED, [*events, *keys]) == []
    assert kiosk.page.evaluate(REFUSED, ["keydown a", "keydown Ctrl+a", "keydown Backspace"]) != []
    assert kiosk.page.evaluate(LINKS) == []
    assert kiosk.page.evaluate("() => getComputedStyle(document.body).userSelect") == "none"
    kiosk.page.mouse.dblclick(300, 300)
    assert kiosk.page.evaluate("() => String(getSelection())") == ""
    kiosk.page.keyboard.press("Control+a")
    assert kiosk.page.evaluate("() => String(getSelection())").strip() == ""


def test_the_code_asks_and_waits_only_as_long_as_somebody_is_there(kiosk: KioskPage) -> None:
    kiosk.begin()
    kiosk.choose("Planets")
    asking = kiosk.page.get_by_role("dialog")
    expect(asking).to_be_visible(timeout=30_000)
    assert kiosk.page.evaluate(SMALL) == []
    asking.get_by_role("button", name="miles").click()
    expect(kiosk.answer).to_contain_text("miles", timeout=30_000)
    kiosk.another()
    kiosk.choose("Planets")
    expect(asking).to_be_visible(timeout=30_000)
    expect(kiosk.begin_button).to_be_visible(timeout=30_000)  # the question is not answered
    expect(asking).to_have_count(0)


def test_what_goes_wrong_is_said_in_the_visitors_words(kiosk: KioskPage, upstream: ScriptedModel) -> None:
    upstream.reply(Reply(status=401))
    kiosk.begin()
    kiosk.page.get_by_role("button", name="Deutsch").click()
    kiosk.choose("Live")
    expect(kiosk.answer).to_contain_text("Das Modell ist gerade nicht erreichbar", timeout=30_000)
    assert "Frage auf Deutsch" in upstream.requests[0].body.decode()
    assert "OPENAI" not in kiosk.shown_text()
    kiosk.page.get_by_role("button", name="Andere Frage").click()
    upstream.reply(Reply(hang=True))
    kiosk.choose("Live")
    kiosk.page.get_by_role("button", name="Stopp").click()
    expect(kiosk.answer).to_contain_text("Sie haben angehalten", timeout=30_000)


def test_the_operator_comes_in_by_the_corner_and_the_code(kiosk: KioskPage) -> None:
    page = kiosk.page
    kiosk.wait_until_kept()
    kiosk.enter_code("1111")
    expect(page.get_by_role("alert")).to_contain_text("That is not the code.")
    assert page.evaluate(SMALL) == []
    for digit in "2580":
        page.get_by_role("button", name=digit, exact=True).click()
    panel = page.get_by_role("dialog", name="Operator")
    expect(panel).to_contain_text("0.1.0+")
    expect(panel).to_contain_text("answered")
    assert SECRET not in panel.inner_text()
    panel.get_by_role("button", name="Back to the kiosk").click()
    expect(panel).to_have_count(0)
    kiosk.begin()
    kiosk.enter_code("2580")
    expect(panel).to_be_visible()
    expect(kiosk.begin_button).to_be_visible(timeout=(IDLE_S + 10) * 1000)  # whoever opened it has gone
    expect(panel).to_have_count(0)


def test_mistakes_in_the_operators_file_are_shown_each_with_its_sentence(
    page: Page, site: Path, tmp_path: Path
) -> None:
    folder = linked_site(site, tmp_path / "site")
    write_config(folder, titel="Ask", idle_seconds=-1)
    with running_server(Settings(site=folder)) as url:
        kiosk = KioskPage(page).open(url)
        expect(kiosk.trouble.locator("li")).to_have_count(2)
        expect(kiosk.trouble).to_contain_text("`idle_seconds` must be a number above 0.")
        replace(folder / "kiosk.json", "{")
    with running_server(Settings(site=folder)) as url:
        kiosk.open(url)
        expect(kiosk.trouble).to_contain_text("kiosk.json is not JSON")
