"""One upstream with its patience: retries before the first byte, and a breaker. See docs/adr/0034."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel, ValidationError
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, stop_before_delay
from tenacity.wait import wait_random_exponential

from codeact_server.errors import UpstreamClosedError
from codeact_server.observe.logs import log
from codeact_server.upstream_settings import Timeouts, Upstream
from codeact_server.upstreams.breaker import Breaker
from codeact_server.upstreams.catalogue import is_name
from codeact_server.upstreams.client import Exchange, UpstreamClient
from codeact_server.upstreams.failures import FailedError, not_an_api, of_silence

__all__ = ["Service"]

# Full jitter, so that those who failed together do not come back together.
_BACK_OFF = wait_random_exponential(multiplier=0.25, max=4)
# Longer than that the caller decides, who is told, and who may have another upstream.
LONGEST_WAIT = 10.0
# Many pages that open at once ask once; a model that was just added is there a moment later.
_LIST_SECONDS = 5.0
# A page waits for the list before it can be used.
_LIST_PATIENCE = 10.0
_LIST_BYTES = 1024 * 1024
_LIST_NAMES = 1000


class _Model(BaseModel):
    id: str


class _ModelList(BaseModel):
    data: list[_Model]


class Service:
    """Asks one upstream, as often as its settings allow."""

    def __init__(self, upstream: Upstream, client: UpstreamClient, times: Timeouts, breaker: Breaker) -> None:
        self.upstream = upstream
        self._client = client
        self._patience = times.first_byte
        self._breaker = breaker
        self._names: list[str] = []
        self._failed: FailedError | None = None
        self._asked = float("-inf")
        self._listing = asyncio.Lock()

    @property
    def is_up(self) -> bool:
        """Whether it would be asked now."""
        return self._breaker.state != "open"

    async def ask(self, path: str, fields: dict[str, Any] | None, *, stream: bool = False) -> Exchange:
        """Give the answer as soon as its first byte is there. Raises FailedError when patience has ended."""
        until = asyncio.get_running_loop().time() + self._patience

        async def attempt() -> Exchange:
            with self._breaker.attempt(), self._logged():
                try:
                    async with asyncio.timeout_at(until):
                        return await self._client.ask(path, fields, stream=stream)
                except TimeoutError as exc:
                    raise of_silence() from exc

        retrying = AsyncRetrying(
            sleep=asyncio.sleep,
            retry=retry_if_exception(self._is_worth_another),
            wait=_wait,
            stop=stop_after_attempt(1 + self.upstream.retries) | stop_before_delay(self._patience),
            reraise=True,
        )
        return await retrying(attempt)

    async def names(self) -> list[str]:
        """Give the names it tells of itself, no older than a few seconds; those it told before while it fails.

        Raises FailedError when it has never told any. It is asked for all who wait, also where it fails.
        """
        async with self._listing:
            if time.monotonic() - self._asked >= _LIST_SECONDS:
                try:
                    async with asyncio.timeout(min(self._patience, _LIST_PATIENCE)):
                        self._names, self._failed = await self._list(), None
                except (FailedError, TimeoutError) as exc:
                    self._failed = exc if isinstance(exc, FailedError) else of_silence()
                self._asked = time.monotonic()
            if self._failed is not None and not self._names:
                raise self._failed.with_traceback(None)
            return self._names

    async def _list(self) -> list[str]:
        exchange = await self.ask("/models", None)
        raw = bytearray()
        try:
            async for chunk in exchange.answer.chunks:
                raw += chunk
                if len(raw) > _LIST_BYTES:
                    raise not_an_api("an endless list of models")
            found = _ModelList.model_validate_json(bytes(raw)).data
        except (UpstreamClosedError, ValidationError) as exc:
            raise not_an_api("no list of models") from exc
        finally:
            await exchange.close()
        return [model.id for model in found if is_name(model.id)][:_LIST_NAMES]

    @contextmanager
    def _logged(self) -> Iterator[None]:
        """A failure that a retry or another upstream makes good is seen by nobody else."""
        try:
            yield
        except FailedError as failed:
            error = failed.error
            log.info("an upstream failed", upstream=self.upstream.name, code=error.code, status=error.status)
            raise

    def _is_worth_another(self, exc: BaseException) -> bool:
        return (
            isinstance(exc, FailedError)
            and exc.again
            and (exc.wait or 0) <= LONGEST_WAIT
            and self._breaker.state != "open"
        )


def _wait(state: RetryCallState) -> float:
    """Seconds before the next attempt: what the upstream asked for, at least, and some by chance."""
    exc = state.outcome.exception() if state.outcome else None
    return ((exc.wait if isinstance(exc, FailedError) else None) or 0.0) + _BACK_OFF(state)
