"""The npm package in a page of React and in one of Vue, built as their authors build them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from codeact_web.testing import ScriptedModel
from playwright.sync_api import Browser, expect
from support.npm_package import bundle, install
from support.replies import code
from support.web_origin import WebOrigin
from support.widget_hosts import deployed, opened

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(tmp_path_factory.mktemp("npm"))


@pytest.fixture(scope="module")
def deployment(site: Path, upstream: ScriptedModel) -> Iterator[WebOrigin]:
    with deployed(site, upstream) as origin:
        yield origin


@pytest.mark.parametrize("entry", ["react_page.tsx", "vue_page.js"])
def test_a_framework_gives_properties_and_hears_events(
    browser: Browser, project: Path, deployment: WebOrigin, upstream: ScriptedModel, entry: str
) -> None:
    upstream.reset()
    with WebOrigin() as host:
        host.put("/page.js", bundle(project, entry))
        script = '<script type="module" src="/page.js"></script>'
        body = f'<body data-src="{deployment.base}"><div id="root"></div>{script}</body>'
        address = host.put("/", f'<!doctype html><meta charset="utf-8"><title>Shop</title>{body}')
        with opened(browser, address) as page:
            for thing in ("bolt", "nut"):
                frame = page.frame_locator("codeact-agent iframe")
                expect(frame.get_by_placeholder("From")).to_be_visible(timeout=30_000)
                upstream.reply(code(f"final_answer(price({thing!r}))"))
                page.get_by_role("button", name="Run").click()
                expect(page.locator("output")).to_have_text(f"{thing}: 0.5", timeout=30_000)
                page.get_by_role("button", name="Toggle").click()
                expect(page.locator("codeact-agent")).to_have_count(0)
                assert len(page.frames) == 1
                page.get_by_role("button", name="Toggle").click()
