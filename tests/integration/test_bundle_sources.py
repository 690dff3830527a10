"""Where packages come from: a Pyodide distribution, the package index through pip, local projects."""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from codeact_agent.hosts.script.site import find_site
from codeact_server.cli import main
from support.wheels import digests, make_distribution, make_site, make_wheel

BACKEND = """
import zipfile
def build_wheel(directory, config_settings=None, metadata_directory=None):
    name = "local-1.0-{tags}.whl"
    with zipfile.ZipFile(directory + "/" + name, "w") as archive:
        archive.write("local.py")
        archive.writestr("local-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: local\\nVersion: 1.0\\n")
        archive.writestr("local-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nTag: {tags}\\n")
        archive.writestr("local-1.0.dist-info/RECORD", "")
    return name
"""
PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "local"
version = "1.0"
"""


@pytest.fixture(autouse=True)
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that is pip's whole index, with a core and an empty cache beside it."""
    core, folder = make_site(tmp_path / "core"), tmp_path / "index"
    folder.mkdir()
    monkeypatch.setattr("codeact_server.bundle_command.find_site", lambda: core)
    monkeypatch.setattr("codeact_server.bundle.choice.cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def bundle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, str]]:
    """Runs the command; gives version by package name, or fails with what it told."""

    def run(*arguments: str, packages: str = "none") -> dict[str, str]:
        code = main(["bundle", str(tmp_path / "out"), "--packages", packages, *arguments])
        assert code == 0, capsys.readouterr().err
        manifest = json.loads((tmp_path / "out" / "sandbox" / "manifest.json").read_text())
        lock = json.loads((tmp_path / "out" / "sandbox" / manifest["assets"]["lock"]).read_text())
        return {name: entry["version"] for name, entry in lock["packages"].items()}

    return run


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Address of ``folder`` on this machine, and the paths that were asked for."""
    asked: list[str] = []

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *values: object) -> None:
            asked.append(self.path)

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/full", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def distribution(tmp_path: Path) -> Path:
    """A distribution of real wheels, one of them compiled; one depends on what only pip has."""
    wheels = {path.name.split("-")[0]: path for path in (find_site() / "sandbox" / "packages").glob("*.whl")}
    depends = {"msgspec": [], "sympy": ["mpmath"], "mpmath": [], "attrs": ["elsewhere"]}
    return make_distribution(tmp_path / "dist" / "full", {wheels[name]: needs for name, needs in depends.items()})


def test_a_distribution_comes_before_the_index(
    distribution: Path, index: Path, bundle: Callable[..., dict[str, str]]
) -> None:
    make_wheel(index, "sympy", "99.0")
    make_wheel(index, "elsewhere")
    found = bundle("--pyodide-dist", str(distribution), packages="sympy,msgspec,attrs")
    assert set(found) == {"sympy", "mpmath", "msgspec", "attrs", "elsewhere"}
    assert found["sympy"] != "99.0"
    assert bundle("--pyodide-dist", str(distribution), packages="sympy>=99") == {"sympy": "99.0"}


def test_an_address_of_a_distribution_is_asked_once(
    tmp_path: Path, distribution: Path, bundle: Callable[..., dict[str, str]]
) -> None:
    with served(distribution.parent) as (address, asked):
        first = bundle("--pyodide-dist", address, packages="sympy,msgspec")
        wheels = [path for path in asked if path.endswith(".whl")]
        assert len(wheels) == len(first) == 3
        before = digests(tmp_path / "out")
        bundle("--pyodide-dist", address, packages="sympy,msgspec")
        assert [path for path in asked if path.endswith(".whl")] == wheels
    # The server is gone.
    assert bundle("--pyodide-dist", address, packages="sympy,msgspec") == first
    assert digests(tmp_path / "out") == before


def test_a_file_changed_on_the_way_is_refused(
    tmp_path: Path, distribution: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = next(distribution.glob("msgspec*"))
    changed.write_bytes(changed.read_bytes() + b"more")
    with served(distribution.parent) as (address, _):
        assert main(["bundle", str(tmp_path / "out"), "--packages", "msgspec", "--pyodide-dist", address]) == 2
    assert "; its lock file says " in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_index_is_asked_for_what_the_bundles_python_needs(
    index: Path, bundle: Callable[..., dict[str, str]]
) -> None:
    make_wheel(index, "a", requires=["b; sys_platform == 'emscripten'", "c; sys_platform == 'linux'"])
    make_wheel(index, "b", "2.0", tags="cp314-cp314-pyemscripten_2026_0_wasm32")
    make_wheel(index, "b", "3.0", tags="cp311-cp311-manylinux_2_17_x86_64")
    assert bundle(packages="a") == {"a": "1.0", "b": "2.0"}


def test_a_second_build_asks_no_index(index: Path, bundle: Callable[..., dict[str, str]]) -> None:
    for version in ("1.0", "2.0"):
        make_wheel(index, "a", version)
    assert bundle(packages="a") == {"a": "2.0"}
    assert bundle(packages="a<2") == {"a": "1.0"}
    for wheel in index.iterdir():
        wheel.unlink()
    assert bundle(packages="a") == {"a": "2.0"}
    assert bundle(packages="a==1.0") == {"a": "1.0"}


def test_what_no_index_has_is_told(tmp_path: Path, index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_wheel(index, "other_platform", tags="cp311-cp311-manylinux_2_17_x86_64")
    make_wheel(index, "a", requires=["unheard-of"])
    assert main(["bundle", str(tmp_path / "out"), "--packages", "a,other-platform"]) == 2
    told = capsys.readouterr().err
    assert "unheard-of (wanted by a 1.0, of which pip finds nothing: a wrong name, or no network)" in told
    assert "other-platform (wanted by you" in told
    assert not (tmp_path / "out").exists()


def test_an_index_with_another_file_than_the_pinned_one_is_refused(
    tmp_path: Path, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_wheel(index, "sympy", "1.14.0")
    assert main(["bundle", str(tmp_path / "out"), "--packages", "sympy"]) == 2
    assert "which is not pinned." in capsys.readouterr().err
    assert list(tmp_path.glob("cache/**/*.whl")) == []


@pytest.fixture
def project(tmp_path: Path) -> Callable[[str], Path]:
    """A project that builds a wheel of the tags given, with nothing to be fetched."""

    def make(tags: str) -> Path:
        folder = tmp_path / "project"
        folder.mkdir()
        (folder / "local.py").write_text("x = 1\n")
        (folder / "pyproject.toml").write_text(PROJECT)
        (folder / "backend.py").write_text(BACKEND.replace("{tags}", tags))
        return folder

    return make


def test_a_pure_local_project_is_built(
    tmp_path: Path, project: Callable[[str], Path], bundle: Callable[..., dict[str, str]]
) -> None:
    assert bundle("--source", str(project("py3-none-any"))) == {"local": "1.0"}
    assert (tmp_path / "out" / "sandbox" / "packages" / "local-1.0-py3-none-any.whl").is_file()


def test_a_compiled_project_is_told_what_it_needs(
    tmp_path: Path, project: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    compiled = project("cp311-cp311-linux_x86_64")
    assert main(["bundle", str(tmp_path / "out"), "--packages", "none", "--source", str(compiled)]) == 2
    told = capsys.readouterr().err
    assert "holds compiled code, which only pyodide-build can build for Python 3.14" in told
    assert "install codeact-web[build]" in told


def test_a_project_that_does_not_build_is_told(
    tmp_path: Path, project: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project("py3-none-any")
    (folder / "local.py").unlink()
    assert main(["bundle", str(tmp_path / "out"), "--packages", "none", "--source", str(folder)]) == 2
    told = capsys.readouterr().err
    assert "could not be built." in told
    assert "FileNotFoundError" in told
