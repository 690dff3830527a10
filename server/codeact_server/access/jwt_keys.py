"""An issuer's public keys, fetched where they are published and kept for a while. Called by ``access.jwt_bearer``.

Formats: JSON Web Key Set (RFC 7517), OpenID Connect Discovery 1.0.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx
from pydantic_core import from_json

from codeact_server.access_settings import Jwt
from codeact_server.addresses import check_fetched_url
from codeact_server.errors import ApiError
from codeact_server.observe.logs import log

__all__ = ["IssuerKeys"]

_KEPT_SECONDS = 600
_BETWEEN_FETCHES = 60
_TIMEOUT = httpx.Timeout(5)
_MAX_BYTES = 512 * 1024
_DISCOVERY = "/.well-known/openid-configuration"


class IssuerKeys:
    """The keys of one issuer. Time is counted by the monotonic clock: a clock that is set changes nothing."""

    def __init__(self, settings: Jwt) -> None:
        self._settings = settings
        self._keys: list[dict[str, Any]] = []
        self._fetched = self._tried = float("-inf")
        self._fetching = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    async def find(self, key_id: str | None) -> dict[str, Any] | None:
        """Give the key with that id; without an id, the only one there is.

        Raises ApiError (503) while no key could ever be fetched. Keys are asked for again after ten minutes, and
        for an id not yet known, but at most once a minute: who sends made-up ids asks nobody anything.
        """
        found = self._known(key_id)
        if found is None:
            await self._refresh()
            found = self._known(key_id)
        elif time.monotonic() - self._fetched > _KEPT_SECONDS and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._refresh())  # who has a key that is known need not wait
        if not self._keys:
            raise ApiError(503, "issuer_unreachable", "Who signs the tokens could not be asked for its keys.")
        return found

    async def _refresh(self) -> None:
        async with self._fetching:
            if time.monotonic() - self._tried > _BETWEEN_FETCHES:
                self._tried = time.monotonic()
                await self._fetch()

    def _known(self, key_id: str | None) -> dict[str, Any] | None:
        fitting = [key for key in self._keys if key_id is None or key.get("kid") == key_id]
        return fitting[0] if len(fitting) == 1 else None

    async def _fetch(self) -> None:
        """Keeps the keys there were if it fails."""
        try:
            async with httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False, follow_redirects=False) as client:
                url = self._settings.jwks_url or await self._discover(client)
                keys = (await _read(client, url)).get("keys")
        except (httpx.HTTPError, ValueError) as exc:
            log.warning("the issuer's keys could not be fetched", issuer=self._settings.issuer, exc_info=exc)
            return
        usable = [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []
        self._keys = [key for key in usable if key.get("kty") != "oct" and key.get("use") != "enc"]
        self._fetched = time.monotonic()

    async def _discover(self, client: httpx.AsyncClient) -> str:
        issuer = self._settings.issuer
        document = await _read(client, issuer.rstrip("/") + _DISCOVERY)
        if document.get("issuer") != issuer:
            raise ValueError("the discovery document is another issuer's")
        return check_fetched_url(str(document.get("jwks_uri")))


async def _read(client: httpx.AsyncClient, url: str) -> dict[str, Any]:
    async with client.stream("GET", url, headers={"accept": "application/json"}) as response:
        response.raise_for_status()
        if response.is_redirect:
            raise ValueError("it redirects")
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > _MAX_BYTES:
                raise ValueError("it is too large")
    document = from_json(bytes(body))
    if not isinstance(document, dict):
        raise ValueError("it is no JSON object")
    return document
