"""Run ``codeact-web`` as a person would, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

__all__ = ["codeact_web"]


def codeact_web(*arguments: str, seconds: float = 120, **environment: str) -> subprocess.CompletedProcess[str]:
    """Exit code, stdout and stderr. Without ``environment`` no upstream is configured; it may take ``seconds``."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}
    command = [sys.executable, "-m", "codeact_server", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=seconds, check=False, env={**clean, **environment}
    )
