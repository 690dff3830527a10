"""Tools of a real MCP server, over streamable HTTP on the loopback."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from codeact_agent.errors import AgentError, DeclarationError
from codeact_agent.hosts.script.mcp import McpServer
from codeact_agent.hosts.script.validation import validate
from codeact_agent.mcp_tools import mcp_tools, value_of
from codeact_agent.tools import Tool, ToolError, call
from support.asgi import serving
from support.loops import run_apart
from support.mcp_server import mcp_app


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(mcp_app()) as address:
        yield f"{address}/mcp"


def asked(url: str, tool: str, told: list[Any] | None = None, **arguments: Any) -> dict[str, Any]:
    async def once() -> dict[str, Any]:
        async with McpServer(url) as listed:
            tools = {each.name: each for each in listed}
            hear = None if told is None else lambda *news: told.append(news)
            return await call(tools, tool, arguments, None, validate, hear)

    return run_apart(once())


def tools_of(url: str) -> dict[str, Tool]:
    async def listed() -> dict[str, Tool]:
        async with McpServer(url) as tools:
            return {each.name: each for each in tools}

    return run_apart(listed())


def test_its_tools_are_functions(url: str) -> None:
    tools = tools_of(url)
    assert sorted(tools) == ["add", "fail", "get_weather", "greet", "hang", "picture", "slow"]
    add, weather = tools["add"].spec, tools["get_weather"].spec
    assert add["source"] == "mcp"
    assert add["description"] == "Add two numbers."
    assert add["parameters"] == [
        {"name": "a", "annotation": "int"},
        {"name": "b", "annotation": "int", "default": 1},
    ]
    assert add["returns"] == "int"
    assert [each["annotation"] for each in weather["parameters"]] == ["str", "Literal['C', 'F']"]
    assert weather["returns"] == "dict"
    assert 'Returns: {"city": str, "degrees": float}' in weather["description"]


@pytest.mark.parametrize(
    ("name", "arguments", "value"),
    [
        ("add", {"a": 1}, 2),
        ("get_weather", {"city": "Huế", "unit": "F"}, {"city": "Huế", "degrees": 70.7}),
        ("greet", {"name": "you"}, "Hello, you!"),
    ],
)
def test_values_come_back_as_they_are(url: str, name: str, arguments: dict[str, Any], value: Any) -> None:
    assert json.loads(asked(url, name, **arguments)["value"]) == value


def test_a_picture_is_a_dict(url: str) -> None:
    picture = json.loads(asked(url, "picture")["value"])
    assert picture["type"] == "image"
    assert picture["mime"] == "image/png"
    assert picture["data"].startswith("iVBOR")


def test_its_failures_are_tool_errors(url: str) -> None:
    error = asked(url, "fail", why="no bolts left")["error"]
    assert error["kind"] == "ToolError"
    assert "no bolts left" in error["message"]


def test_wrong_arguments_do_not_reach_it(url: str) -> None:
    assert asked(url, "add", a="1")["error"] == {
        "kind": "TypeError",
        "message": "add(): a should be int, but is '1' (str)",
    }
    assert "unit should be Literal['C', 'F']" in asked(url, "get_weather", city="x", unit="K")["error"]["message"]


def test_its_progress_is_told(url: str) -> None:
    told: list[Any] = []
    assert asked(url, "slow", told, steps=2) == {"value": '"done"'}
    assert told == [(0.5, "step 1"), (1.0, "step 2")]


def test_a_call_is_cancelled_and_the_connection_goes_on(url: str) -> None:
    async def cancelled() -> dict[str, Any]:
        async with McpServer(url) as listed:
            tools = {each.name: each for each in listed}
            hanging = asyncio.create_task(call(tools, "hang", {}))
            await call(tools, "add", {"a": 1})
            hanging.cancel()
            with pytest.raises(asyncio.CancelledError):
                await hanging
            return await call(tools, "add", {"a": 2})

    assert run_apart(cancelled()) == {"value": "3"}


def test_it_may_be_left_by_another_task(url: str) -> None:
    async def across() -> int:
        server = McpServer(url)
        tools = await asyncio.create_task(server.__aenter__())
        await asyncio.create_task(server.__aexit__())
        return len(tools)

    assert run_apart(across()) == 7


def test_a_call_after_the_end_says_so(url: str) -> None:
    outcome = run_apart(call(tools_of(url), "add", {"a": 1}))
    assert outcome["error"]["message"] == f"the connection to the MCP server at {url} has ended"


def test_nobody_there() -> None:
    with pytest.raises(AgentError, match=r"The MCP server at http://127.0.0.1:9/mcp could not be asked"):
        tools_of("http://127.0.0.1:9/mcp")


def test_what_is_no_mcp_server(url: str) -> None:
    with pytest.raises(AgentError, match="could not be asked for its tools"):
        tools_of(url.replace("/mcp", "/nothing"))


def test_what_is_no_address() -> None:
    for address in ("stdio", "file:///x", "https://user@host/mcp"):
        with pytest.raises(DeclarationError, match="is no address of an MCP server"):
            McpServer(address)


def test_without_the_sdk_it_says_what_to_install(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    with pytest.raises(AgentError, match=r"pip install 'codeact-web\[mcp\]'"):
        tools_of(url)


async def _never(*given: Any) -> None:
    raise AssertionError(given)


def test_tools_that_cannot_be_are_listed_with_the_reason() -> None:
    broken = {"name": "broken", "inputSchema": {"properties": {"a": {"$ref": "other.json"}}}}
    tools, left_out = mcp_tools([{"name": "a.b"}, {"name": "a-b", "title": "Both"}, broken], _never)
    assert [each.name for each in tools] == ["a_b", "a_b_2"]
    assert [each.spec["description"] for each in tools] == ["a.b", "Both"]
    assert left_out == [{"operation": "broken", "reason": "the reference 'other.json' leads out of the document"}]


def test_other_content() -> None:
    text = {"type": "text", "text": "a"}
    link = {"type": "resource_link", "uri": "x://y", "name": "y", "size": 3}
    inner = {"type": "resource", "resource": {"uri": "x://z", "text": "words"}}
    assert value_of({"content": [text, text]}) == "a\na"
    assert value_of({"content": []}) == ""
    assert value_of({"content": [text, link]}) == ["a", {"type": "resource_link", "uri": "x://y", "name": "y"}]
    assert value_of({"content": [inner]}) == {"type": "resource", "uri": "x://z", "text": "words"}
    with pytest.raises(ToolError, match="the tool failed without a word"):
        value_of({"content": [], "isError": True})
