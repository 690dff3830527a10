"""Who may embed the widget: the headers, and what a real Chromium makes of them on host pages of other sites."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from codeact_server.serve import running_server
from codeact_server.settings import Settings
from playwright.sync_api import Browser, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from support.asgi import serving

HOST = "https://shop.example"
EMBED = """
const src = new URL('widget.html', import.meta.url);
document.body.append(Object.assign(document.createElement('iframe'), { src, allow: 'cross-origin-isolated' }));
"""
WIDGET = """
const frame = document.createElement('iframe');
Object.assign(frame, { sandbox: 'allow-scripts', src: 'sandbox/frame.html' });
const headers = { 'content-type': 'application/json' };
const answer = await fetch('v1/chat/completions', { method: 'POST', headers, body: '{}' });
frame.onload = () => { document.title = 'loaded'; document.body.append(`relay ${answer.status}`); };
document.body.append(frame);
"""
ISOLATION = {
    "none": {},
    "credentialless": {
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-embedder-policy": "credentialless",
    },
    "require-corp": {
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
    },
}


@pytest.fixture
def site(site: Path) -> Path:
    (site / "embed.js").write_text(EMBED)
    (site / "widget.js").write_text(WIDGET)
    for name in ("widget.html", "kiosk.html"):
        (site / name).write_text(
            '<!doctype html><link rel="icon" href="data:,"><body><script type="module" src="widget.js"></script>'
        )
    return site


@pytest.fixture
def client(site: Path) -> Iterator[httpx.Client]:
    with running_server(Settings(site=site, widget_origins=(HOST,))) as url, httpx.Client(base_url=url) as client:
        yield client


def ancestors(answer: httpx.Response) -> str:
    return answer.headers["content-security-policy"].rpartition("frame-ancestors ")[2]


def test_only_the_widgets_page_may_be_embedded_and_only_by_those_named(client: httpx.Client) -> None:
    widget = client.get("/widget.html")
    assert ancestors(widget) == f"'self' {HOST}"
    assert widget.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "access-control-allow-origin" not in widget.headers
    for path in ("/", "/index.html", "/kiosk.html", "/widget.js", "/nothing", "/v1/models"):
        answer = client.get(path)
        assert ancestors(answer) == "'self'"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


def test_without_origins_the_widget_is_the_sites_own(site: Path) -> None:
    with running_server(Settings(site=site)) as url:
        widget = httpx.get(f"{url}/widget.html")
        assert ancestors(widget) == "'self'"
        assert widget.headers["cross-origin-resource-policy"] == "same-origin"


def test_anyone_may_fetch_the_elements_script_and_nothing_else(client: httpx.Client) -> None:
    for origin in (HOST, "https://elsewhere.example", "null"):
        script = client.get("/embed.js", headers={"origin": origin})
        assert script.status_code == 200
        assert script.headers["access-control-allow-origin"] == "*"
        assert script.headers["cross-origin-resource-policy"] == "cross-origin"
        assert client.get("/embed.js", headers={"origin": origin, "host": "evil.example"}).status_code == 400
        for path in ("/", "/widget.html", "/site.json", "/embed.js/", "/v1/models", "/v1/chat/completions"):
            refused = client.get(path, headers={"origin": origin})
            assert refused.status_code == 403, path
            assert "access-control-allow-origin" not in refused.headers
    assert client.post("/embed.js", headers={"origin": HOST}).status_code == 405


@pytest.fixture
def embedded(browser: Browser, site: Path) -> Iterator[Callable[..., Page]]:
    """Open a host page of another site, with headers of its own, that loads the deployment's embed.js.

    ``localhost`` and ``127.0.0.1`` are two sites to a browser.
    """
    with ExitStack() as stack:

        def open_page(headers: dict[str, str], *, allowed: bool = True) -> Page:
            async def answer(request: Request) -> HTMLResponse:
                return HTMLResponse(f'<link rel="icon" href="data:,"><body>{script}', headers=headers)

            script = ""
            host = stack.enter_context(serving(Starlette(routes=[Route("/", answer)])))
            host = host.replace("127.0.0.1", "localhost")
            origins = (host if allowed else "https://elsewhere.example",)
            url = stack.enter_context(running_server(Settings(site=site, widget_origins=origins)))
            script = f'<script type="module" src="{url}/embed.js"></script>'
            page = browser.new_page()
            stack.callback(page.close)
            page.goto(host)
            return page

        yield open_page


@pytest.mark.browser
@pytest.mark.parametrize("name", ISOLATION)
def test_a_host_page_embeds_the_widget_isolated_or_not(embedded: Callable[..., Page], name: str) -> None:
    page = embedded(ISOLATION[name])
    inside = page.frame_locator("iframe")
    expect(inside.locator("body")).to_contain_text("relay 422", timeout=10_000)
    isolated: dict[str, Any] = {"host": page.evaluate("crossOriginIsolated")}
    isolated["widget"] = page.frames[1].evaluate("crossOriginIsolated")
    assert page.frames[2].title() == "frame"
    assert isolated == dict.fromkeys(isolated, name != "none")


@pytest.mark.browser
def test_a_host_page_that_is_not_named_gets_no_widget_and_no_answers(embedded: Callable[..., Page]) -> None:
    page = embedded({}, allowed=False)
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.reload()
    deployment = page.locator("script").get_attribute("src").removesuffix("/embed.js")
    for path in ("/v1/models", "/site.json"):
        asked = "([url, how]) => fetch(url, how).then(() => 'answered', () => 'refused')"
        for how in ({}, {"method": "POST", "mode": "no-cors", "body": "{}"}):
            assert page.evaluate(asked, [deployment + path, how]) == "refused"
