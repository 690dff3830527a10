"""A built site in miniature, a scripted upstream, and the server between them, all on real sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import brotli
import httpx
import pytest
from codeact_server.serve import running_server
from codeact_server.settings import Settings, Upstream
from codeact_web.testing import ScriptedModel

KEY = "sk-test-0123456789abcdef"
# Each failure is told as it is: not asked again, and the next test's upstream is not left alone.
ONCE = {"retries": 0, "breaker": 0}
FRAME_POLICY = "default-src 'none'; script-src 'sha256-frame'; connect-src 'none'"
DISPLAY_POLICY = "default-src 'none'; img-src data:"

SITE = {
    "index.html": "<!doctype html><title>site</title>",
    "page.js": "export const page = 1;",
    "page.0123456789abcdef.mjs": "export const hashed = 1;" * 50,
    "core.wasm": b"\0asm\1\0\0\0",
    "lock.json": "{}",
    "stdlib.zip": b"PK\5\6" + b"\0" * 18,
    "image.bin": b"\0\1\2",
    "agent.py": "x = 1\n",
    "icon.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
    "style.css": ":root{}",
    "pyscript.toml": "x = 1\n",
    ".git/config": "[core]",
    "sandbox/frame.html": "<!doctype html><title>frame</title>",
    "sandbox/display.html": "<!doctype html><title>display</title>",
    "sandbox/manifest.json": (
        f'{{"csp": {{"frame.html": "{FRAME_POLICY}", "display.html": "{DISPLAY_POLICY}"}}}}'
    ),
}


def build_site(root: Path) -> Path:
    for name, content in SITE.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    hashed = root / "page.0123456789abcdef.mjs"
    hashed.with_name(hashed.name + ".br").write_bytes(brotli.compress(hashed.read_bytes()))
    (root.parent / "secret.txt").write_text("outside the site")
    return root


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site that the test may change."""
    return build_site(tmp_path / "site")


@pytest.fixture(scope="session")
def shared_upstream() -> Iterator[ScriptedModel]:
    with ScriptedModel() as scripted:
        yield scripted


@pytest.fixture
def upstream(shared_upstream: ScriptedModel) -> ScriptedModel:
    """A scripted upstream without replies or records."""
    shared_upstream.reset()
    return shared_upstream


@pytest.fixture
def start(site: Path) -> Iterator[Callable[..., httpx.Client]]:
    """Start a server and give a client of it: ``start(base_url, key, models=..., timeouts=...)``."""
    with ExitStack() as stack:

        def start_server(base_url: str | None = None, key: str | None = KEY, **settings: Any) -> httpx.Client:
            given = {name: settings.pop(name) for name in ("models", "headers") if name in settings}
            to = Upstream(base_url=base_url, api_key=key, **ONCE, **given) if base_url else None
            address = stack.enter_context(running_server(Settings(site=site, upstream=to, **settings)))
            return stack.enter_context(httpx.Client(base_url=address, timeout=10, trust_env=False))

        yield start_server


@pytest.fixture(scope="session")
def shared_address(shared_upstream: ScriptedModel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    site = build_site(tmp_path_factory.mktemp("shared") / "site")
    to = Upstream(base_url=shared_upstream.base_url, api_key=KEY, **ONCE)
    with running_server(Settings(site=site, upstream=to)) as address:
        yield address


@pytest.fixture
def client(shared_address: str, upstream: ScriptedModel) -> Iterator[httpx.Client]:
    """A client of a server that relays to ``upstream`` and serves ``SITE``."""
    with httpx.Client(base_url=shared_address, timeout=10, trust_env=False) as client:
        yield client
