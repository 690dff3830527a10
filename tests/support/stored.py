"""What the page has put into the browser's storage."""

from __future__ import annotations

from playwright.sync_api import Page
from support.waiting import wait_until

__all__ = ["wait_for_variable"]

_IS_STORED = """(name) => new Promise((resolve, reject) => {
  const opening = indexedDB.open('codeact-web /');
  opening.onerror = () => reject(opening.error);
  opening.onsuccess = () => {
    const keys = opening.result.transaction('variables').objectStore('variables').getAllKeys();
    keys.onerror = () => reject(keys.error);
    keys.onsuccess = () => {
      opening.result.close();
      resolve(keys.result.some(([, variable]) => variable === name));
    };
  };
})"""


def wait_for_variable(page: Page, name: str) -> None:
    """Until a variable of this name is kept. Raises Playwright's Error."""
    wait_until(page, _IS_STORED, name, seconds=10)
