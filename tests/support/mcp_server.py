"""A real MCP server by the official SDK, with tools of each kind."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from mcp.server import MCPServer
from mcp.server.mcpserver import Context, Image
from mcp.server.mcpserver.exceptions import ToolError
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from typing_extensions import TypedDict

__all__ = ["mcp_app"]

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)


class Weather(TypedDict):
    """How it is."""

    city: str
    degrees: float


def mcp_app(origin: str = "*") -> Starlette:
    """The server as an app at ``/mcp``, which pages of ``origin`` may ask."""
    server = MCPServer("test", log_level="CRITICAL")

    @server.tool()
    def add(a: int, b: int = 1) -> int:
        """Add two numbers."""
        return a + b

    @server.tool(name="get-weather")
    def weather(city: str, unit: Literal["C", "F"] = "C") -> Weather:
        """How the weather is in a city."""
        return {"city": city, "degrees": 21.5 if unit == "C" else 70.7}

    @server.tool()
    def fail(why: str) -> str:
        """Fail."""
        raise ToolError(why)

    @server.tool(structured_output=False)
    def greet(name: str) -> str:
        """Greet in words."""
        return f"Hello, {name}!"

    @server.tool(structured_output=False)
    def picture() -> Any:
        """A picture."""
        return Image(data=PIXEL, format="png")

    @server.tool()
    async def slow(steps: int, ctx: Context) -> str:
        """Tell of its progress."""
        for step in range(steps):
            await ctx.report_progress(step + 1, steps, f"step {step + 1}")
        return "done"

    @server.tool()
    async def hang() -> str:
        """Never answer."""
        await asyncio.Event().wait()
        return ""

    app = server.streamable_http_app()
    app.add_middleware(
        CORSMiddleware,
        allow_origins=[origin],
        allow_methods=["*"],
        allow_headers=["*"],
        expose_headers=["Mcp-Session-Id"],
    )
    return app
