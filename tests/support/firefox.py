"""A stock Firefox, driven over WebDriver BiDi. Playwright drives only a Firefox of its own making."""

from __future__ import annotations

import shutil
from pathlib import Path

from support.driven_browser import DrivenBrowser

__all__ = ["Firefox"]

_DRIVER = Path(__file__).with_name("firefox.mjs")


class Firefox(DrivenBrowser):
    """The installed one, headless."""

    @staticmethod
    def missing() -> list[str]:
        """See DrivenBrowser."""
        return [] if _find() else ["firefox-esr"]

    def command(self) -> list[str]:
        """See DrivenBrowser."""
        return ["node", str(_DRIVER), str(_find())]


def _find() -> str | None:
    return shutil.which("firefox-esr") or shutil.which("firefox")
