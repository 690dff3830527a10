"""A page with a sandbox under attack, and everything that can be seen of it afterwards."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from codeact_agent import tool
from playwright.sync_api import Page, Request
from support.aftermath import LIMITS, Aftermath
from support.attack import Attack, expand
from support.canary import Canary
from support.engines import Engine

__all__ = ["REFUSED", "TOOLS", "AttackedPage", "slack"]

TIME_MS = 700
"""For the attack itself, but where it has to fill Python's memory first; longer on a busy machine."""
TIME_MS_OF = {"cpu": 400, "crash": 3000}
"""What only spins need not spin for long; what breaks by its depth needs time to get there on a busy machine."""
MOST_SLACK = 3
"""So many times ``TIME_MS`` at most: those that spin take as long as they are given."""
NEXT_MS = 5000
"""For each step after it: what a fresh boot may take on a busy machine."""
PATIENCE_MS = 40_000
"""For all steps of one attack together, boots of fresh interpreters included."""

POLLING_MS = 20
"""Playwright by itself asks at each frame, for which the page is drawn: five times the price."""

REFUSED = ("csp", "origin")
"""What the browser says of a request that it did not send: by the page's policy, or across origins."""

_RIG = (Path(__file__).parent / "attacked_page.js").read_text().rstrip().rstrip(";")


@tool
def web_search(query: str) -> str:
    """Search the web."""
    return f"nothing about {query}"


@tool
def read_file(path: str) -> str:
    """Read a file."""
    return f"nothing in {path}"


@tool
def fetch_url(url: str) -> str:
    """Fetch a page."""
    return f"nothing at {url}"


@tool
def call_tool(name: str, args: dict[str, Any]) -> str:
    """Call another tool."""
    return f"no tool {name}, whatever {args}"


TOOLS = {each.name: each for each in (web_search, read_file, fetch_url, call_tool)}

# What a later conversation could find of an earlier one. Sorted, so that two fresh interpreters say the same.
SURROUNDINGS = """
import builtins, os, sys
def found():
    for top in ('/tmp', '/home', '/data', '/output', '/'):
        for name in sorted(os.listdir(top)) if os.path.isdir(top) else ():
            yield f'{top}/{name}'
    yield from (f'global {name}' for name in sorted(globals()) if name != 'found')
    yield from (f'module {name}' for name in sorted(sys.modules))
    yield from (f'builtin {name}' for name in sorted(vars(builtins)))
    yield from (f'{name}={value}' for name, value in sorted(os.environ.items()))
    yield from (str(each) for each in (sys.path, sys.meta_path.__len__(), sys.argv, sys.getrecursionlimit()))
print('\\n'.join(found()))
del found
"""

PACKAGES = "import importlib.metadata\nprint(sorted({each.name for each in importlib.metadata.distributions()}))"


def _fills_memory(attack: Attack) -> bool:
    to_spin = any("timeout" in phrase for phrase in attack.must)
    return attack.kind == "memory" and not attack.needs_js and not to_spin


def _time_ms(attack: Attack) -> int:
    if _fills_memory(attack):
        return LIMITS["time_ms"]
    return TIME_MS_OF.get(attack.kind) or round(TIME_MS * min(slack(), MOST_SLACK))


def slack() -> float:
    """More than 1 where the machine has more to do than processors: then it is not the attack that waits."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


class AttackedPage:
    """Drives script_host.html by few and plain means, so that another driver can do the same."""

    def __init__(self, engine: Engine, address: str, canary: Canary, hardened: bool) -> None:
        self.address = address
        self.hardened = hardened
        self._canary = canary
        self._planted = f"planted-{secrets.token_hex(12)}"
        self._requests: list[Request] = []
        self.page: Page = engine.new_page()
        self.page.on("request", lambda request: self._requests.append(request))
        self.page.goto(f"{address}/script_host.html")
        self.page.wait_for_function("() => Boolean(window.codeact_start)")
        given = {
            "limits": LIMITS,
            "hardened": hardened,
            "tools": [each.spec for each in TOOLS.values()],
            "planted": self._planted,
        }
        self.page.evaluate(_RIG, given)
        self._fresh = self.page.evaluate("(code) => rig.step(code)", SURROUNDINGS)["output"]
        self._packages = self.page.evaluate("(code) => rig.step(code)", PACKAGES)["output"]

    def run(self, attack: Attack, after: dict[str, str]) -> Aftermath:
        """Make the attack, then the steps that must work ``after`` it.

        Raises playwright's TimeoutError if the page does not come back.
        """
        self._requests.clear()
        steps = {
            "code": expand(attack.code, self._canary, self.address),
            "time_ms": (time_ms := _time_ms(attack)),
            "next_ms": LIMITS["time_ms"] if _fills_memory(attack) else NEXT_MS,
            "follow": list(attack.then),
            "after": after
            | ({"packages": PACKAGES} if "package outside the allowlist does not load" in attack.must else {}),
            "again": SURROUNDINGS if "no state crosses into another run" in attack.must else None,
        }
        self.page.evaluate("(steps) => void rig.attack(steps)", steps)
        self.page.wait_for_function("() => window.aftermath", timeout=PATIENCE_MS, polling=POLLING_MS)
        seen = self.page.evaluate("() => aftermath")
        aftermath = Aftermath(
            attack=attack, hardened=self.hardened, time_ms=time_ms, planted=self._planted, fresh=self._fresh,
            packages=self._packages,
            **{"again": None, **seen},
        )  # fmt: skip
        aftermath.canary = self._canary.heard()
        aftermath.requests = [f"{each.method} {each.url}" for each in self._requests if self._left(each)]
        if aftermath.is_spent:
            self._renew()
        return aftermath

    def close(self) -> None:
        self.page.close()

    def _renew(self) -> None:
        """Begin a fresh interpreter; ``run`` waits for it."""
        self.page.evaluate("() => rig.renew()")

    def _left(self, request: Request) -> bool:
        """Whether the browser let it go, rather than refuse it or take it from itself."""
        inside = request.url.startswith(("blob:", "data:", f"{self.address}/sandbox/"))
        return not inside and request.failure not in REFUSED
