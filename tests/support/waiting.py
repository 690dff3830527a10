"""Waits for what a page can only tell by a promise."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

__all__ = ["wait_until"]

# Playwright's wait_for_function takes any promise for true.
_UNTIL = """async ([argument, ms]) => {
  for (const end = performance.now() + ms; !(await (%s)(argument)); ) {
    if (performance.now() > end) throw new Error('It never came true.');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}"""


def wait_until(page: Page, predicate: str, argument: Any = None, seconds: float = 60) -> None:
    """Until ``predicate``, a function of JavaScript that may be async, gives something true.

    Raises Playwright's Error.
    """
    page.evaluate(_UNTIL % predicate, [argument, seconds * 1000])
