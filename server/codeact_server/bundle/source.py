"""Where the bundler finds what it bundles: this repository's folders and node_modules."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from codeact_server.bundle.errors import BundleError
from codeact_server.bundle.target import Target

__all__ = ["Source"]


@dataclass(frozen=True)
class Source:
    """A checkout of the repository with ``npm ci`` done."""

    root: Path

    @classmethod
    def of_checkout(cls) -> Source:
        """The checkout this module runs from. Raises BundleError outside one or before ``npm ci``."""
        root = cls.find_root()
        if root is None:
            raise BundleError("The site can only be built from a checkout of the repository.")
        source = cls(root)
        if not source.pyodide.is_dir():
            raise BundleError("The npm packages are missing. Run: make setup")
        return source

    @staticmethod
    def find_root() -> Path | None:
        """The checkout this module runs from, if it does."""
        root = Path(__file__).resolve().parents[3]
        return root if (root / "pyodide_runtime").is_dir() else None

    @property
    def target(self) -> Target:
        return Target.of_lock(json.loads((self.pyodide / "pyodide-lock.json").read_bytes()))

    @property
    def web(self) -> Path:
        return self.root / "web"

    @property
    def runtime(self) -> Path:
        return self.root / "pyodide_runtime" / "codeact_runtime"

    @property
    def node_modules(self) -> Path:
        return self.root / "node_modules"

    @property
    def pyodide(self) -> Path:
        return self.node_modules / "pyodide"

    @property
    def esbuild(self) -> Path:
        return self.node_modules / ".bin" / "esbuild"
