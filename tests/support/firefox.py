"""A stock Firefox, driven over WebDriver BiDi. Playwright drives only a Firefox of its own making."""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.sync_api import Error
from support.driven_browser import DrivenBrowser

__all__ = ["Firefox"]

_NAMES = ("firefox-esr", "firefox")
_DRIVER = Path(__file__).with_name("firefox.mjs")


class Firefox(DrivenBrowser):
    """The installed one, headless."""

    def command(self) -> list[str]:
        """Raises Error where there is none."""
        path = next(filter(None, map(shutil.which, _NAMES)), None)
        if not path:
            raise Error("These tests need Firefox, and none was found. Install it with `make setup-engines`.")
        return ["node", str(_DRIVER), path]
