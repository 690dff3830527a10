"""Find a browser for the sandbox and start it headless. Called by sandbox.py and by the tests."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from playwright.async_api import Browser, Playwright
from playwright.async_api import Error as PlaywrightError

from codeact_agent.hosts.script.errors import BrowserMissing

__all__ = ["ARGUMENTS", "find_browser", "launch"]

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
ARGUMENTS = (
    "--disable-background-networking",
    "--disable-quic",
    "--disable-component-update",
    "--no-first-run",
)
_MEND = (
    "Install one with `make setup-browser`, `playwright install chromium` or your system's package manager, "
    "or name it in CODEACT_BROWSER."
)


def find_browser(playwright_path: str = "") -> str:
    """Path of a Chromium: ``CODEACT_BROWSER``, an installed one, or the one Playwright has downloaded.

    Raises BrowserMissing with a sentence that says how to get one.
    """
    named = os.environ.get("CODEACT_BROWSER")
    if named:
        found = shutil.which(named)
        if not found:
            raise BrowserMissing(f"CODEACT_BROWSER names {named!r}, which is not there. {_MEND}")
        return found
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    if playwright_path and Path(playwright_path).is_file():
        return playwright_path
    raise BrowserMissing(f"The sandbox needs Chromium or Chrome, and none was found. {_MEND}")


def arguments() -> list[str]:
    """Command line switches; Chromium refuses to start its own sandbox as root."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [*ARGUMENTS, *(["--no-sandbox"] if root else [])]


async def launch(playwright: Playwright) -> Browser:
    """Start it. Raises BrowserMissing."""
    path = find_browser(playwright.chromium.executable_path)
    try:
        return await playwright.chromium.launch(executable_path=path, args=arguments())
    except PlaywrightError as error:
        raise BrowserMissing(f"{path} did not start: {str(error).splitlines()[0]}. {_MEND}") from error
