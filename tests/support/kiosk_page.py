"""A page object for kiosk.html, and what its service worker keeps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect
from support.plain_host import replace
from support.waiting import wait_until

__all__ = ["KioskPage", "add_recording", "write_config"]

_IS_KEPT = """async () => {
  const { active, installing, waiting } = (await navigator.serviceWorker.getRegistration()) ?? {};
  return active?.state === 'activated' && !installing && Boolean(navigator.serviceWorker.controller);
}"""
# Every text of the page, open shadow roots and fields included.
_TEXT = """() => {
  const texts = [document.title, location.href, document.cookie];
  const read = (root) => {
    for (const node of root.querySelectorAll('*')) {
      texts.push(node.value ?? '', [...node.attributes].map((each) => each.value).join(' '));
      if (node.shadowRoot) read(node.shadowRoot);
    }
    texts.push(root.textContent);
  };
  read(document);
  return texts.join('\\n');
}"""
_STORED = """async () => {
  const texts = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), JSON.stringify(history.state)];
  for (const { name } of await indexedDB.databases()) {
    texts.push(name);
    const database = await new Promise((resolve, reject) => {
      const opening = indexedDB.open(name);
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
    for (const store of database.objectStoreNames) {
      const asked = database.transaction(store).objectStore(store).getAll();
      const all = await new Promise((resolve) => { asked.onsuccess = () => resolve(asked.result); });
      texts.push(JSON.stringify(all));
    }
    database.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      texts.push(request.url);
      if (/recordings|[.]json/.test(request.url)) texts.push(await (await cache.match(request)).text());
    }
  }
  return texts.join('\\n');
}"""


def write_config(site: Path, **settings: Any) -> None:
    """``kiosk.json`` of ``site`` with these settings besides what every test wants."""
    usual = {
        "title": "Kiosk",
        "tasks": [{"show": "Laptops", "recording": "laptops"}],
        "attract": None,
        "idle_seconds": 300,
        "exit_code": "2580",
    }
    replace(site / "kiosk.json", json.dumps({**usual, **settings}))


def add_recording(site: Path, name: str, *codes: str) -> None:
    """A recording of an operator's own: each of ``codes`` is a step."""
    steps = [{"reply": f"<code>\n{code}\n</code>"} for code in codes]
    recording = {"version": 1, "id": name, "title": name, "task": f"Do {name}.", "tools": [], "steps": steps}
    index = json.loads((site / "recordings" / "index.json").read_text())
    index["recordings"].append({key: recording[key] for key in ("id", "title", "task", "tools")})
    replace(site / "recordings" / f"{name}.json", json.dumps(recording))
    replace(site / "recordings" / "index.json", json.dumps(index))


class KioskPage:
    """What a visitor, and an operator, do and see there."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.begin_button = page.locator("ca-kiosk .begin")
        self.cards = page.locator("ca-kiosk .card")
        self.answer = page.locator("ca-kiosk-run .answer")
        self.trouble = page.locator("ca-kiosk .trouble")

    def open(self, url: str) -> KioskPage:
        self.page.goto(f"{url}/kiosk.html")
        return self

    def begin(self) -> None:
        self.begin_button.click()
        expect(self.page.locator("section.home")).to_be_visible()

    def choose(self, show: str) -> None:
        self.cards.filter(has_text=show).click()

    def solve(self, show: str, seconds: float = 60) -> Locator:
        """Choose a card, and give the answer."""
        self.choose(show)
        expect(self.answer).to_be_visible(timeout=seconds * 1000)
        return self.answer

    def another(self) -> None:
        """Leave the answer for the cards."""
        self.page.get_by_role("button", name="Another question").click()

    def wait_until_kept(self) -> None:
        """Until the service worker has a copy of the site, and answers for the page."""
        wait_until(self.page, _IS_KEPT, seconds=120)

    def enter_code(self, code: str) -> None:
        """Tap the corner, and type."""
        for _ in range(5):
            self.page.mouse.click(20, 20)
        for digit in code:
            self.page.get_by_role("button", name=digit, exact=True).click()

    def shown_text(self) -> str:
        """All text of the document, hidden or not, with values and attributes."""
        return str(self.page.evaluate(_TEXT))

    def stored_text(self) -> str:
        """All that the browser stores for the site, as text, but for the files of the site itself."""
        return str(self.page.evaluate(_STORED))
