"""LiteLLM's proxy from PyPI, as an upstream and a peer, in an environment of its own: it pins what we do not."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

__all__ = ["install_litellm"]

_VERSION = "1.106.2"
_CACHE = Path(__file__).parents[2] / "build" / "cache"


def install_litellm() -> Path:
    """Install it (740 MB), unless it is there, and give its program. Waits for a process that does so too."""
    place = _CACHE / f"litellm-{_VERSION}"
    program, whole = place / "bin" / "litellm", place / "whole"
    _CACHE.mkdir(parents=True, exist_ok=True)
    with (_CACHE / "litellm.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
            pip = [str(place / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
            subprocess.run([*pip, f"litellm[proxy]=={_VERSION}"], check=True)
            whole.touch()
    return program
