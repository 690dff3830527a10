"""Ends what is done for a client as soon as it hangs up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import Receive

__all__ = ["ClientLeft", "while_connected"]


class ClientLeft(Exception):
    """Nobody waits for the answer any more."""


@asynccontextmanager
async def while_connected(receive: Receive) -> AsyncIterator[None]:
    """Cancel what runs in the context when the client leaves, and raise ClientLeft out of it.

    The request's body must have been received. What follows the context runs undisturbed: a client that leaves
    just after the last byte is the usual case.
    """
    task = asyncio.current_task()
    assert task is not None
    inside = True

    def left(_: asyncio.Task[None]) -> None:
        if inside:
            task.cancel()

    watch = asyncio.create_task(_disconnect(receive))
    watch.add_done_callback(left)
    try:
        yield
    except asyncio.CancelledError:
        if watch.done() and task.uncancel() == 0:
            raise ClientLeft from None
        raise
    finally:
        inside = False
        watch.cancel()


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
