"""The origins that an operator lets the pages ask: for their tools, and to reach a model."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from codeact_server.errors import SettingsError
from codeact_server.policy import ANY_HTTPS_OR_LOOPBACK, page_csp
from codeact_server.serve import running_server
from codeact_server.settings import Settings, load_settings

ORIGINS = ("https://api.example", "http://127.0.0.1:9000")
ALLOWED = "connect-src 'self' https://api.example http://127.0.0.1:9000;"


def test_they_stand_in_both_policies_of_the_page(site: Path) -> None:
    (site / "index.html").write_text(f'<meta http-equiv="Content-Security-Policy" content="{page_csp()}">')
    with running_server(Settings(site=site, tool_origins=ORIGINS)) as address:
        for path in ("/", "/index.html"):
            page = httpx.get(f"{address}{path}")
            assert ALLOWED in page.headers["content-security-policy"]
            assert ALLOWED in page.text
        assert "api.example" not in httpx.get(f"{address}/sandbox/frame.html").headers["content-security-policy"]


def test_every_page_is_given_them_whatever_policy_it_was_built_with(site: Path) -> None:
    (site / "widget.html").write_text(
        f'<meta http-equiv="Content-Security-Policy" content="{page_csp(connect=ANY_HTTPS_OR_LOOPBACK)}">'
    )
    with running_server(Settings(site=site, tool_origins=ORIGINS)) as address:
        page = httpx.get(f"{address}/widget.html")
        assert ALLOWED in page.headers["content-security-policy"]
        assert ALLOWED in page.text


def test_without_them_the_page_asks_nobody_else(site: Path) -> None:
    with running_server(Settings(site=site)) as address:
        assert "connect-src 'self';" in httpx.get(f"{address}/").headers["content-security-policy"]


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        (
            '[[endpoints]]\nname = "E"\nbase_url = "https://API.example:8443/v1/"',
            "'self' https://api.example:8443;",
        ),
        (
            'tool_origins = ["https://t.example"]\n'
            '[[local_models]]\nid = "m"\nname = "M"\nengine = "wllama"\nurl = "https://w.example/m.gguf"',
            "'self' https://t.example https://w.example;",
        ),
        ('[[local_models]]\nid = "m"\nname = "M"\nengine = "webllm"\nurl = "models/m"', "'self';"),
        ("own_endpoint = true", "'self' https: http://localhost:* http://127.0.0.1:*;"),
        ("own_endpoint = false", "'self';"),
    ],
)
def test_a_model_the_operator_offers_can_be_reached(site: Path, tmp_path: Path, toml: str, expected: str) -> None:
    config = tmp_path / "codeact.toml"
    config.write_text(toml)
    with running_server(load_settings(config, {}, site=site)) as address:
        assert f"connect-src {expected}" in httpx.get(f"{address}/").headers["content-security-policy"]


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "https://*.example",
        "https://a.example/",
        "a.example",
        "https://a b",
        "https://a;script-src *",
        "data:",
    ],
)
def test_what_is_no_origin_is_refused(origin: str, tmp_path: Path) -> None:
    config = tmp_path / "codeact.toml"
    config.write_text(f"tool_origins = [{origin!r}]")
    with pytest.raises(SettingsError, match="must be an origin, such as"):
        load_settings(config, {})
