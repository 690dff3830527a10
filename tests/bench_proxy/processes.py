"""Starts the processes that are measured, on loopback ports, and tells what they cost."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["Running", "free_port", "running"]

_TICKS = os.sysconf("SC_CLK_TCK")
_STARTING_SECONDS = 120


class Running:
    """A process and its children."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self._process = process
        self._log = log
        self.port = port

    def cpu_seconds(self) -> float:
        """User and system time used so far."""
        return sum(_stat(pid) for pid in self._tree())

    def rss_bytes(self) -> int:
        """Resident memory now."""
        return sum(_rss(pid) for pid in self._tree())

    def wait_until_said(self, words: str) -> None:
        """Return once ``words`` were printed."""
        until = time.monotonic() + _STARTING_SECONDS
        while words not in self._log.read_text():
            self.check()
            if time.monotonic() > until:
                raise TimeoutError(words)
            time.sleep(0.05)

    def check(self) -> None:
        """Raise RuntimeError if the process has ended."""
        if self._process.poll() is not None:
            raise RuntimeError(f"{self._process.args!r} ended with code {self._process.returncode}")

    def _tree(self) -> list[int]:
        children: dict[int, list[int]] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                except OSError:
                    continue  # it has just ended
                children.setdefault(parent, []).append(int(entry.name))
        found, todo = [], [self._process.pid]
        while todo:
            pid = todo.pop()
            found.append(pid)
            todo.extend(children.get(pid, []))
        return found


@contextmanager
def running(
    command: list[str], port: int, folder: Path, environ: dict[str, str] | None = None
) -> Iterator[Running]:
    """Run ``command`` until the block is left; it must listen on ``port`` of 127.0.0.1."""
    log = folder / f"{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, stdout=output, stderr=output, env={**os.environ, **(environ or {})}
        )
        started = Running(process, port, log)
        try:
            _wait_until_listening(started, log)
            yield started
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_until_listening(started: Running, log: Path) -> None:
    until = time.monotonic() + _STARTING_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", started.port), 1).close()
        except OSError:
            try:
                started.check()
            except RuntimeError as exc:
                raise RuntimeError(f"{exc}: {log.read_text()[-2000:]}") from exc
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return


def _stat(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _rss(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
