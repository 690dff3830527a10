"""A stock WebKitGTK, in a window nobody sees. Playwright drives only a WebKit of its own making."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from support.driven_browser import DrivenBrowser

__all__ = ["WebKit"]

# The system's Python: Debian's bindings of WebKit are made for no other.
_PYTHON = "/usr/bin/python3"
_DRIVER = Path(__file__).with_name("webkit_browser.py")


class WebKit(DrivenBrowser):
    """The installed one. Frames cannot be looked into, and nothing can be exposed to its pages."""

    @staticmethod
    def missing() -> list[str]:
        """See DrivenBrowser."""
        display = [] if shutil.which("xvfb-run") and shutil.which("xauth") else ["xvfb", "xauth"]
        return display + ([] if _has_bindings() else ["gir1.2-webkit2-4.1", "python3-gi"])

    def command(self) -> list[str]:
        """See DrivenBrowser."""
        return ["xvfb-run", "--auto-servernum", _PYTHON, str(_DRIVER)]


def _has_bindings() -> bool:
    if not Path(_PYTHON).exists():
        return False
    return subprocess.run([_PYTHON, _DRIVER, "--check"], stderr=subprocess.DEVNULL, check=False).returncode == 0
