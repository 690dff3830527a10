"""The shop as it is served in tests: with the agent of this machine in place of the real one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from codeact_web.testing import Deployment

REAL = "https://agent.example"
"""Where the shop finds the agent in production."""


@pytest.fixture(scope="session")
def shop(codeact_site: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The shop's address."""
    folder = tmp_path_factory.mktemp("shop")
    for page in Path(__file__).parent.glob("shop.*"):
        (folder / page.name).write_text(page.read_text().replace(REAL, codeact_site.url))
    handler = partial(SimpleHTTPRequestHandler, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/shop.html"
        server.shutdown()
