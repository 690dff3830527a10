"""Bundle JavaScript with esbuild: the sandbox's worker, and the pages with the libraries they use."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from codeact_server.bundle.errors import BundleError
from codeact_server.bundle.source import Source

__all__ = ["bundle_alone", "bundle_pages", "bundle_service_worker", "bundle_worker", "minify_script"]

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


def bundle_service_worker(source: Source) -> bytes:
    """The code of the site's service worker, with what it takes of workbox."""
    options = ("--format=iife", '--define:process.env.NODE_ENV="production"')
    return _esbuild(source, source.web / "service_worker" / "worker.js", *options)


def bundle_pages(source: Source, entries: tuple[str, ...]) -> dict[str, bytes]:
    """``{file name: content}`` of the entry modules and the chunks they share or load later.

    Forty small modules would be forty requests: half a second before the page reacts. The modules import
    ``vendor/*.js``, which exist only here: they are made from ``vendor_entries/``.
    """
    with tempfile.TemporaryDirectory() as folder:
        stage, out = Path(folder, "web"), Path(folder, "out")
        ignored = shutil.ignore_patterns("agent", "recordings", "vendor", "vendor_entries", "vendor_types")
        shutil.copytree(source.web, stage, ignore=ignored)
        (stage / "vendor").mkdir()
        for entry in sorted((source.web / "vendor_entries").glob("*.js")):
            (stage / "vendor" / entry.name).write_bytes(_esbuild(source, entry, "--format=esm"))
        paths = [str(stage / entry) for entry in entries]
        options = ("--format=esm", "--splitting", "--external:./vendor/pyscript/*", f"--outdir={out}")
        _esbuild(source, *paths, *options)
        return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


def bundle_alone(source: Source, entry: str) -> bytes:
    """One module with all that it imports, which may be nothing of ``vendor/``."""
    return _esbuild(source, source.web / entry, "--format=esm")


def minify_script(source: Source, entry: Path) -> bytes:
    """A classic script for inlining into HTML."""
    return _esbuild(source, entry, "--format=iife").rstrip(b"\n")


def _esbuild(source: Source, *arguments: str | Path) -> bytes:
    command = [str(source.esbuild), "--bundle", "--minify", "--target=es2023", "--log-level=error"]
    command += [str(each) for each in arguments]
    done = subprocess.run(command, capture_output=True, cwd=source.root, check=False)
    if done.returncode:
        raise BundleError(f"esbuild could not bundle {Path(arguments[0]).name}:\n{done.stderr.decode()}")
    return done.stdout
