"""What a host page says of the widget's looks is done inside its frame, if it is harmless."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from support.web_origin import WebOrigin
from support.widget_hosts import PREFIX, allow_any, host_page, opened

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(browser: Browser, site: Path) -> Iterator[Page]:
    with WebOrigin(site, prefix=PREFIX) as deployment, WebOrigin() as host:
        allow_any(deployment)
        body = '<codeact-agent id="agent" model="recorded" theme="dark" lang="fr"></codeact-agent>'
        with opened(browser, host_page(host, deployment, body), color_scheme="light") as shown:
            shown.evaluate("() => agent.ready")
            yield shown


def style(page: Page, name: str) -> str:
    found: str = page.frames[1].evaluate("(name) => document.documentElement.style.getPropertyValue(name)", name)
    return found


def look(page: Page, name: str, value: str) -> None:
    """Set a custom property; gives the frame the time to hear of it."""
    page.evaluate("([name, value]) => agent.style.setProperty(name, value)", [f"--codeact-{name}", value])
    page.evaluate("() => { agent.setAttribute('placeholder', String(Math.random())); }")
    told = page.evaluate("() => agent.getAttribute('placeholder')")
    expect(page.frame_locator("codeact-agent iframe").get_by_placeholder(told)).to_be_visible()


def test_theme_and_language_are_the_frames(page: Page) -> None:
    inside = "() => [getComputedStyle(document.documentElement).colorScheme, document.documentElement.lang]"
    assert page.frames[1].evaluate(inside) == ["dark", "fr"]
    page.evaluate("() => { agent.setAttribute('theme', 'light'); agent.setAttribute('lang', 'no language'); }")
    page.frames[1].wait_for_function("() => document.documentElement.style.colorScheme === 'light'")
    assert page.frames[1].evaluate(inside) == ["light", "en"]  # words that are there


def test_custom_properties_reach_inside(page: Page) -> None:
    look(page, "accent", "#ffee00")
    assert style(page, "--ca-color-accent") == "#ffee00"
    assert style(page, "--ca-color-on-accent") == "#121315"  # words on yellow are dark
    look(page, "accent", "navy")
    assert style(page, "--ca-color-on-accent") == "#fff"
    look(page, "radius", "2px")
    assert style(page, "--ca-radius-2") == "2px"
    look(page, "font", "Georgia, serif")
    assert "Georgia" in style(page, "--ca-font")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("accent", "url(https://evil.example/x)"),
        ("accent", "red; background: blue"),
        ("accent", "var(--ca-color-page)"),
        ("accent", "x" * 1000),
        ("font", "url(https://evil.example/font.woff)"),
        ("radius", "calc(1px * var(--x))"),
    ],
)
def test_what_is_not_of_its_kind_is_left_out(page: Page, name: str, value: str) -> None:
    look(page, name, value)
    assert style(page, {"accent": "--ca-color-accent", "font": "--ca-font", "radius": "--ca-radius-2"}[name]) == ""


OUTSIDE = """() => {
  const chips = [...document.querySelector('ca-examples').shadowRoot.querySelectorAll('button')];
  const status = document.querySelector('ca-boot-status').shadowRoot;
  status.querySelector('details').open = true;
  const box = (element) => element.getBoundingClientRect();
  const bar = box(document.querySelector('.bar'));
  const [form, words, panel] = ['form', '.words', '.panel'].map((each) =>
    box(document.querySelector(`ca-task-box ${each}`) ?? status.querySelector(each)));
  const found = {
    hidden: chips.filter((chip) => box(chip).bottom > form.top || box(chip).top < bar.bottom),
    wordless: words.width > 40 ? [] : [words.width],
    cut: panel.left >= 0 && panel.right <= innerWidth && panel.bottom <= innerHeight ? [] : [panel.toJSON()],
    wide: document.documentElement.scrollWidth > innerWidth ? [document.documentElement.scrollWidth] : [],
  };
  status.querySelector('details').open = false;
  return Object.entries(found).filter(([, each]) => each.length).map((each) => JSON.stringify(each));
}"""


def test_everything_has_its_place_in_a_small_frame(page: Page) -> None:
    for width, height in [(320, 240), (320, 480), (390, 360), (390, 600), (720, 240), (720, 480)]:
        size = [width - 2, height - 2]  # without the element's border
        page.evaluate(
            "([width, height]) => { agent.style.inlineSize = width; agent.setAttribute('height', height); }",
            [f"{width}px", str(height)],
        )
        page.frames[1].wait_for_function("(size) => innerWidth === size[0] && innerHeight === size[1]", arg=size)
        assert page.frames[1].evaluate(OUTSIDE) == [], (width, height)
    page.evaluate("() => agent.style.removeProperty('inline-size')")


def test_height_follows_attribute_or_content(page: Page) -> None:
    height = "() => agent.getBoundingClientRect().height"
    page.evaluate("() => agent.setAttribute('height', '20rem')")
    assert page.evaluate(height) == 320
    page.evaluate("() => agent.setAttribute('height', '50%; color: red')")
    assert page.evaluate(height) == 480  # nothing that is a height: the usual 30rem
    page.evaluate("() => { agent.style.setProperty('--codeact-max-height', '700px'); }")
    page.evaluate("() => agent.setAttribute('height', 'auto')")
    page.wait_for_function("() => ![480, 192].includes(agent.getBoundingClientRect().height)")
    empty = page.evaluate(height)
    page.evaluate("() => agent.run('circle')")
    page.wait_for_function(f"() => agent.getBoundingClientRect().height > {empty}")
    page.wait_for_function("() => agent.getBoundingClientRect().height <= 700")
    grown = "() => agent.getBoundingClientRect().height > 250"
    page.wait_for_function(grown)
    for lower in ("100", "200"):  # what is shown is higher
        page.evaluate(f"() => agent.setAttribute('height', '{lower}')")
        assert page.evaluate(height) == int(lower)
        page.evaluate("() => agent.setAttribute('height', 'auto')")
        page.wait_for_function(grown, timeout=5_000)
    box = page.frame_locator("codeact-agent iframe").get_by_role("textbox")
    expect(box).to_be_visible()
    page.evaluate("() => agent.setAttribute('readonly', '')")
    expect(box).to_be_hidden()
    expect(page.frame_locator("codeact-agent iframe").locator("ca-answer")).to_be_visible()
