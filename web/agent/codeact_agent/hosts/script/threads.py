"""Run a tool where it may block, and let go of it when nobody waits any more."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

__all__ = ["run_in_thread"]

T = TypeVar("T")


async def run_in_thread(function: Callable[[], T]) -> T:
    """What ``function`` gives or raises, run in a thread of its own.

    Cancelled, it leaves the thread to end unheard. anyio's workers would keep the process alive for as long as
    such a thread hangs, and there are 40 of them at most; these are daemons.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()
    context = contextvars.copy_context()

    def settle(value: T | None, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(value)  # type: ignore[arg-type]

    def work() -> None:
        value: T | None = None
        error: Exception | None = None
        try:
            value = context.run(function)
        except StopIteration as stop:  # a Future cannot hold one
            error = RuntimeError(f"StopIteration: {stop.value}")
        except BaseException as raised:  # noqa: BLE001 - SystemExit of a tool too is the caller's to hear
            error = raised if isinstance(raised, Exception) else RuntimeError(f"{type(raised).__name__}: {raised}")
        with suppress(RuntimeError):  # the event loop has been closed since
            loop.call_soon_threadsafe(settle, value, error)

    threading.Thread(target=work, name="codeact tool", daemon=True).start()
    return await done
