"""An origin of its own: pages that a test writes, beside files of the built site, as any static host serves them.

    with WebOrigin(site, upstream=upstream.base_url) as deployment, WebOrigin() as host:
        host.put("/", "<codeact-agent>…", {"content-security-policy": "default-src 'none'; …"})
        page.goto(host.url + "/")

Two of them are of one site (127.0.0.1) and of different origins.
"""

from __future__ import annotations

import hashlib
import mimetypes
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

__all__ = ["WebOrigin"]


class WebOrigin:
    """A context manager. ``site`` is a folder; what has been ``put`` comes before its files. Requests below
    ``/v1/`` go to ``upstream``, which ends in /v1; without it there are no models."""

    def __init__(self, site: Path | None = None, upstream: str | None = None, prefix: str = "/") -> None:
        self.site = site
        self.upstream = upstream
        self.prefix = prefix
        self.requested: list[str] = []
        self.delays: dict[str, float] = {}
        """Path → seconds before it is answered."""
        self.held: dict[str, threading.Event] = {}
        """Path → until when it is not answered."""
        self._pages: dict[str, tuple[bytes, dict[str, str]]] = {}

    def put(self, path: str, content: str | bytes, headers: dict[str, str] | None = None) -> str:
        """Serve this at ``path``; gives its address."""
        data = content.encode() if isinstance(content, str) else content
        self._pages[path] = (data, headers or {})
        return self.url + path

    @property
    def url(self) -> str:
        """The origin."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def base(self) -> str:
        """Where the site lies."""
        return self.url + self.prefix

    def __enter__(self) -> WebOrigin:
        origin = self

        class Handler(_Handler):
            served = origin

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def find(self, path: str) -> tuple[bytes, dict[str, str]] | None:
        """Content and headers, of a page or a file."""
        if path in self._pages:
            return self._pages[path]
        if path == "/favicon.ico":  # asked for by browsers, of any page
            return b"", {}
        if path == self.prefix + "v1/models":
            return b'{"data": []}', {"content-type": "application/json"}
        if self.site is None or not path.startswith(self.prefix):
            return None
        file = self.site / (path[len(self.prefix) :] or "index.html")
        if not file.resolve().is_relative_to(self.site.resolve()) or not file.is_file():
            return None
        # Modules of another origin are fetched with CORS: what a static host must allow for embed.js.
        kept = "max-age=3600" if len(file.suffixes) > 1 else "no-cache"
        return file.read_bytes(), {"access-control-allow-origin": "*", "cache-control": kept}


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A page that is gone is no error."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    served: WebOrigin
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.served.requested.append(path)
        time.sleep(self.served.delays.get(path, 0))
        if path in self.served.held:
            self.served.held[path].wait(30)
        if self.served.upstream and path.startswith(self.served.prefix + "v1/"):
            self._relay(None)
            return
        found = self.served.find(path)
        if found is None:
            self._answer(404, b"Not found", {"content-type": "text/plain"})
            return
        content, headers = found
        kind = mimetypes.guess_type(path)[0] or ("application/octet-stream" if Path(path).suffix else "text/html")
        if path.endswith(".mjs"):
            kind = "text/javascript"
        tag = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
        if self.headers.get("if-none-match") == tag:
            self._answer(304, b"", {"etag": tag})
            return
        self._answer(200, content, {"content-type": kind, "etag": tag, **headers})

    def do_POST(self) -> None:
        self._relay(self.rfile.read(int(self.headers.get("content-length", 0))))

    def _relay(self, body: bytes | None) -> None:
        base = (self.served.upstream or "").removesuffix("/v1")
        path = "/" + self.path[len(self.served.prefix) :]
        headers = {"content-type": "application/json"}
        try:
            with urllib.request.urlopen(urllib.request.Request(base + path, body, headers), timeout=60) as reply:
                self._answer(reply.status, reply.read(), {"content-type": reply.headers["content-type"]})
        except urllib.error.HTTPError as refused:
            self._answer(refused.code, refused.read(), {"content-type": "application/json"})

    def _answer(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(content)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the page has gone

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""
