"""Bundle JavaScript with esbuild: the sandbox's worker, and third-party libraries for the page."""

from __future__ import annotations

import subprocess
from pathlib import Path

from codeact_server.bundle.errors import BundleError
from codeact_server.bundle.source import Source

__all__ = ["bundle_module", "bundle_worker", "minify_script"]

# Pyodide names its own URL only to find files that boot.js hands it from memory.
_WORKER_OPTIONS = (
    "--format=iife",
    "--external:node:*",
    "--external:ws",
    '--define:import.meta.url="https://assets.invalid/worker.js"',
)


def bundle_worker(source: Source) -> bytes:
    """One classic worker script that holds our worker and Pyodide's loader."""
    return _esbuild(source, source.web / "sandbox" / "worker.js", *_WORKER_OPTIONS)


def bundle_module(source: Source, entry: Path) -> bytes:
    """An ES module with everything ``entry`` imports."""
    return _esbuild(source, entry, "--format=esm")


def minify_script(source: Source, entry: Path) -> bytes:
    """A classic script for inlining into HTML."""
    return _esbuild(source, entry, "--format=iife").rstrip(b"\n")


def _esbuild(source: Source, entry: Path, *options: str) -> bytes:
    command = [
        str(source.esbuild),
        str(entry),
        "--bundle",
        "--minify",
        "--target=es2023",
        "--log-level=error",
    ]
    done = subprocess.run([*command, *options], capture_output=True, cwd=source.root, check=False)
    if done.returncode:
        raise BundleError(f"esbuild could not bundle {entry.name}:\n{done.stderr.decode()}")
    return done.stdout
