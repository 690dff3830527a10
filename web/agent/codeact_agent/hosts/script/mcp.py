"""Tools of an MCP server over streamable HTTP, by the official SDK (the extra ``mcp``)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Any

from codeact_agent.errors import AgentError, DeclarationError
from codeact_agent.mcp_tools import mcp_tools
from codeact_agent.openapi_request import origin_of
from codeact_agent.tools import Tool, ToolError

if TYPE_CHECKING:
    from mcp import Client

__all__ = ["McpServer"]


class McpServer:
    """A connection to one server. An async context manager that gives the tools.

    ``headers`` go with every request and are never the model's, such as ``{"Authorization": "Bearer …"}``.
    ``options`` are those of each tool: approval, rate, timeout. ``left_out`` then tells what cannot be called.
    """

    def __init__(self, url: str, *, headers: dict[str, str] | None = None, **options: Any) -> None:
        """Raises DeclarationError for what is no http(s) URL."""
        if not origin_of(url):
            raise DeclarationError(f"{url!r} is no address of an MCP server: give one such as https://host/mcp")
        self.url = url
        self.left_out: list[dict[str, str]] = []
        self._headers = headers or {}
        self._options = options
        self._closing = asyncio.Event()
        self._serving: asyncio.Task[None] | None = None
        self._client: Client | None = None

    async def __aenter__(self) -> list[Tool]:
        """Connect and list the tools. Raises AgentError.

        The SDK wants to be left by the task that entered it, which our callers' need not be.
        """
        ready: asyncio.Future[list[dict[str, Any]]] = asyncio.get_running_loop().create_future()
        self._closing = asyncio.Event()
        self._serving = asyncio.create_task(self._serve(ready))
        try:
            listed = await ready
        except BaseException:
            self._serving.cancel()
            raise
        tools, self.left_out = mcp_tools(listed, self._call, **self._options)
        return tools

    async def __aexit__(self, *exc: object) -> None:
        self._closing.set()
        if self._serving is not None:
            await asyncio.wait([self._serving])

    async def _serve(self, ready: asyncio.Future[list[dict[str, Any]]]) -> None:
        try:
            async with AsyncExitStack() as stack:
                self._client = await stack.enter_async_context(await self._connected(stack))
                listed = await _listed(self._client)
                ready.set_result(listed)
                await self._closing.wait()
        except Exception as error:  # noqa: BLE001 - whatever the SDK raises goes to the waiting caller
            if not ready.done():
                ready.set_exception(self._unreachable(error))
        finally:
            self._client = None
            ready.cancel()

    async def _connected(self, stack: AsyncExitStack) -> Client:
        try:
            import httpx2
            from mcp import Client
            from mcp.client.streamable_http import streamable_http_client
        except ImportError:
            raise AgentError("MCP servers need the official SDK: pip install 'codeact-web[mcp]'") from None
        http = await stack.enter_async_context(httpx2.AsyncClient(headers=self._headers, timeout=_timeout(httpx2)))
        return Client(streamable_http_client(self.url, http_client=http))

    def _unreachable(self, error: BaseException) -> AgentError:
        if isinstance(error, AgentError):
            return error
        return AgentError(f"The MCP server at {self.url} could not be asked for its tools: {_cause(error)}.")

    async def _call(self, name: str, arguments: dict[str, Any], progress: Callable[..., None]) -> dict[str, Any]:
        if self._client is None:
            raise ToolError(f"the connection to the MCP server at {self.url} has ended")

        async def tell(done: float, total: float | None, message: str | None) -> None:
            progress(min(max(done / total, 0), 1) if total else None, message or "")

        try:
            result = await self._client.call_tool(name, arguments, progress_callback=tell)  # type: ignore[arg-type]
        except Exception as error:
            raise ToolError(f"the MCP server at {self.url}: {_cause(error)}") from error
        return result.model_dump(mode="json", by_alias=True)


def _timeout(httpx2: Any) -> Any:
    """A slow tool's answer is waited for; that nobody is there shows soon."""
    return httpx2.Timeout(None, connect=10)


async def _listed(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = await client.list_tools(cursor=cursor)
        found.extend(each.model_dump(mode="json", by_alias=True) for each in page.tools)
        cursor = page.next_cursor
        if not cursor:
            return found


def _cause(error: BaseException) -> str:
    """The first leaf of what the SDK's task groups raise."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    with suppress(AttributeError):
        return str(error.error.message)  # type: ignore[attr-defined]
    return str(error) or type(error).__name__
