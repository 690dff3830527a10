"""The origins that an operator lets tools of the page ask."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from codeact_server.errors import SettingsError
from codeact_server.policy import page_csp
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


def test_without_them_the_page_asks_nobody_else(site: Path) -> None:
    with running_server(Settings(site=site)) as address:
        assert "connect-src 'self';" in httpx.get(f"{address}/").headers["content-security-policy"]


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
