"""Sources of tools that are given to an Agent."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from codeact_agent import Agent, McpServer, OpenApi, tool
from codeact_agent.errors import DeclarationError
from codeact_agent.hosts.script.sources import ToolSource, by_name
from codeact_agent.tools import Tool


@tool
def price(item: str) -> float:
    """The price of an item."""
    return 1.0


def test_what_is_a_source() -> None:
    assert isinstance(McpServer("http://127.0.0.1:9/mcp"), ToolSource)
    assert isinstance(OpenApi({}, allow=[]), ToolSource)
    assert not isinstance(price, ToolSource)
    assert not isinstance(price.function, ToolSource)


def test_two_of_a_name_are_refused() -> None:
    assert by_name([price]) == {"price": price}
    with pytest.raises(DeclarationError, match="two tools are named 'price'; rename one of them"):
        by_name([price, price])
    with pytest.raises(DeclarationError, match="two tools are named 'price'"):
        Agent([price, price])


def test_a_source_that_cannot_be_opened_is_told() -> None:
    """The run could not begin, and is told so in one sentence; nothing needs a browser for that."""
    with Agent([McpServer("http://127.0.0.1:9/mcp")]) as agent:
        result = agent.run("laptops")
    assert result.status == "failed"
    assert result.error is not None
    assert result.error.startswith("The MCP server at http://127.0.0.1:9/mcp could not be asked for its tools")


def test_the_examples_of_the_document_are_python_and_declare_what_they_show() -> None:
    text = (Path(__file__).parents[2] / "docs" / "tools.md").read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(examples) == 5
    made: dict[str, object] = {}
    for example in examples:
        compile(example, "docs/tools.md", "exec")
        exec(example.split("\nwith ")[0], made)
    forecast = made["forecast"]
    assert isinstance(forecast, Tool)
    assert [each["annotation"] for each in forecast.spec["parameters"]] == ["dict", "int"]
    assert isinstance(made["api"], ToolSource)
