"""A static host that knows nothing of us: Python's own http.server, which can be cut off and come back."""

from __future__ import annotations

import os
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

__all__ = ["PlainHost", "linked_site", "replace"]


def linked_site(site: Path, folder: Path) -> Path:
    """A copy of ``site`` in ``folder``, of links where they can be made; change its files by ``replace`` alone."""
    shutil.copytree(site, folder, copy_function=_link, dirs_exist_ok=True)
    return folder


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)


def replace(path: Path, text: str) -> None:
    """Write a file of a linked site, and leave the one it was linked to as it is."""
    path.unlink(missing_ok=True)
    for ending in (".br", ".gz"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    path.write_text(text)


class PlainHost:
    """A context manager that serves ``folder``; ``url`` stays the same through ``cut`` and ``mend``."""

    def __init__(self, folder: Path) -> None:
        self.sent: list[tuple[str, int]] = []
        """Path and length in bytes of each file that was asked for, and not only whether it has changed."""
        self.moved: dict[str, str] = {}
        """Paths that are answered by a redirection, and where to."""
        self.broken = ""
        """A path that is answered by status 500; ``failed`` tells that it was."""
        self.failed = threading.Event()
        self._folder = folder
        self._port = 0

    def __enter__(self) -> PlainHost:
        self.mend()
        self.url = f"http://127.0.0.1:{self._port}"
        return self

    def __exit__(self, *exc: object) -> None:
        self.cut()

    def mend(self) -> None:
        """Answer, again."""
        handler = partial(_Handler, self, directory=str(self._folder))
        self._server: ThreadingHTTPServer | None = ThreadingHTTPServer(("127.0.0.1", self._port), handler)
        self._port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def cut(self) -> None:
        """Answer nothing: connections are refused."""
        if self._server is None:
            return
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._server = None


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, host: PlainHost, *args: Any, **options: Any) -> None:
        self._host = host
        super().__init__(*args, **options)

    def send_head(self) -> Any:
        path = self.path.partition("?")[0]
        if path == self._host.broken:
            self.send_error(500)
            self._host.failed.set()
            return None
        if path not in self._host.moved:
            return super().send_head()
        self.send_response(302)
        self.send_header("location", self._host.moved[path])
        self.send_header("content-length", "0")
        self.end_headers()
        return None

    def copyfile(self, source: Any, outputfile: Any) -> None:
        data = source.read()
        self._host.sent.append((self.path.partition("?")[0], len(data)))
        outputfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""
