"""Runs coroutines beside an event loop that is already there, as Playwright's sync API keeps one running."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from typing import Any, TypeVar

__all__ = ["in_loop", "run_apart"]

T = TypeVar("T")


def run_apart(coroutine: Coroutine[Any, Any, T]) -> T:
    """``asyncio.run`` in a thread of its own."""
    # A thread cannot put it back, as the executor does; another test's library may have left its own.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def in_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Let pytest run an ``async def`` test, in a thread and loop of its own and for a minute at most."""

    @wraps(test)
    def run(*args: Any, **fixtures: Any) -> None:
        run_apart(asyncio.wait_for(test(*args, **fixtures), 60))

    return run
