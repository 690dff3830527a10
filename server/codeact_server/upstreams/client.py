"""Asks one upstream once; it alone knows the key.

Called by ``service``. Everything that leaves here is free of the key and of the provider's own headers.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import aiohttp
import httpx
from pydantic_core import from_json, to_json

from codeact_server.errors import UpstreamClosedError, UpstreamError, UpstreamKeyError
from codeact_server.upstream_settings import Timeouts, Upstream
from codeact_server.upstreams.answer import EVENT_STREAM, JSON, Answer
from codeact_server.upstreams.dialects import headers_of
from codeact_server.upstreams.failures import FailedError, not_an_api, of_exception, of_key, of_refusal
from codeact_server.upstreams.scrubber import Scrubber
from codeact_server.upstreams.transport import Line, line

__all__ = ["Exchange", "UpstreamClient"]

_SAFE_VALUE = re.compile(r"[A-Za-z0-9 ,:._-]{1,128}")
_SECRET_NAME = re.compile("key|token|auth|secret|cookie", re.IGNORECASE)
# Local servers are given placeholders such as "ollama"; taking those words out would corrupt the text.
_SHORTEST_SECRET = 8
_PIECE = 256 * 1024
_ERROR_BYTES = 64 * 1024
_ERROR_SECONDS = 5.0
# What httpx lets through of aiohttp is raised as it is.
_BROKEN = (httpx.HTTPError, aiohttp.ClientError)


class Exchange:
    """One request whose answer has begun. ``close`` must be called."""

    def __init__(
        self, answer: Answer, chunks: AsyncGenerator[bytes], response: httpx.Response, connection: Line
    ) -> None:
        self.answer = answer
        self._chunks = chunks
        self._response = response
        self._connection = connection

    async def close(self) -> None:
        """Close the upstream's connection if it still talks. Nobody may be reading the answer any more."""
        await _close(self._response, self._connection)
        await self._chunks.aclose()


