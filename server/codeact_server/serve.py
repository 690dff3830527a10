"""Runs the server: in the foreground for ``codeact-web serve``, in a thread for scripts and tests."""

from __future__ import annotations

import asyncio
import errno
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import uvicorn

from codeact_server.access.binding import refusal_to_listen
from codeact_server.app import create_app
from codeact_server.errors import StartError
from codeact_server.settings import Settings

__all__ = ["running_server", "serve"]

_SITE_FILES = ("index.html", "sandbox/manifest.json")


class _Server(uvicorn.Server):
    """A server that says when connections are really accepted."""

    def __init__(self, config: uvicorn.Config, on_listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_listening = on_listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_listening()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        # A client that does not read what it was sent keeps its connection waiting for ever.
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)  # in which the aborted ones are closed
        if self.server_state.tasks:  # cancelled: what they have open is closed in a thread
            await asyncio.wait(self.server_state.tasks, timeout=1)


def serve(settings: Settings) -> int:
    """Serve until interrupted and give the exit code; what prevents it is told in one sentence."""
    try:
        _check(settings)
        listener = _listen(settings.host, settings.port)
    except StartError as exc:
        print(f"codeact-web: {exc}", file=sys.stderr)
        return 1
    upstream = settings.upstream
    model = f"model: {upstream.name} at {upstream.host}" if upstream else "no model connected: recorded tasks only"

    def announce() -> None:
        print(f"codeact-web is at {_address(settings.host, listener)}\n{model}", flush=True)

    with listener:
        server = _Server(_config(settings, log_level="warning"), announce)
        # uvicorn has closed everything by then; Ctrl+C is how a person ends it.
        with suppress(KeyboardInterrupt):
            server.run([listener])
    return 0


@contextmanager
def running_server(settings: Settings) -> Iterator[str]:
    """Run the server in a thread on a free loopback port and give its address; stop it on leaving."""
    settings = settings.model_copy(update={"host": "127.0.0.1", "port": 0})
    listening = threading.Event()
    with _listen(settings.host, settings.port) as listener:
        # log_config=None: the logging of whoever runs us stays theirs.
        server = _Server(_config(settings, log_config=None), listening.set)
        thread = threading.Thread(target=server.run, args=([listener],), name="codeact-web", daemon=True)
        thread.start()
        try:
            while not listening.wait(0.05):
                if not thread.is_alive():
                    raise StartError("The server stopped while starting; its log says why.")
            yield _address(settings.host, listener)
        finally:
            server.should_exit = True
            thread.join()


def _config(settings: Settings, **options: Any) -> uvicorn.Config:
    return uvicorn.Config(
        create_app(settings),
        http="h11",
        ws="none",
        lifespan="on",
        access_log=False,
        server_header=False,
        # No proxy stands before a loopback server; whoever sends X-Forwarded-Proto is not to be believed.
        proxy_headers=False,
        timeout_graceful_shutdown=2,
        **options,
    )


def _check(settings: Settings) -> None:
    if refusal := refusal_to_listen(settings.host, settings.access):
        raise StartError(refusal)
    missing = [name for name in _SITE_FILES if not (settings.site / name).is_file()]
    if missing:
        raise StartError(f"The site is not built ({settings.site / missing[0]} is missing); run `make demo`.")


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as exc:
        listener.close()
        raise StartError(_why_not(exc, host, port)) from exc
    return listener


def _why_not(exc: OSError, host: str, port: int) -> str:
    if exc.errno == errno.EADDRINUSE:
        return f"Port {port} is in use; choose another with `--port {port + 1}` (`make demo PORT={port + 1}`)."
    if exc.errno == errno.EACCES:
        return f"Port {port} is reserved for the system; choose another with `--port 8000`."
    return f"The address {host}:{port} cannot be used here ({exc.strerror}); try `--host 127.0.0.1`."


def _address(host: str, listener: socket.socket) -> str:
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{listener.getsockname()[1]}"
