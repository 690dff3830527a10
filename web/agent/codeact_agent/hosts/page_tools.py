"""Tools that the embedding page has given (web/tools/page_tools.js), as Python functions of the loop's side."""

import json

from codeact_agent.errors import DeclarationError
from codeact_agent.foreign import foreign_tool
from codeact_agent.mcp_tools import mcp_tools
from codeact_agent.openapi import openapi_tools, server_url
from codeact_agent.openapi_request import origin_of
from codeact_agent.tool_calls import ForeignError
from codeact_agent.tools import Tool

__all__ = ["page_tools"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def _unheard(fraction: float | None = None, text: str = "") -> None:
    """For tools that tell no progress."""


def page_tools(described: list["Any"], invoke: "Callable[..., Any]") -> tuple[list[Tool], list["Any"]]:
    """Tools of ``PageTools.describe()``, and ``[{operation, reason}]`` of what cannot be called.

    ``await invoke(call, progress)`` is ``PageTools.invoke``: JSON text in and out. Raises DeclarationError.
    """
    tools: list[Tool] = []
    left_out: list[Any] = []
    for source, each in enumerate(described):
        made, without = _MAKERS[each["source"]](each, _Door(source, invoke), [one.name for one in tools])
        tools.extend(made)
        left_out.extend(without)
    return tools, left_out


class _Door:
    """Calls of one source."""

    def __init__(self, source: int, invoke: "Callable[..., Any]") -> None:
        self._source = source
        self._invoke = invoke

    async def call(self, name: str, arguments: "Any", progress: "Callable[..., None]" = _unheard) -> "Any":
        asked = json.dumps({"source": self._source, "name": name, "arguments": arguments})
        outcome = json.loads(await self._invoke(asked, progress))
        if "error" in outcome:
            raise ForeignError(outcome["error"]["kind"], outcome["error"]["message"])
        return outcome["value"]


def _javascript(each: dict[str, "Any"], door: _Door, taken: list[str]) -> tuple[list[Tool], list["Any"]]:
    described = each["described"]

    async def function(arguments: dict[str, "Any"], progress: "Callable[..., None]") -> "Any":
        return await door.call(described["name"], arguments, progress)

    return [foreign_tool(function, described, taken, "javascript", takes_progress=True, **each["options"])], []


def _openapi(each: dict[str, "Any"], door: _Door, taken: list[str]) -> tuple[list[Tool], list["Any"]]:
    base_url = server_url(each["document"], each["base_url"])
    if origin_of(base_url) not in each["allow"]:
        allowed = ", ".join(each["allow"]) or "none"
        raise DeclarationError(f"{origin_of(base_url)} is not an allowed origin; allowed: {allowed}")

    async def send(request: dict[str, "Any"]) -> "Any":
        return await door.call("request", request)

    return openapi_tools(each["document"], send, base_url, taken, **each["options"])


def _mcp(each: dict[str, "Any"], door: _Door, taken: list[str]) -> tuple[list[Tool], list["Any"]]:
    return mcp_tools(each["listed"], door.call, taken, **each["options"])


_MAKERS = {"javascript": _javascript, "openapi": _openapi, "mcp": _mcp}
