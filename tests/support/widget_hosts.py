"""Pages of somebody else's that hold the widget, and what they are told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from codeact_web.testing import ScriptedModel
from playwright.sync_api import Browser, Page
from support.complaints import Complaints
from support.web_origin import WebOrigin

__all__ = ["LISTEN", "PREFIX", "allow_any", "begin_anew", "deployed", "host_page", "opened", "run"]

PREFIX = "/some/prefix/"

LISTEN = """
const told = [];
for (const name of ['ready', 'step', 'output', 'tool', 'approval', 'question', 'answer', 'error']) {
  addEventListener('codeact-' + name, (event) =>
    told.push({ name, from: event.target.id, detail: JSON.parse(JSON.stringify(event.detail)) }));
}
const errors = () => told.filter(({ name }) => name === 'error').map(({ detail }) => detail.kind);
"""


@contextmanager
def deployed(site: Path, upstream: ScriptedModel | None = None) -> Iterator[WebOrigin]:
    """A static host that lets any page embed the widget; with a relay where there is an upstream."""
    with WebOrigin(site, upstream.base_url if upstream else None, PREFIX) as origin:
        allow_any(origin)
        yield origin


def begin_anew(page: Page, upstream: ScriptedModel) -> ScriptedModel:
    """What the agent of ``page`` asks, in a conversation that is new; what was told before is forgotten."""
    upstream.reset()
    page.evaluate("async () => { await agent.reset(); told.length = 0; }")
    return upstream


def allow_any(deployment: WebOrigin, *origins: str) -> None:
    """Let these origins, or any, embed the widget."""
    settings = {"widget_origins": list(origins or ("*",)), "relay": deployment.upstream is not None}
    deployment.put(PREFIX + "site.json", json.dumps(settings))


def host_page(host: WebOrigin, deployment: WebOrigin, body: str, path: str = "/") -> str:
    """Write a page with as strict a policy as can be; gives its address."""
    policy = f"default-src 'none'; script-src 'self' {deployment.url}; frame-src {deployment.url}"
    host.put("/host.js", LISTEN)
    scripts = f'<script type="module" src="{deployment.base}embed.js"></script><script src="/host.js"></script>'
    page = f'<!doctype html><html lang="en"><title>Host</title><meta charset="utf-8">{scripts}{body}</html>'
    return host.put(path, page, {"content-security-policy": policy})


@contextmanager
def opened(browser: Browser, address: str, allow: str = "", **options: Any) -> Iterator[Page]:
    """The page at ``address`` in a context of its own; its complaints, but those with ``allow``, fail the test."""
    complaints = Complaints()
    if allow:
        complaints.allow(allow)
    with browser.new_context(**options) as context:
        page = context.new_page()
        complaints.watch(page)
        page.goto(address)
        page.evaluate("() => customElements.whenDefined('codeact-agent')")
        yield page
    complaints.check()


def run(page: Page, task: str, agent: str = "agent", **options: Any) -> dict[str, Any]:
    """How a run ended, or ``{kind, message}`` of why it could not begin."""
    script = """([agent, task, options]) => document.getElementById(agent).run(task, options)
      .catch(({kind, message}) => ({kind, message}))"""
    result: dict[str, Any] = page.evaluate(script, [agent, task, options])
    return result
