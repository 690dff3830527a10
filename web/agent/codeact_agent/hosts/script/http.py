"""OpenAPI documents in a script: fetched and called by httpx, at origins that the caller has allowed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
from anyio import to_thread

from codeact_agent.errors import AgentError, DeclarationError
from codeact_agent.openapi import openapi_tools, server_url
from codeact_agent.openapi_request import origin_of
from codeact_agent.tools import Tool, ToolError

__all__ = ["OpenApi", "Sender"]

_TIMEOUT = httpx.Timeout(60, connect=10)
_MOST_BYTES = 64 * 2**20
_SHOWN = 500  # characters of the body of a failure


class OpenApi:
    """An API described by a document. An async context manager that gives its operations as tools.

    ``document``: the document itself, the path of a JSON file, or its URL. ``allow``: the origins that may be
    asked, such as ``https://api.example``; nothing else is. ``base_url``: where the operations are, if not at the
    document's first server. ``headers`` go with every request and are never the model's. ``options`` are those of
    each tool: approval, rate, timeout. ``left_out`` then tells what cannot be called, and why.
    """

    def __init__(
        self,
        document: dict[str, Any] | Path | str,
        *,
        allow: Iterable[str],
        base_url: str | None = None,
        headers: dict[str, str] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        **options: Any,
    ) -> None:
        """Raises DeclarationError for an origin that is none. ``transport`` sends in place of the network."""
        self.left_out: list[dict[str, str]] = []
        self._document = document
        self._base_url = base_url
        self._options = options
        self._stack = AsyncExitStack()
        self._sender = Sender(allow, headers or {}, transport)

    async def __aenter__(self) -> list[Tool]:
        """Read the document. Raises AgentError."""
        await self._stack.enter_async_context(self._sender)
        try:
            document = await self._loaded()
            base_url = server_url(document, self._base_url) if isinstance(document, dict) else None
            tools, self.left_out = openapi_tools(document, self._sender.send, base_url, **self._options)
            if base_url is not None:
                self._sender.check(base_url)
        except ToolError as error:
            await self._stack.aclose()
            raise AgentError(f"The OpenAPI document could not be fetched: {error}.") from error
        except BaseException:
            await self._stack.aclose()
            raise
        return tools

    async def __aexit__(self, *exc: object) -> None:
        await self._stack.aclose()

    async def _loaded(self) -> Any:
        if isinstance(self._document, dict):
            return self._document
        if isinstance(self._document, str) and "://" in self._document:
            self._sender.check(self._document)
            return await self._sender.send({"method": "GET", "url": self._document, "headers": {}, "body": None})
        try:
            return json.loads(await to_thread.run_sync(Path(self._document).read_text))
        except (OSError, ValueError) as error:
            raise DeclarationError(f"{self._document} is not an OpenAPI document in JSON: {error}") from None


class Sender:
    """Sends requests to allowed origins only. An async context manager."""

    def __init__(
        self, allow: Iterable[str], headers: dict[str, str], transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        allow = [allow] if isinstance(allow, str) else list(allow)
        for each in allow:
            if origin_of(each) != each:
                raise DeclarationError(f"{each!r} is not an origin such as https://host or http://host:8000")
        self._allow = set(allow)
        self._headers = headers
        self._transport = transport

    async def __aenter__(self) -> Sender:
        # Redirects would lead where nobody has allowed.
        self._client = httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False, transport=self._transport)
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._client.aclose()

    def check(self, url: str) -> None:
        """Raise DeclarationError for a URL whose origin is not allowed."""
        if origin_of(url) not in self._allow:
            allowed = ", ".join(sorted(self._allow)) or "none"
            raise DeclarationError(f"{origin_of(url) or url} is not an allowed origin; allowed: {allowed}")

    async def send(self, request: dict[str, Any]) -> Any:
        """The value that ``{method, url, headers, body}`` gives. Raises ToolError, and as ``check`` does."""
        self.check(request["url"])
        headers = {**request["headers"], **self._headers}
        asked = f"{request['method']} {request['url'].partition('?')[0]}"
        try:
            async with self._client.stream(
                request["method"], request["url"], headers=headers, content=request["body"]
            ) as response:
                return _value(asked, response, await _read(asked, response))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ToolError(f"{asked}: no answer ({type(error).__name__}: {error})") from error


async def _read(asked: str, response: httpx.Response) -> bytes:
    body = bytearray()
    async for part in response.aiter_bytes():
        body += part
        if len(body) > _MOST_BYTES:
            raise ToolError(f"{asked}: the answer is larger than {_MOST_BYTES // 2**20} MB")
    return bytes(body)


def _value(asked: str, response: httpx.Response, body: bytes) -> Any:
    text = body.decode(response.charset_encoding or "utf-8", errors="replace")
    if response.has_redirect_location:
        raise ToolError(f"{asked}: status {response.status_code}, a redirect, which is not followed")
    if not response.is_success:
        raise ToolError(f"{asked}: status {response.status_code}: {text[:_SHOWN].strip()}")
    if not body:
        return None
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise ToolError(f"{asked}: the answer is not the JSON it says it is ({error})") from None