class UpstreamClient:
    """Sends requests to one upstream and tells its failures apart."""

    def __init__(self, http: httpx.AsyncBaseTransport, upstream: Upstream, times: Timeouts) -> None:
        self._http = http
        self._longest_silence = times.read
        self._timeouts = {"timeout": {"connect": times.connect}}
        self._upstream = upstream
        self._urls: dict[str, httpx.URL] = {}
        self._headers = {
            "accept-encoding": "identity",
            "connection": "keep-alive",
            "user-agent": "codeact-web",
            **headers_of(upstream),
        }
        key = upstream.api_key.get_secret_value() if upstream.api_key else ""
        secrets = [key, *(text for name, text in upstream.headers.items() if _SECRET_NAME.search(name))]
        self._secrets = tuple(text.encode() for text in secrets if len(text) >= _SHORTEST_SECRET)

    async def ask(self, path: str, fields: dict[str, Any] | None, *, stream: bool = False) -> Exchange:
        """Send ``fields`` to ``path`` (or, if None, get it) and wait for the first byte of the answer.

        Raises FailedError. Being cancelled closes the connection.
        """
        request = self._request(path, fields, EVENT_STREAM if stream else JSON)
        connection, response = Line(), None
        token = line.set(connection)
        try:
            response = await self._http.handle_async_request(request)
            media_type = await self._media_type(response)
            chunks = await _begun(self._chunks(response))
            connection.limit_silence(self._longest_silence)
        except BaseException as exc:
            await _close(response, connection)
            if isinstance(exc, _BROKEN):
                raise of_exception(exc) from exc
            raise
        finally:
            line.reset(token)
        model = str(fields.get("model")) if fields else ""
        price = self._upstream.price.get(model)
        answer = Answer(media_type, self._passed(response), chunks, self._upstream.name, price)
        return Exchange(answer, chunks, response, connection)

    def _request(self, path: str, fields: dict[str, Any] | None, accept: str) -> httpx.Request:
        # Parsed once: a request is made by hand since a client of httpx takes a third longer to make and send one.
        if (url := self._urls.get(path)) is None:
            url = self._urls[path] = httpx.URL(self._upstream.base_url + path)
        headers = {**self._headers, "accept": accept}
        if fields is None:
            return httpx.Request("GET", url, headers=headers, extensions=self._timeouts)
        body = to_json(fields)
        headers |= {"content-type": JSON, "content-length": str(len(body))}
        # aiohttp writes bytes in one go, and warns of more than 1 MiB.
        content = body if len(body) <= _PIECE else _in_pieces(body)
        return httpx.Request("POST", url, headers=headers, content=content, extensions=self._timeouts)

    async def _media_type(self, response: httpx.Response) -> str:
        """Give what a success claims to be. Raises FailedError for what is none."""
        if not response.is_success:
            raise await self._refusal(response)
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise not_an_api("a compressed answer, although asked for none")
        media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type not in {EVENT_STREAM, JSON}:
            raise not_an_api("something that is not JSON")
        return str(media_type)

    async def _chunks(self, response: httpx.Response) -> AsyncGenerator[bytes]:
        scrubber = Scrubber(self._secrets)
        try:
            async for chunk in _body(response):
                if passed := scrubber.feed(chunk):
                    yield passed
        except _BROKEN as exc:
            silent = isinstance(exc.__cause__, aiohttp.ServerTimeoutError)
            raise UpstreamClosedError("went silent" if silent else "closed the connection") from exc
        if held := scrubber.end():
            yield held

    async def _refusal(self, response: httpx.Response) -> FailedError:
        status, headers = response.status_code, self._passed(response)
        if not 400 <= status < 600:
            return not_an_api(f"no answer but the status {status}")
        if status == 401:
            what = "refused this server's API key" if self._upstream.api_key else "asks for an API key"
            mend = "Whoever runs this server must set the right one in OPENAI_API_KEY or codeact.toml."
            return of_key(UpstreamKeyError(f"The model's provider {what}. {mend}", headers))
        error = UpstreamError(status, "upstream_refused", f"The model's provider answered {status}.", headers)
        error.body = self._explanation(await _start_of(response))
        return of_refusal(error, response.headers)

    def _explanation(self, raw: bytes) -> dict[str, Any] | None:
        """Keep an error body only if it is JSON with an ``error`` object; scrubbed as it will be written out."""
        try:
            body = from_json(self._scrubbed(to_json(from_json(raw, allow_inf_nan=False))))
        except ValueError:
            return None
        return body if isinstance(body, dict) and isinstance(body.get("error"), dict) else None

    def _passed(self, response: httpx.Response) -> dict[str, str]:
        told = response.headers
        request_id = told.get("x-request-id") or told.get("request-id", "")
        found = {name: told.get(name, "") for name in ("retry-after", "retry-after-ms")}
        found["x-upstream-request-id"] = request_id
        clean = {name: self._scrubbed(text.encode()).decode() for name, text in found.items()}
        return {name: text for name, text in clean.items() if _SAFE_VALUE.fullmatch(text)}

    def _scrubbed(self, data: bytes) -> bytes:
        scrubber = Scrubber(self._secrets)
        return scrubber.feed(data) + scrubber.end()


def _body(response: httpx.Response) -> httpx.AsyncByteStream:
    """As it comes, without what httpx counts."""
    assert isinstance(response.stream, httpx.AsyncByteStream)
    return response.stream


async def _in_pieces(body: bytes) -> AsyncGenerator[bytes]:
    for start in range(0, len(body), _PIECE):
        yield body[start : start + _PIECE]


async def _close(response: httpx.Response | None, connection: Line) -> None:
    connection.cut()
    if response is not None:
        await response.aclose()


async def _begun(chunks: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """Wait for the first of ``chunks`` and give all of them. Raises FailedError if there is none."""
    try:
        first = await anext(chunks)
    except (StopAsyncIteration, UpstreamClosedError) as exc:
        raise of_exception(aiohttp.ServerDisconnectedError()) from exc

    async def all_of_them() -> AsyncGenerator[bytes]:
        async with aclosing(chunks):
            yield first
            async for chunk in chunks:
                yield chunk

    return all_of_them()


async def _start_of(response: httpx.Response) -> bytes:
    """Give what there is of an error's body, up to 64 KiB; nothing if it does not end."""
    start = b""
    try:
        async with asyncio.timeout(_ERROR_SECONDS):
            async for chunk in _body(response):
                start += chunk
                if len(start) > _ERROR_BYTES:
                    break
    except (*_BROKEN, TimeoutError):
        return b""
    return start
