"""Run JavaScript that imports modules of web/, in Node, bundled as the site is and where `eval` is refused."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["bundled", "run_module"]

_ROOT = Path(__file__).resolve().parents[2]
_ESBUILD = _ROOT / "node_modules" / ".bin" / "esbuild"


def run_module(script: str, *arguments: str) -> str:
    """What ``script`` prints; its imports are relative to web/. Raises CalledProcessError."""
    with bundled(script) as module:
        command = ["node", "--disallow-code-generation-from-strings", str(module), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


@contextmanager
def bundled(script: str) -> Iterator[Path]:
    """The module that ``script`` becomes with all that it imports."""
    (_ROOT / "build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_ROOT / "build") as folder:
        stage = Path(folder)
        (stage / "vendor").mkdir()
        for entry in (_ROOT / "web" / "vendor_entries").glob("*.js"):
            _bundle(entry, stage / "vendor" / entry.name)
        (stage / "tools").symlink_to(_ROOT / "web" / "tools")
        (stage / "main.js").write_text(script)
        external = ("--external:@micropython/*", "--external:node:*")
        _bundle(stage / "main.js", stage / "bundled.mjs", "--preserve-symlinks", *external)
        yield stage / "bundled.mjs"


def _bundle(entry: Path, out: Path, *options: str) -> None:
    command = [str(_ESBUILD), str(entry), "--bundle", "--format=esm", "--target=es2023", "--log-level=error"]
    subprocess.run([*command, f"--outfile={out}", *options], check=True, cwd=_ROOT)
