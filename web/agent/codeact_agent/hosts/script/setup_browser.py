"""``python -m codeact_agent.hosts.script.setup_browser``: find a Chromium, or install one.

Tries an installed browser, then Playwright's download, then Debian's package.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import partial

from playwright.sync_api import sync_playwright

from codeact_agent.hosts.script.browser import find_browser
from codeact_agent.hosts.script.errors import BrowserMissing

__all__ = ["install_with_apt", "main"]


def main() -> int:
    """Exit code 0 with a browser; otherwise 1 and a sentence."""
    for install in (None, _with_playwright, partial(install_with_apt, "chromium")):
        if install is not None:
            install()
        try:
            print(f"Browser: {_found()}")
        except BrowserMissing as error:
            reason = error
        else:
            return 0
    print(f"codeact-web: {reason}", file=sys.stderr)
    return 1


def _found() -> str:
    with sync_playwright() as playwright:
        return find_browser(playwright.chromium.executable_path)


def _with_playwright() -> None:
    print("No Chromium found; trying `playwright install chromium`…", flush=True)
    _run([sys.executable, "-m", "playwright", "install", "chromium"])


def install_with_apt(*packages: str) -> None:
    """Install Debian packages, where there is apt and we may; the caller looks whether it helped."""
    if not shutil.which("apt-get"):
        return
    print(f"Trying Debian's {' '.join(packages)}…", flush=True)
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    install = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "--no-install-recommends"]
    if _run([*as_root, "apt-get", "update"]):
        _run([*as_root, *install, *packages])


def _run(command: list[str]) -> bool:
    """Whether it went well; what it says is shown only when it did not, as the next way may do."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"  {' '.join(command)}: {(done.stderr or done.stdout).strip().splitlines()[-1:]}")
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
