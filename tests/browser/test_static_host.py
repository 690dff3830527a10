"""A bundle on servers that know nothing of it, under a path of theirs: all requests stay below it and succeed."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from codeact_server.bundle import Access, PackageChoice, build_bundle
from playwright.sync_api import Page, Response, expect
from support.agent_page import AgentPage
from support.complaints import Complaints
from support.nginx import free_port, running_nginx

pytestmark = pytest.mark.browser

PREFIX = {"http.server": "/a/b/", "nginx": "/agent/"}
LAPTOPS = "How many laptops"


@pytest.fixture(scope="module")
def bundle(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle without packages, in a folder that can be served as /a/b/."""
    out = tmp_path_factory.mktemp("www") / "a" / "b"
    access = Access(widget_origins=("https://shop.example",))
    build_bundle(out, site, PackageChoice(packages="none"), access)
    return out


@contextmanager
def python_server(root: Path) -> Iterator[str]:
    """``python -m http.server`` as anybody would start it."""
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout
            found = re.search(r"port (\d+)", process.stdout.readline())
            assert found
            yield f"http://127.0.0.1:{found[1]}"
        finally:
            process.terminate()


@pytest.fixture(scope="module", params=PREFIX)
def hosted(request: Any, bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The bundle's address, with a slash at its end, on each server."""
    if request.param == "nginx":
        folder = tmp_path_factory.mktemp("nginx")
        running = running_nginx(folder, "static.conf", free_port(), {"/srv/codeact-web": str(bundle)})
    else:
        running = python_server(bundle.parents[1])
    with running as address:
        yield address + PREFIX[request.param]


def test_a_recorded_task_is_solved_and_every_request_stays_below_the_prefix(
    page: Page, hosted: str, complaints: Complaints
) -> None:
    answers: list[Response] = []
    page.context.on("response", lambda answer: answers.append(answer))
    agent = AgentPage(page).open(hosted.rstrip("/"))
    agent.ready()
    assert page.evaluate("crossOriginIsolated") is ("agent" in hosted)
    agent.choose_model("Recorded")
    page.get_by_role("button", name="Draw a bar chart").click()  # which shows HTML, in a frame of its own
    expect(agent.answer).to_have_count(1, timeout=60_000)
    agent.wait_for_end()
    asked = [answer for answer in answers if answer.url.startswith("http")]
    assert len(asked) > 20
    assert f"{hosted}sandbox/display.html" in [answer.url.split("?")[0] for answer in asked]
    assert [answer.url for answer in asked if not answer.url.startswith(hosted)] == []
    assert [(answer.url, answer.status) for answer in asked if answer.status not in (200, 304)] == []


def test_the_files_name_no_address_of_their_own(bundle: Path) -> None:
    """An absolute path would leave the prefix; one of a page of ours may only be relative."""
    pages = list(bundle.glob("*.html"))
    assert {"index.html", "widget.html", "kiosk.html"} <= {path.name for path in pages}
    for path in pages:
        assert "connect-src 'self' https: http://localhost:* http://127.0.0.1:*;" in path.read_text(), path.name
        targets = re.findall(r'(?:src|href|content)="(/[^"]*|https?:[^"]*)"', path.read_text())
        assert targets == [], path.name
    for path in [*bundle.glob("*.json"), *bundle.glob("*.webmanifest"), *bundle.glob("styles/*.css")]:
        found = re.findall(r'(?:"|url\(["\']?)(/[\w./-]+|https?://(?!shop\.example)[^"\')]*)', path.read_text())
        assert found == [], path.name


def test_nginx_sends_what_our_server_would(bundle: Path, tmp_path: Path) -> None:
    replaced = {"/srv/codeact-web": str(bundle)}
    with (
        running_nginx(tmp_path / "nginx", "static.conf", free_port(), replaced) as address,
        httpx.Client(base_url=address, follow_redirects=False) as client,
    ):
        page = client.get("/agent/").headers
        frames = f"{address}/agent/sandbox/frame.html {address}/agent/sandbox/display.html"
        assert page["content-security-policy"] == f"frame-src {frames}; frame-ancestors 'self'"
        assert page["cache-control"] == "no-cache"
        assert page["cross-origin-resource-policy"] == "same-origin"
        assert "access-control-allow-origin" not in page
        assert "connection-allowlist" not in page
        assert client.get("/agent/page.js", headers={"accept-encoding": "gzip"}).headers["content-encoding"]
        frame = client.get("/agent/sandbox/frame.html").headers
        assert frame["content-security-policy"] == "sandbox allow-scripts"
        assert frame["connection-allowlist"] == "()"
        assert frame["cross-origin-resource-policy"] == "cross-origin"
        asset = next(bundle.glob("sandbox/assets/*.wasm")).relative_to(bundle)
        hashed = client.get(f"/agent/{asset}").headers
        assert hashed["cache-control"] == "public, max-age=31536000, immutable"
        assert hashed["content-type"] == "application/wasm"
        assert client.get("/agent/vendor/micropython.mjs").headers["content-type"] == "text/javascript"
        assert client.get("/agent/.codeact-web-files").status_code == 404
        assert client.get("/agent").headers["location"] == "agent/"
        (bundle / "embed.js").touch()
        assert client.get("/agent/embed.js").headers["access-control-allow-origin"] == "*"
