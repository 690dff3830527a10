"""The npm package ``codeact-web``: the element for pages that bundlers build. Called by ``make npm-package``."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path

from codeact_server.bundle.javascript import bundle_alone
from codeact_server.bundle.source import Source

__all__ = ["build_npm_package"]


def build_npm_package(out: Path) -> None:
    """Fill the folder ``out`` with what ``npm pack`` and ``npm publish`` take. Raises BundleError."""
    source = Source.of_checkout()
    folder = source.web / "embed"
    described = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    described = {"name": described.pop("name"), "version": version("codeact-web"), **described}
    files = {
        "package.json": json.dumps(described, indent=2).encode() + b"\n",
        "index.js": bundle_alone(source, "embed/npm.js"),
        "index.d.ts": (folder / "embed.d.ts").read_bytes(),
        "react.d.ts": (folder / "react.d.ts").read_bytes(),
        "README.md": (folder / "README.md").read_bytes(),
        "LICENSE": (source.root / "LICENSE").read_bytes(),
    }
    out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (out / name).write_bytes(content)


if __name__ == "__main__":
    build_npm_package(Path(sys.argv[1]))
