"""What keeps the script host from starting or going on; the person can mend it."""

from __future__ import annotations

from codeact_agent.errors import AgentError

__all__ = ["BrowserMissing", "SandboxFailed", "SiteMissing"]


class BrowserMissing(AgentError):
    """No Chromium was found to run the sandbox in."""

    kind = "browser_missing"


class SandboxFailed(AgentError):
    """Python did not start in the browser, or the browser has ended."""

    kind = "boot_failed"


class SiteMissing(AgentError):
    """The static site that holds the sandbox has not been built."""

    kind = "site_missing"
