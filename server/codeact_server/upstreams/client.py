"""The way to one service behind this server; it alone knows the key.

Called by ``relay``. Everything that leaves here is free of the key and of the provider's own headers.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json, to_json

from codeact_server.errors import UpstreamClosedError, UpstreamError
from codeact_server.settings import Settings, Upstream
from codeact_server.upstreams.scrubber import Scrubber

__all__ = ["EVENT_STREAM", "Answer", "UpstreamClient", "open_client"]

EVENT_STREAM = "text/event-stream"
JSON = "application/json"
_PASSED_HEADERS = ("retry-after", "x-request-id")
_SAFE_VALUE = re.compile(r"[A-Za-z0-9 ,:._-]{1,128}")
_SECRET_NAME = re.compile("key|token|auth|secret|cookie", re.IGNORECASE)
# Local servers are given placeholders such as "ollama"; taking those words out would corrupt the text.
_SHORTEST_SECRET = 8
_ERROR_BYTES = 64 * 1024


class _Model(BaseModel):
    id: str


class _ModelList(BaseModel):
    data: list[_Model]


@dataclass(frozen=True)
class Answer:
    """A success: its media type, the headers that may be passed on, and its bytes as they come."""

    media_type: str
    headers: dict[str, str]
    chunks: AsyncIterator[bytes]


class UpstreamClient:
    """Asks the upstream and tells its failures apart. Made by ``open_client``."""

    def __init__(self, http: httpx.AsyncClient, upstream: Upstream, answer_bytes: int) -> None:
        self._http = http
        self._upstream = upstream
        self._answer_bytes = answer_bytes
        key = upstream.api_key.get_secret_value() if upstream.api_key else ""
        self._headers = {"accept-encoding": "identity", **upstream.headers}
        if key:
            self._headers["authorization"] = f"Bearer {key}"
        secrets = [key, *(text for name, text in upstream.headers.items() if _SECRET_NAME.search(name))]
        self._secrets = tuple(text.encode() for text in secrets if len(text) >= _SHORTEST_SECRET)

    @asynccontextmanager
    async def chat(self, body: bytes, *, stream: bool) -> AsyncIterator[Answer]:
        """Open one completion. Leaving the context closes the upstream's connection if it still talks."""
        wanted = EVENT_STREAM if stream else JSON
        async with self._open("POST", "/chat/completions", wanted, body) as response:
            media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            if media_type not in {EVENT_STREAM, JSON}:
                raise _not_an_api("something that is not JSON")
            async with aclosing(self._chunks(response)) as chunks:
                yield Answer(media_type, self._passed(response), chunks)

    async def models(self) -> list[str]:
        """List the models' names: those of the settings, else those the upstream tells of."""
        if self._upstream.models:
            return list(self._upstream.models)
        async with self._open("GET", "/models", JSON) as response:
            raw = await self.read(self._chunks(response))
        try:
            return [model.id for model in _ModelList.model_validate_json(raw).data]
        except ValidationError as exc:
            raise _not_an_api("no list of models") from exc

    async def read(self, chunks: AsyncIterator[bytes]) -> bytes:
        """Join a whole unstreamed answer, up to the size the settings allow."""
        joined = bytearray()
        async for chunk in chunks:
            joined += chunk
            if len(joined) > self._answer_bytes:
                raise UpstreamError(502, "upstream_too_large", "The model's answer is larger than allowed.")
        return bytes(joined)

    @asynccontextmanager
    async def _open(
        self, method: str, path: str, accept: str, body: bytes | None = None
    ) -> AsyncIterator[httpx.Response]:
        headers = {**self._headers, "accept": accept} | ({"content-type": JSON} if body is not None else {})
        request = self._http.stream(method, self._upstream.base_url + path, headers=headers, content=body)
        try:
            async with request as response:
                if not response.is_success:
                    raise await self._refusal(response)
                yield response
        except httpx.HTTPError as exc:
            raise _translated(exc) from exc

    async def _chunks(self, response: httpx.Response) -> AsyncGenerator[bytes]:
        scrubber = Scrubber(self._secrets)
        try:
            # Equal to aiter_raw() byte for byte, unless an upstream compresses although told not to.
            async for chunk in response.aiter_bytes():
                if passed := scrubber.feed(chunk):
                    yield passed
        except httpx.HTTPError as exc:
            why = "went silent" if isinstance(exc, httpx.TimeoutException) else "closed the connection"
            message = f"The model's provider {why} in the middle of its answer."
            raise UpstreamClosedError(502, "upstream_closed", message) from exc
        if held := scrubber.end():
            yield held

    async def _refusal(self, response: httpx.Response) -> UpstreamError:
        status, headers = response.status_code, self._passed(response)
        if status == 401:
            what = "refused this server's API key" if self._upstream.api_key else "asks for an API key"
            mend = "Whoever runs this server must set the right one in OPENAI_API_KEY or codeact.toml."
            return UpstreamError(401, "upstream_key_refused", f"The model's provider {what}. {mend}", headers)
        if status < 400:
            return _not_an_api(f"a redirect ({status})")
        error = UpstreamError(status, "upstream_refused", f"The model's provider answered {status}.", headers)
        error.body = self._explanation(await _start_of(response))
        return error

    def _explanation(self, raw: bytes) -> dict[str, Any] | None:
        """Keep an error body only if it is JSON in OpenAI's shape; scrubbed as it will be written out."""
        try:
            body = from_json(self._scrubbed(to_json(from_json(raw))))
        except ValueError:
            return None
        return body if isinstance(body, dict) and isinstance(body.get("error"), dict) else None

    def _passed(self, response: httpx.Response) -> dict[str, str]:
        found = {name: response.headers.get(name, "") for name in _PASSED_HEADERS}
        clean = {name: self._scrubbed(text.encode()).decode() for name, text in found.items()}
        return {name: text for name, text in clean.items() if _SAFE_VALUE.fullmatch(text)}

    def _scrubbed(self, data: bytes) -> bytes:
        scrubber = Scrubber(self._secrets)
        return scrubber.feed(data) + scrubber.end()


