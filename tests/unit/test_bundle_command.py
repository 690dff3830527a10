"""``codeact-web bundle`` with wheels at hand: what it writes, and what it leaves alone."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from codeact_server.cli import main
from support.wheels import INFO, digests, make_site, make_wheel


@pytest.fixture(autouse=True)
def core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    site = make_site(tmp_path / "core")
    monkeypatch.setattr("codeact_server.bundle_command.find_site", lambda: site)
    monkeypatch.setattr("codeact_server.bundle.choice.cache_folder", lambda: tmp_path / "cache")
    return site


def bundle(out: Path, *arguments: str | Path, packages: str = "none") -> int:
    return main(["bundle", str(out), "--packages", packages, *map(str, arguments)])


def manifest_and_lock(out: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    manifest = json.loads((out / "sandbox" / "manifest.json").read_text())
    return manifest, json.loads((out / "sandbox" / manifest["assets"]["lock"]).read_text())


def test_a_bundle_is_the_core_with_its_packages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wheels = [make_wheel(tmp_path / "w", "a", requires=["b"]), make_wheel(tmp_path / "w", "b")]
    out = tmp_path / "out"
    assert bundle(out, "--wheel", wheels[0], "--wheel", wheels[1]) == 0
    assert "the core and 2 packages" in capsys.readouterr().out
    manifest, lock = manifest_and_lock(out)
    assert manifest["packages"] == "packages/"
    assert manifest["assets"]["worker"] == "assets/worker.0.js"
    assert manifest["bytes"]["lock"] == (out / "sandbox" / manifest["assets"]["lock"]).stat().st_size
    assert lock["info"] == INFO
    for entry in lock["packages"].values():
        carried = (out / "sandbox" / "packages" / entry["file_name"]).read_bytes()
        assert hashlib.sha256(carried).hexdigest() == entry["sha256"]
    names = {name for name in digests(out) if not name.startswith((".", "sandbox/assets/pyodide-lock."))}
    assert names == {
        "index.html",
        "manifest.json",
        "sandbox/assets/worker.0.js",
        "sandbox/assets/worker.0.js.br",
        "sandbox/limits.json",
        "sandbox/manifest.json",
        "service_worker.0123456789abcdef.js",
        "site.json",
        "sw.js",
        "sw.js.br",
        "sw.js.gz",
        "widget.html",
        "widget.html.br",
        "widget.html.gz",
        *(f"sandbox/packages/{wheel.name}" for wheel in wheels),
    }


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path) -> None:
    wheels = [make_wheel(tmp_path / "w", name) for name in "ab"]
    bundle(tmp_path / "one", "--wheel", wheels[0], "--wheel", wheels[1])
    bundle(tmp_path / "two", "--wheel", wheels[1], "--wheel", wheels[0])
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


def test_a_bundle_built_again_holds_what_is_asked_for_now(tmp_path: Path) -> None:
    out = tmp_path / "out"
    bundle(out, "--wheel", make_wheel(tmp_path / "w", "a"))
    (out / "theirs.txt").write_text("kept")
    bundle(out, "--wheel", make_wheel(tmp_path / "w", "b"))
    bundle(tmp_path / "fresh", "--wheel", tmp_path / "w" / "b-1.0-py3-none-any.whl")
    again = digests(out)
    assert again.pop("theirs.txt")
    assert again == digests(tmp_path / "fresh")


def test_a_site_can_be_given_other_packages_in_place(tmp_path: Path, core: Path) -> None:
    for name in "ab":
        bundle(core, "--wheel", make_wheel(tmp_path / "w", name))
    assert set(manifest_and_lock(core)[1]["packages"]) == {"b"}
    assert [path.name for path in (core / "sandbox" / "packages").iterdir()] == ["b-1.0-py3-none-any.whl"]
    assert (core / "sandbox" / "assets" / "worker.0.js").is_file()


@pytest.mark.parametrize("name", ["out", "new"])
def test_what_fails_leaves_the_folder_as_it_was(tmp_path: Path, name: str) -> None:
    bundle(tmp_path / "out", "--wheel", make_wheel(tmp_path / "w", "a"))
    before = digests(tmp_path)
    broken = tmp_path / "w" / "b-1.0-py3-none-any.whl"
    broken.write_text("no wheel")
    assert bundle(tmp_path / name, "--wheel", broken) == 2
    broken.unlink()
    assert digests(tmp_path) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--wheel", "absent.whl"], "absent.whl is not a file."),
        (["--source", "."], "is not a Python project: it has no pyproject.toml."),
        (["--pyodide-dist", "absent"], "pyodide-lock.json is missing"),
        (["--pyodide-dist", "http://127.0.0.1:9/"], "pyodide-lock.json could not be fetched"),
        (["--packages", "a b"], "is not a package's name"),
    ],
)
def test_a_mistake_is_one_sentence(
    tmp_path: Path,
    arguments: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert bundle(tmp_path / "out", *arguments) == 2
    told = capsys.readouterr().err
    assert told.startswith("codeact-web: ")
    assert message in told
    assert told.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_folder_inside_the_core_is_refused(core: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = digests(core)
    assert bundle(core / "sandbox" / "out") == 2
    assert "which is copied: name another folder." in capsys.readouterr().err
    assert digests(core) == before


def test_a_core_that_is_incomplete_is_told(tmp_path: Path, core: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (core / "sandbox" / "assets" / "lock.0.json").unlink()
    assert bundle(tmp_path / "out") == 2
    assert "is not a complete site. Build it again: make site" in capsys.readouterr().err
