"""Finds the upstream for a request: by the model's name, and the next one where the first fails.

Called by ``relay`` and, for prices, by ``quotas``; made by ``app`` when the server starts.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

import httpx
from aiohttp.abc import AbstractResolver

from codeact_server.errors import UpstreamError
from codeact_server.observe.logs import log
from codeact_server.observe.metrics import breaker_changed
from codeact_server.settings import Settings
from codeact_server.upstream_settings import Price
from codeact_server.upstreams.answer import Answer, ModelFacts
from codeact_server.upstreams.breaker import Breaker
from codeact_server.upstreams.catalogue import Catalogue
from codeact_server.upstreams.client import Exchange, UpstreamClient
from codeact_server.upstreams.dialects import PATHS
from codeact_server.upstreams.failures import FailedError
from codeact_server.upstreams.service import Service
from codeact_server.upstreams.transport import open_http

if TYPE_CHECKING:
    from codeact_server.relay.prepared import Prepared

__all__ = ["Upstreams", "open_upstreams"]


class Upstreams:
    """All upstreams of the settings. Made by ``open_upstreams``."""

    def __init__(self, services: Sequence[Service], connections: int) -> None:
        """``connections`` is how many answers may be open at once."""
        self._services = {each.upstream.name: each for each in services}
        self._catalogue = Catalogue([each.upstream for each in services])
        self._connections = connections
        self._open = 0

    async def models(self) -> list[ModelFacts]:
        """Tell of every name and alias that can be asked for, each once per dialect.

        An upstream whose models the settings do not list is asked, at most every 5 s. One that fails is left
        out; raises UpstreamError when nothing is left.
        """
        found: dict[tuple[str, str], ModelFacts] = {}
        failed: FailedError | None = None
        for service in self._services.values():
            upstream = service.upstream
            try:
                names = upstream.models or await service.names()
            except FailedError as exc:
                failed, names = failed or exc, []
            for facts in self._catalogue.facts(upstream, names):
                found.setdefault((facts.dialect, facts.name), facts)
        if failed and not found:
            raise failed.error from failed
        return list(found.values())

    def standing(self) -> tuple[int, int]:
        """How many upstreams would be asked now, and how many there are."""
        return sum(service.is_up for service in self._services.values()), len(self._services)

    def price(self, prepared: Prepared) -> Price | None:
        """Give what the request would cost, before it is known who answers; None where no price is told."""
        return self._catalogue.price(prepared.dialect, prepared.model)

    @asynccontextmanager
    async def open(self, prepared: Prepared) -> AsyncIterator[Answer]:
        """Open the answer to one request. Leaving the context closes the upstream's connection if it still talks.

        Before the first byte failures are retried and other upstreams asked. Raises UpstreamError, or RequestError
        for a model that is not here. What ``chunks`` raises later is UpstreamClosedError.
        """
        if self._open >= self._connections:
            message = "This server has too many requests to the model open."
            raise UpstreamError(503, "server_busy", message, {"retry-after": "1"})
        self._open += 1
        try:
            exchange = await self._first(prepared)
            try:
                yield exchange.answer
            finally:
                await exchange.close()
        finally:
            self._open -= 1

    async def _first(self, prepared: Prepared) -> Exchange:
        if not self._services:
            raise UpstreamError(
                503,
                "no_upstream",
                "No model is connected to this server. Set OPENAI_BASE_URL and OPENAI_API_KEY, or write an "
                "[upstream] table into codeact.toml, and start it again.",
            )
        failures: list[FailedError] = []
        for upstream, model in self._catalogue.candidates(prepared.dialect, prepared.model):
            fields = {**prepared.fields, "model": model}
            try:
                service = self._services[upstream.name]
                return await service.ask(PATHS[prepared.dialect], fields, stream=prepared.stream)
            except FailedError as exc:
                failures.append(exc)
                if not exc.elsewhere:
                    break
        # The first upstream's own words are worth more than what was said in its stead.
        told = next((each for each in failures if each.asked), failures[0])
        raise told.error from told


@asynccontextmanager
async def open_upstreams(
    settings: Settings,
    resolver: AbstractResolver | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> AsyncIterator[Upstreams]:
    """Hold the connections to all upstreams for as long as the server lives.

    Tests bring a ``resolver`` of names, and a ``clock`` of seconds for the breakers.
    """
    # Made once: reading the certificates takes 20 ms.
    usual = httpx.create_ssl_context(trust_env=False)
    services = []
    async with AsyncExitStack() as stack:
        for upstream in settings.upstreams:
            times = upstream.times(settings.timeouts)
            tls = ssl.create_default_context(cafile=upstream.ca_file) if upstream.ca_file else usual
            http = await stack.enter_async_context(open_http(upstream, tls, resolver))
            breaker_changed(upstream.name, False)
            breaker = Breaker(upstream.breaker, partial(_tell, upstream.name), clock)
            services.append(Service(upstream, UpstreamClient(http, upstream, times), times, breaker))
        yield Upstreams(services, settings.limits.connections)


def _tell(upstream: str, open: bool) -> None:
    breaker_changed(upstream, open)
    log.warning("an upstream is left alone" if open else "an upstream is asked again", upstream=upstream)
