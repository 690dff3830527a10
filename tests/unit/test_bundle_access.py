"""``codeact-web bundle``: whom its pages may ask, who may embed its widget, and what an operator has edited."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import brotli
import pytest
from codeact_server.cli import main
from support.wheels import digests, make_site


@pytest.fixture(autouse=True)
def core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    site = make_site(tmp_path / "core")
    monkeypatch.setattr("codeact_server.bundle_command.find_site", lambda: site)
    monkeypatch.setattr("codeact_server.bundle.choice.cache_folder", lambda: tmp_path / "cache")
    return site


def bundle(out: Path, *arguments: str) -> int:
    return main(["bundle", str(out), "--packages", "none", *arguments])


def connect_src(page: str) -> str:
    (found,) = re.findall("connect-src ([^;]*);", page)
    return found


def site_json(out: Path) -> dict[str, object]:
    return json.loads((out / "site.json").read_text())


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "'self' https: http://localhost:* http://127.0.0.1:*"),
        (["--connect", "none"], "'self'"),
        (
            ["--connect", "https://api.example", "--connect", "http://127.0.0.1:11434"],
            "'self' https://api.example http://127.0.0.1:11434",
        ),
    ],
)
def test_the_pages_may_ask_whom_the_operator_says(tmp_path: Path, arguments: list[str], expected: str) -> None:
    out = tmp_path / "out"
    assert bundle(out, *arguments) == 0
    page = (out / "widget.html").read_bytes()
    assert connect_src(page.decode()) == expected
    assert brotli.decompress((out / "widget.html.br").read_bytes()) == page
    assert gzip.decompress((out / "widget.html.gz").read_bytes()) == page
    assert (out / "index.html").read_text() == "<!doctype html>"
    bundle(tmp_path / "again", *arguments)
    assert digests(tmp_path / "again") == digests(out)


def test_a_page_that_may_ask_nobody_offers_no_endpoint_of_ones_own(tmp_path: Path) -> None:
    bundle(tmp_path / "out", "--connect", "none")
    assert site_json(tmp_path / "out")["own_endpoint"] is False
    bundle(tmp_path / "open")
    assert site_json(tmp_path / "open")["own_endpoint"] is True


@pytest.mark.parametrize("origins", [["*"], ["https://shop.example", "http://127.0.0.1:9000"]])
def test_those_who_may_embed_the_widget_are_written_into_the_sites_settings(
    tmp_path: Path, origins: list[str]
) -> None:
    arguments = [part for origin in origins for part in ("--widget-origin", origin)]
    assert bundle(tmp_path / "out", *arguments) == 0
    assert site_json(tmp_path / "out") == {"widget_origins": origins, "own_endpoint": True}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--connect", "*"],
        ["--connect", "none", "--connect", "https://api.example"],
        ["--connect", "https://a.example/path"],
        ["--connect", "https://a; script-src *"],
        ["--widget-origin", "shop.example"],
        ["--widget-origin", "https://*.example"],
    ],
)
def test_what_is_no_origin_is_one_sentence(
    tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert bundle(tmp_path / "out", *arguments) == 2
    told = capsys.readouterr().err
    assert re.fullmatch(rf"codeact-web: {arguments[0]}: '.*' must be an origin, such as .*\.\n", told)
    assert not (tmp_path / "out").exists()


def test_what_the_operator_edited_stays_and_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    bundle(out)
    assert "as you edited it" not in capsys.readouterr().out
    edited = '{ "own_endpoint" : true,\n  "offline": true }\n'
    (out / "site.json").write_text(edited)
    bundle(out)
    assert (out / "site.json").read_text() == edited
    assert f"{out / 'site.json'} stays as you edited it" in capsys.readouterr().out
    bundle(out, "--widget-origin", "https://shop.example")
    assert site_json(out) == {"own_endpoint": True, "offline": True, "widget_origins": ["https://shop.example"]}


def test_limits_that_are_new_join_those_an_operator_has_set(tmp_path: Path, core: Path) -> None:
    bundle(tmp_path / "out")
    (tmp_path / "out" / "sandbox" / "limits.json").write_text('{"time_ms": 5}')
    bundle(tmp_path / "out")
    limits = json.loads((tmp_path / "out" / "sandbox" / "limits.json").read_text())
    assert limits == {"time_ms": 5, "memory_mb": 512}


@pytest.mark.parametrize("text", ["{", "[]", '"text"'])
def test_an_edited_file_that_is_broken_leaves_the_folder_as_it_was(
    tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    bundle(out)
    (out / "site.json").write_text(text)
    before = digests(out)
    assert bundle(out, "--connect", "none") == 2
    told = capsys.readouterr().err
    assert told.startswith(f"codeact-web: {out / 'site.json'} ")
    assert told.count("\n") == 1
    assert digests(out) == before
