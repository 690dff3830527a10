"""A proxy before the server: the address browsers see is the one that hosts, origins and policies are held to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from codeact_server.errors import SettingsError
from codeact_server.serve import running_server
from codeact_server.settings import Settings, load_settings

PUBLIC = "https://agent.example/in/here"
PROXIED = {"host": "agent.example"}


@pytest.fixture
def client(site: Path) -> Iterator[httpx.Client]:
    with running_server(Settings(site=site, public_url=PUBLIC)) as url, httpx.Client(base_url=url) as client:
        yield client


def test_the_policy_names_the_frames_where_the_browser_finds_them(client: httpx.Client) -> None:
    policy = client.get("/", headers=PROXIED).headers["content-security-policy"]
    assert f"frame-src {PUBLIC}/sandbox/frame.html {PUBLIC}/sandbox/display.html;" in policy
    direct = client.get("/").headers["content-security-policy"]
    assert f"frame-src {str(client.base_url).rstrip('/')}/sandbox/frame.html" in direct


def test_only_the_proxys_page_and_this_machines_may_use_the_relay(client: httpx.Client) -> None:
    def ask(host: str, origin: str) -> int:
        return client.get("/v1/models", headers={"host": host, "origin": origin}).status_code

    own = str(client.base_url).rstrip("/")
    assert ask("agent.example", "https://agent.example") == 200
    assert ask(own.removeprefix("http://"), own) == 200
    assert ask("agent.example", "http://agent.example") == 403
    assert ask("agent.example", own) == 403
    assert ask("agent.example", "https://evil.example") == 403
    assert ask("evil.example", "https://evil.example") == 400
    assert ask("agent.example:444", "https://agent.example") == 403


def test_a_server_that_others_reach_answers_only_to_its_public_name(site: Path) -> None:
    from codeact_server.headers import RequestGuard

    guard = RequestGuard(lambda *_: None, host="0.0.0.0", public_url=PUBLIC)  # type: ignore[arg-type]
    scope = {"type": "http", "path": "/", "scheme": "http", "headers": [(b"host", b"evil.example")]}
    refusal = guard._refusal(scope)
    assert refusal is not None
    assert refusal.code == "unknown_host"


@pytest.mark.parametrize(
    "url", ["agent.example", "https://a.example/;script-src *", "https://a b", "ftp://a.example"]
)
def test_what_is_no_address_is_refused(url: str, tmp_path: Path) -> None:
    config = tmp_path / "codeact.toml"
    config.write_text(f"public_url = {url!r}")
    with pytest.raises(SettingsError, match=r"`public_url` must (be|have)"):
        load_settings(config, {})