@asynccontextmanager
async def open_client(settings: Settings) -> AsyncIterator[UpstreamClient | None]:
    """Hold the one HTTP client for as long as the server lives; None when no upstream is set."""
    if settings.upstream is None:
        yield None
        return
    times, limits = settings.timeouts, settings.limits
    timeout = httpx.Timeout(connect=times.connect, read=times.read, write=times.write, pool=times.pool)
    pool = httpx.Limits(max_connections=limits.connections, max_keepalive_connections=20)
    # trust_env: a proxy or .netrc from the environment must not see the key.
    # No cookies: one that the upstream sets in one person's answer would be sent with everybody's requests.
    jar = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    async with httpx.AsyncClient(
        timeout=timeout, limits=pool, cookies=jar, follow_redirects=False, trust_env=False
    ) as http:
        yield UpstreamClient(http, settings.upstream, limits.answer_bytes)


async def _start_of(response: httpx.Response) -> bytes:
    start = b""
    async for chunk in response.aiter_bytes():
        start += chunk
        if len(start) > _ERROR_BYTES:
            break
    return start


def _not_an_api(got: str) -> UpstreamError:
    hint = "Whoever runs this server should check its base_url, which usually ends in /v1."
    return UpstreamError(502, "upstream_not_an_api", f"The model's provider gave {got}. {hint}")


def _translated(exc: httpx.HTTPError) -> UpstreamError:
    if isinstance(exc, httpx.PoolTimeout):
        message = "This server has too many requests to the model open."
        return UpstreamError(503, "server_busy", message, {"retry-after": "1"})
    if isinstance(exc, httpx.TimeoutException):
        return UpstreamError(504, "upstream_timeout", "The model's provider did not answer in time.")
    message = "The model's provider could not be reached, or hung up without an answer."
    return UpstreamError(502, "upstream_unreachable", message)
