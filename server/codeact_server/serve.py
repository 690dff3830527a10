"""Runs the server: in the foreground for ``codeact-web serve``, in a thread for scripts and tests."""

from __future__ import annotations

import errno
import resource
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from codeact_server.access.binding import refusal_to_listen
from codeact_server.app import create_app
from codeact_server.collector import calm_collector
from codeact_server.errors import StartError
from codeact_server.observe import logs
from codeact_server.server import Server, configured
from codeact_server.settings import Settings
from codeact_server.workers import run_workers

__all__ = ["running_server", "serve"]

# What the system keeps of an answer that a client does not read; else megabytes for each such client.
_UNSENT_BYTES = 128 * 1024
_SITE_FILES = ("index.html", "sandbox/manifest.json")


def serve(settings: Settings) -> int:
    """Serve until interrupted and give the exit code; what prevents it is told in one sentence."""
    try:
        _check(settings)
        app = create_app(settings)  # here, so that a mistake in the settings is told by who called
        listener = _listen(settings.host, settings.port)
    except StartError as exc:
        print(f"codeact-web: {exc}", file=sys.stderr)
        return 1
    models = [f"model: {upstream.name} at {upstream.host}" for upstream in settings.upstreams]
    model = "\n".join(models) or "no model connected: recorded tasks only"

    def announce() -> None:
        print(f"codeact-web is at {_address(settings.host, listener)}\n{model}", flush=True)

    logs.configure(settings.logs.format)
    _allow_many_files()
    signal.signal(signal.SIGTERM, _leave)
    # uvicorn has closed everything by then and raises the signal again; either is how one ends a server.
    with listener, suppress(KeyboardInterrupt, _Left):
        if settings.workers > 1:
            return run_workers(settings, listener, announce)
        calm_collector()
        Server(configured(settings, lambda: app), announce).run([listener])
    return 0


class _Left(BaseException):
    """SIGTERM came."""


def _leave(number: int, frame: FrameType | None) -> None:
    raise _Left


def _allow_many_files() -> None:
    """Each stream is two open sockets, and shells allow 1,024 files unless asked."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@contextmanager
def running_server(settings: Settings) -> Iterator[str]:
    """Run the server in a thread on a free loopback port and give its address; stop it on leaving."""
    # Whoever ends a script or a test does not wait for streams that nobody reads.
    hasty = settings.server.model_copy(update={"shutdown_seconds": min(2, settings.server.shutdown_seconds)})
    settings = settings.model_copy(update={"host": "127.0.0.1", "port": 0, "server": hasty})
    app = create_app(settings)
    listening = threading.Event()
    with _listen(settings.host, settings.port) as listener:
        server = Server(configured(settings, lambda: app), listening.set)
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


def _check(settings: Settings) -> None:
    if refusal := refusal_to_listen(settings.host, settings.access, settings.workers):
        raise StartError(refusal)
    missing = [name for name in _SITE_FILES if not (settings.site / name).is_file()]
    if missing:
        raise StartError(f"The site is not built ({settings.site / missing[0]} is missing); run `make demo`.")


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "TCP_NOTSENT_LOWAT"):  # Accepted ones inherit it.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _UNSENT_BYTES)
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
