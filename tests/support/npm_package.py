"""The npm package as those who use it get it: packed, and installed into a folder of its own."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from codeact_server.bundle.npm_package import build_npm_package

__all__ = ["EMBEDDING", "bundle", "install"]

_ROOT = Path(__file__).resolve().parents[2]
EMBEDDING = Path(__file__).with_name("embedding")


def install(folder: Path) -> Path:
    """Give ``folder`` with ``node_modules``: ours as ``npm pack`` packs it, and React, Vue and TypeScript of the
    checkout."""
    build_npm_package(folder / "package")
    command = ["npm", "pack", "./package", "--silent", "--offline"]
    packed = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    modules = folder / "node_modules"
    modules.mkdir()
    for path in (_ROOT / "node_modules").iterdir():
        (modules / path.name).symlink_to(path)
    shutil.unpack_archive(folder / packed.stdout.strip(), folder / "unpacked")
    (folder / "unpacked" / "package").rename(modules / "codeact-web")
    return folder


def bundle(folder: Path, entry: str) -> bytes:
    """One of the pages in ``EMBEDDING``, built as its authors would build it."""
    (folder / entry).write_bytes((EMBEDDING / entry).read_bytes())
    esbuild = str(_ROOT / "node_modules" / ".bin" / "esbuild")
    define = "--define:process.env.NODE_ENV='development'"
    command = [esbuild, entry, "--bundle", "--format=esm", "--jsx=automatic", "--log-level=error", define]
    return subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout
