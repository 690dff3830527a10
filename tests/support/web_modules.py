"""Run JavaScript that imports modules of web/, in Node, bundled as the site is and where `eval` is refused."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

__all__ = ["run_module"]

_ROOT = Path(__file__).resolve().parents[2]
_ESBUILD = _ROOT / "node_modules" / ".bin" / "esbuild"


def run_module(script: str, *arguments: str) -> str:
    """What ``script`` prints; its imports are relative to web/. Raises CalledProcessError."""
    (_ROOT / "build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_ROOT / "build") as folder:
        stage = Path(folder)
        (stage / "vendor").mkdir()
        for entry in (_ROOT / "web" / "vendor_entries").glob("*.js"):
            _bundle(entry, stage / "vendor" / entry.name)
        for place in ("tools", "providers"):
            (stage / place).symlink_to(_ROOT / "web" / place)
        (stage / "main.js").write_text(script)
        _bundle(
            stage / "main.js",
            stage / "bundled.mjs",
            "--preserve-symlinks",
            "--external:@micropython/*",
            "--external:node:*",
        )
        command = ["node", "--disallow-code-generation-from-strings", str(stage / "bundled.mjs"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


def _bundle(entry: Path, out: Path, *options: str) -> None:
    command = [str(_ESBUILD), str(entry), "--bundle", "--format=esm", "--target=es2023", "--log-level=error"]
    subprocess.run([*command, f"--outfile={out}", *options], check=True, cwd=_ROOT)
