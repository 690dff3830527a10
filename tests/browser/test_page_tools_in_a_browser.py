"""The page's tools in a real browser, under a policy without `eval` that names the origins they ask."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from support.asgi import serving
from support.mcp_server import mcp_app
from support.openapi_server import APP
from support.web_modules import bundled

pytestmark = pytest.mark.browser

SCRIPT = """
import { PageTools } from './tools/page_tools.js';
import { findProblems } from './tools/validation.js';

Object.assign(window, { tools: new PageTools(), findProblems });
document.body.dataset.ready = '';
"""
CALL = """async ([source, name, args]) => {
  const told = [];
  const call = JSON.stringify({ source, name, arguments: args });
  const answer = await tools.invoke(call, new AbortController().signal, (...news) => told.push(news));
  return { ...JSON.parse(answer), told };
}"""
GET: dict[str, Any] = {"method": "GET", "headers": {}, "body": None}


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, str]]:
    """Addresses of the page, of an MCP server and of an API; the page may ask both."""
    with ExitStack() as stack:
        module = stack.enter_context(bundled(SCRIPT)).read_bytes()
        mcp = stack.enter_context(serving(mcp_app()))
        api = stack.enter_context(serving(APP))
        policy = f"default-src 'none'; script-src 'self'; img-src data:; connect-src {mcp} {api}"

        async def page(request: Request) -> HTMLResponse:
            html = '<link rel="icon" href="data:,"><body><script type="module" src="m.js"></script>'
            return HTMLResponse(html, headers={"Content-Security-Policy": policy})

        async def script(request: Request) -> Response:
            return Response(module, media_type="text/javascript")

        address = stack.enter_context(serving(Starlette(routes=[Route("/", page), Route("/m.js", script)])))
        yield {"page": address, "mcp": mcp, "api": api}


@pytest.fixture
def opened(page: Page, servers: dict[str, str]) -> Page:
    page.goto(servers["page"])
    page.wait_for_selector("body[data-ready]")  # wait_for_function needs eval
    return page


def call(page: Page, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = page.evaluate(CALL, [0, name, arguments])
    return answer


def test_an_mcp_server_is_asked(opened: Page, servers: dict[str, str]) -> None:
    opened.evaluate("(url) => tools.addMcp(url)", f"{servers['mcp']}/mcp")
    listed = opened.evaluate("() => tools.describe()[0].listed.map(({ name }) => name)")
    assert "get-weather" in listed
    assert call(opened, "add", {"a": 1, "b": 2})["value"]["structuredContent"] == {"result": 3}
    slow = call(opened, "slow", {"steps": 2})
    assert slow["told"] == [[0.5, "step 1"], [1, "step 2"]]
    assert call(opened, "fail", {"why": "no bolts left"})["value"]["isError"] is True


def test_an_api_is_asked_at_the_allowed_origin_only(opened: Page, servers: dict[str, str]) -> None:
    api = servers["api"]
    opened.evaluate("(api) => tools.addOpenApi({}, { allow: [api], headers: { 'X-Key': 'k' } })", api)
    assert call(opened, "", {**GET, "url": f"{api}/text"})["value"] == "grüezi"
    sent = {"method": "POST", "headers": {"Content-Type": "application/json"}, "body": json.dumps({"x": 1})}
    echoed = call(opened, "", {**sent, "url": f"{api}/echo/a%2Fb?q=1"})["value"]
    assert (echoed["path"], echoed["query"], echoed["key"]) == ("/echo/a%2Fb", "q=1", "k")
    away = call(opened, "", {**GET, "url": f"{api}/away"})["error"]
    assert away["message"] == f"GET {api}/away: a redirect, which is not followed"
    refused = call(opened, "", {**GET, "url": f"{servers['mcp']}/mcp"})["error"]["message"]
    assert refused == f"{servers['mcp']} is not an allowed origin; allowed: {api}"


def test_values_are_compared_without_eval(opened: Page) -> None:
    schema = {"type": "object", "properties": {"x": {"type": "integer"}}}
    found = opened.evaluate("([schema, value]) => findProblems(schema, value)", [schema, {"x": "1"}])
    assert found == [{"path": ["x"], "keyword": "type", "schema": {"type": "integer"}}]
