"""Upstreams of the server without the server: opened in a test's own loop, before raw upstreams."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from codeact_server.errors import ApiError
from codeact_server.relay.prepared import Prepared
from codeact_server.settings import Settings, Upstream
from codeact_server.upstreams import Upstreams, open_upstreams
from support.raw_upstream import Play, RawUpstream

__all__ = ["ASKED", "asking", "one", "opening", "refused", "said"]

ASKED: dict[str, Any] = {"messages": [{"role": "user", "content": "h\u00e9"}], "temperature": 0.1}


def asking(model: str = "m", dialect: str = "openai.chat", stream: bool = False) -> Prepared:
    """A checked request with ``ASKED`` in it."""
    return Prepared(dialect, model, {"model": model, **ASKED, "stream": stream}, stream, 1, 0)


def opening(*upstreams: Upstream, **given: Any) -> AbstractAsyncContextManager[Upstreams]:
    """``open_upstreams`` with ``upstreams``; what is given beside belongs to it or to the settings."""
    own = {name: given.pop(name) for name in ("resolver", "clock") if name in given}
    return open_upstreams(Settings(upstream=upstreams, **given), **own)


@asynccontextmanager
async def one(play: Play, **given: Any) -> AsyncIterator[tuple[RawUpstream, Upstreams]]:
    """A raw upstream, and the ``Upstreams`` that know it alone, with these settings."""
    async with RawUpstream(play) as raw, opening(Upstream(base_url=raw.base_url, **given)) as upstreams:
        yield raw, upstreams


async def said(upstreams: Upstreams, prepared: Prepared | None = None) -> bytes:
    """The whole answer."""
    async with upstreams.open(prepared or asking()) as answer:
        return b"".join([chunk async for chunk in answer.chunks])


async def refused(upstreams: Upstreams, prepared: Prepared | None = None) -> ApiError:
    """The error that is raised instead of an answer."""
    with pytest.raises(ApiError) as caught:
        await said(upstreams, prepared)
    return caught.value
