"""uvicorn as this server needs it: strict, patient with streams when it ends, and silent about what it does."""

from __future__ import annotations

import asyncio
import functools
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.applications import Starlette

from codeact_server.http_protocol import StrictProtocol
from codeact_server.settings import Settings
from codeact_server.stopping import Stopping

__all__ = ["Server", "configured"]

# In which what was said last is sent, after the time for answers is over.
_LAST_WORDS_SECONDS = 1.0


def configured(settings: Settings, app: Callable[[], Starlette], workers: int = 1) -> uvicorn.Config:
    """Give uvicorn's configuration. ``app`` makes the application, in each worker."""
    return uvicorn.Config(
        app,
        factory=True,
        http=functools.partial(StrictProtocol, rules=settings.server),  # type: ignore[arg-type]
        ws="none",
        lifespan="on",
        workers=workers,
        # The logging of whoever runs us stays theirs; ``serve`` sets up its own.
        log_config=None,
        access_log=False,
        server_header=False,
        # Whom to believe about X-Forwarded headers is in [access], not in uvicorn's environment variables.
        proxy_headers=False,
        timeout_keep_alive=settings.server.idle_seconds,  # type: ignore[arg-type]
        timeout_graceful_shutdown=settings.server.shutdown_seconds + _LAST_WORDS_SECONDS,  # type: ignore[arg-type]
        timeout_worker_healthcheck=30,
        # What one request binds for its log lines must not be found by the next one on its connection.
        reset_contextvars=True,
    )


class Server(uvicorn.Server):
    """A server that says when connections are really accepted, and ends in steps."""

    def __init__(self, config: uvicorn.Config, on_listening: Callable[[], None] = lambda: None) -> None:
        super().__init__(config)
        self._on_listening = on_listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        if self.started:
            self._on_listening()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Say on /readyz that we leave, take no more connections, let answers end, then break them off."""
        settings: Settings = self._app.state.settings
        stopping: Stopping = self._app.state.stopping
        stopping.begin()
        if not self.force_exit:
            await asyncio.sleep(settings.server.drain_seconds)
        clock = asyncio.get_running_loop().call_later(settings.server.shutdown_seconds, stopping.break_off)
        await super().shutdown(sockets)
        clock.cancel()
        # A client that does not read what it was sent keeps its connection waiting for ever.
        for connection in list(self.server_state.connections):
            assert isinstance(connection, StrictProtocol)
            connection.reset()
        await asyncio.sleep(0)  # in which the aborted ones are closed
        if self.server_state.tasks:  # cancelled: what they have open is closed in a thread
            await asyncio.wait(self.server_state.tasks, timeout=1)

    @property
    def _app(self) -> Any:
        return self.config.loaded_app
