"""Where tools come from that are not functions of this process: ``OpenApi``, ``McpServer``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from codeact_agent.errors import DeclarationError
from codeact_agent.tools import Tool

__all__ = ["ToolSource", "by_name"]


@runtime_checkable
class ToolSource(Protocol):
    """An async context manager that gives tools. It may be entered and left by different tasks, more than once."""

    async def __aenter__(self) -> list[Tool]: ...

    async def __aexit__(self, *exc: object) -> bool | None: ...


def by_name(tools: Iterable[Tool]) -> dict[str, Tool]:
    """Tools by their names. Raises DeclarationError where two have the same."""
    found: dict[str, Tool] = {}
    for each in tools:
        if each.name in found:
            raise DeclarationError(f"two tools are named {each.name!r}; rename one of them")
        found[each.name] = each
    return found
