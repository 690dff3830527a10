"""A stock WebKitGTK, in a window nobody sees. Playwright drives only a WebKit of its own making."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from playwright.sync_api import Error
from support.driven_browser import DrivenBrowser

__all__ = ["WebKit"]

# The system's Python: Debian's bindings of WebKit are made for no other.
_PYTHON = "/usr/bin/python3"
_DRIVER = Path(__file__).with_name("webkit_browser.py")


class WebKit(DrivenBrowser):
    """The installed one. Frames cannot be looked into, and nothing can be exposed to its pages."""

    def command(self) -> list[str]:
        """Raises Error where a part is missing."""
        if not shutil.which("xvfb-run") or subprocess.run([_PYTHON, _DRIVER, "--check"], check=False).returncode:
            raise Error("These tests need WebKitGTK and Xvfb. Install them with `make setup-engines`.")
        return ["xvfb-run", "-a", _PYTHON, str(_DRIVER)]
