"""Tiny wheels, built sites and Pyodide distributions for tests of the bundler."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from codeact_server.bundle.output import RECORD
from codeact_server.bundle.target import Target
from codeact_server.policy import page_csp

INFO = {"abi_version": "2026_0", "arch": "wasm32", "platform": "emscripten_5_0_3", "python": "3.14.2"}
TARGET = Target.of_lock({"info": INFO})


def make_wheel(
    folder: Path,
    name: str,
    version: str = "1.0",
    requires: Iterable[str] = (),
    *,
    tags: str = "py3-none-any",
    files: Iterable[str] = (),
    headers: str = "",
) -> Path:
    """A wheel of the module ``name``; ``requires`` are its dependencies."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{version}-{tags}.whl"
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{headers}"
    metadata += "".join(f"Requires-Dist: {each}\n" for each in requires)
    contents = {f"{info}/METADATA": metadata, f"{info}/WHEEL": f"Wheel-Version: 1.0\nTag: {tags}\n"}
    with zipfile.ZipFile(path, "w") as archive:
        for inside, text in {**contents, **dict.fromkeys([f"{name}/__init__.py", *files], "")}.items():
            archive.writestr(zipfile.ZipInfo(inside), text)
    return path


def make_site(folder: Path) -> Path:
    """A built core in miniature, without packages."""
    sandbox = folder / "sandbox"
    (sandbox / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html>")
    page = f'<meta http-equiv="Content-Security-Policy" content="{page_csp()}">{"<p>text</p>" * 50}'
    (folder / "widget.html").write_text(page)
    for packed in ("widget.html.br", "widget.html.gz"):
        (folder / packed).write_bytes(b"of the core's page")
    (folder / "service_worker.0123456789abcdef.js").write_text("// code")
    (folder / "site.json").write_text('{"widget_origins": [], "own_endpoint": true}')
    (folder / "manifest.json").write_text("of the page, to be copied")
    (sandbox / "limits.json").write_text('{"time_ms": 30000, "memory_mb": 512}')
    (sandbox / "assets" / "worker.0.js").write_text("0")
    (sandbox / "assets" / "worker.0.js.br").write_bytes(b"brotli")
    lock = {"info": INFO, "packages": {}}
    (sandbox / "assets" / "lock.0.json").write_text(json.dumps(lock))
    assets = {"worker": "assets/worker.0.js", "lock": "assets/lock.0.json"}
    (sandbox / "manifest.json").write_text(json.dumps({"assets": assets, "bytes": {"worker": 1}, "csp": {}}))
    (folder / RECORD).write_text("".join(f"{name}\n" for name in digests(folder)))
    (folder / "__pycache__").mkdir()  # pip compiles what it installs
    (folder / "__pycache__" / "x.pyc").write_text("")
    return folder


def make_distribution(folder: Path, wheels: dict[Path, list[str]], **info: str) -> Path:
    """A Pyodide distribution of copies of ``wheels``; the values are the names each depends on."""
    folder.mkdir(parents=True, exist_ok=True)
    packages: dict[str, Any] = {}
    for wheel, depends in wheels.items():
        name, version = wheel.name.split("-")[:2]
        content = wheel.read_bytes()
        (folder / wheel.name).write_bytes(content)
        packages[name.lower().replace("_", "-")] = {
            "name": name,
            "version": version,
            "file_name": wheel.name,
            "install_dir": "site",
            "sha256": hashlib.sha256(content).hexdigest(),
            "package_type": "package",
            "imports": [name],
            "depends": depends,
            "unvendored_tests": False,
            "tool": {},
        }
    lock = {"info": {**INFO, **info}, "packages": packages, "tool": {}}
    (folder / "pyodide-lock.json").write_text(json.dumps(lock))
    return folder


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file, by relative name."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
