"""What an MCP server lists as tools, and what they answer as values. Portable; the hosts hold the connection.

Model Context Protocol, https://modelcontextprotocol.io/specification: ``tools/list`` and ``tools/call``.
"""

from codeact_agent.errors import DeclarationError
from codeact_agent.foreign import foreign_tool
from codeact_agent.tools import Tool, ToolError

__all__ = ["mcp_tools", "value_of"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def mcp_tools(
    listed: list["Any"], call_tool: "Callable[..., Any]", taken: "Any" = (), **options: "Any"
) -> tuple[list[Tool], list["Any"]]:
    """Tools of what a server lists (as on the wire), and ``[{operation, reason}]`` of what cannot be called.

    ``await call_tool(name, arguments, progress)`` gives the result as on the wire. ``taken`` are the names that
    other tools have. ``options`` are Tool's.
    """
    names = list(taken)
    tools = []
    left_out = []
    for each in listed:
        try:
            made = _tool(each, names, call_tool, options)
        except DeclarationError as error:
            left_out.append({"operation": str(each.get("name")), "reason": str(error)})
        else:
            names.append(made.name)
            tools.append(made)
    return tools, left_out


def _tool(
    each: dict[str, "Any"], taken: "Any", call_tool: "Callable[..., Any]", options: dict[str, "Any"]
) -> Tool:
    wrapped = _wrapped(each.get("outputSchema"))

    async def function(arguments: dict[str, "Any"], progress: "Callable[..., None]") -> "Any":
        value = value_of(await call_tool(each["name"], arguments, progress))
        return value["result"] if wrapped is not None and isinstance(value, dict) and "result" in value else value

    described = {
        "name": each["name"],
        "description": each.get("description") or each.get("title") or each["name"],
        "schema": each.get("inputSchema"),
        "result_schema": each.get("outputSchema") if wrapped is None else wrapped,
    }
    return foreign_tool(function, described, taken, "mcp", takes_progress=True, **options)


def _wrapped(schema: "Any") -> dict[str, "Any"] | None:
    """The schema of ``result`` where that is all there is: so SDKs send what is no object."""
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(properties, dict) or list(properties) != ["result"]:
        return None
    inner = dict(properties["result"]) if isinstance(properties["result"], dict) else {}
    if "$defs" in schema:
        inner["$defs"] = schema["$defs"]
    return inner


def value_of(result: dict[str, "Any"]) -> "Any":
    """The value of a ``tools/call`` result: its structured content, or its text, or a list of its parts.

    Raises ToolError where the server says that the tool failed.

    >>> value_of({"content": [{"type": "text", "text": "21 °C"}]})
    '21 °C'
    """
    parts = [_part(each) for each in result.get("content") or []]
    if result.get("isError"):
        raise ToolError(
            " ".join([each for each in parts if isinstance(each, str)]) or "the tool failed without a word"
        )
    if result.get("structuredContent") is not None:
        return result["structuredContent"]
    if all(isinstance(each, str) for each in parts):
        return "\n".join(parts)
    return parts[0] if len(parts) == 1 else parts


def _part(content: dict[str, "Any"]) -> "Any":
    """Text as text; pictures and sound as ``{type, mime, data}`` (base64), resources as ``{type, uri, …}``."""
    kind = content.get("type")
    if kind == "text":
        return content.get("text", "")
    if kind in ("image", "audio"):
        return {"type": kind, "mime": content.get("mimeType"), "data": content.get("data")}
    inner = content.get("resource") if kind == "resource" else content
    kept = {
        key: (inner or {}).get(key)
        for key in ("uri", "name", "text", "blob")
        if (inner or {}).get(key) is not None
    }
    kept["type"] = kind
    return kept
