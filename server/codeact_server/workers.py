"""Several processes on one port: uvicorn's supervisor, which replaces a worker that died. Called by ``serve``."""

from __future__ import annotations

import functools
import os
import socket
import tempfile
from collections.abc import Callable

from prometheus_client.multiprocess import mark_process_dead
from starlette.applications import Starlette
from uvicorn import Config
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors.multiprocess import Multiprocess, Process

from codeact_server.app import create_app
from codeact_server.collector import calm_collector
from codeact_server.observe import logs
from codeact_server.observe.metrics import MULTIPROCESS_DIR
from codeact_server.server import Server, configured
from codeact_server.settings import Settings

__all__ = ["run_workers"]


def run_workers(settings: Settings, listener: socket.socket, announce: Callable[[], None]) -> int:
    """Serve until interrupted; gives the exit code. ``announce`` is called when all workers listen."""
    config = configured(settings, functools.partial(_app_of_worker, settings), workers=settings.workers)
    workers = _Workers(config, [listener], announce)
    with tempfile.TemporaryDirectory(prefix="codeact-metrics-") as figures:
        os.environ[MULTIPROCESS_DIR] = figures  # read by the workers when they import the metrics
        try:
            workers.run()
        finally:
            del os.environ[MULTIPROCESS_DIR]
    return 1 if workers.failed else 0


def _app_of_worker(settings: Settings) -> Starlette:
    logs.configure(settings.logs.format)
    app = create_app(settings)
    calm_collector()
    return app


class _Worker(Process):
    @property
    def server(self) -> Server:
        if self._server is None:
            self._server = Server(self.config)
        assert isinstance(self._server, Server)
        return self._server


class _Workers(Multiprocess):
    """The supervisor. Its clock ticks twice a second."""

    def __init__(self, config: Config, sockets: list[socket.socket], announce: Callable[[], None]) -> None:
        super().__init__(config, sockets)
        self._announce: Callable[[], None] | None = announce
        self.failed = False

    def init_processes(self) -> None:
        self.processes = [self._started() for _ in range(self.processes_num)]

    def keep_subprocess_alive(self) -> None:
        for index, worker in enumerate(self.processes):
            if worker.is_alive(timeout=self.config.timeout_worker_healthcheck):
                continue
            worker.kill()
            worker.join()
            if worker.pid is not None:
                mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
            if worker.exitcode == STARTUP_FAILURE or self._announce is not None:
                self.failed = True
                self.should_exit.set()
                return
            logs.log.error("worker died", pid=worker.pid, exit_code=worker.exitcode)
            self.processes[index] = self._started()
        if self._announce is not None and all(worker.is_ready() for worker in self.processes):
            self._announce()
            self._announce = None

    # The terminal was closed.
    def handle_hup(self) -> None:
        self.should_exit.set()

    # The number of workers is that of the settings.
    def handle_ttin(self) -> None:
        pass

    handle_ttou = handle_ttin

    def _started(self) -> _Worker:
        worker = _Worker(self.config, self.sockets)
        worker.start()
        return worker
