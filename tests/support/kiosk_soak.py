"""Many visits at one kiosk, one after another, and what the browser holds after them.

Used by the test suite with few, and by ``make bench`` with 2,000.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page
from support.kiosk_page import KioskPage, add_recording, write_config

__all__ = ["Holding", "KioskSoak", "soak_site"]

IDLE_S = 0.15
# Variables, a file, output and markup: what a visit leaves behind if anything.
CODE = """
rows = {number: list(range(200)) for number in range(50)}
open('/output/rows.txt', 'w').write('x' * 10_000)
print('rows', len(rows))
final_answer(f'**{sum(map(len, rows.values()))}** numbers')
"""
# A visitor's taps; a visit ends by itself.
VISIT = """async (count) => {
  const root = document.querySelector('ca-kiosk').shadowRoot;
  const until = async (find) => {
    for (const end = performance.now() + 60_000; ;) {
      const found = find();
      if (found) return found;
      if (performance.now() > end) throw new Error(`waited in vain: ${root.querySelector('main').innerText}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  for (let visit = 0; visit < count; visit++) {
    (await until(() => root.querySelector('.begin'))).click();
    (await until(() => root.querySelector('.card'))).click();
    const answer = await until(() => root.querySelector('ca-kiosk-run')?.shadowRoot.querySelector('.answer'));
    if (answer.matches('.trouble')) throw new Error(answer.innerText);
    await until(() => root.querySelector('.begin'));
  }
}"""
STORAGE = "async () => (await navigator.storage.estimate()).usage"


@dataclass(frozen=True)
class Holding:
    """What the page holds at rest; ``heap`` and ``storage`` in bytes."""

    heap: int
    nodes: int
    listeners: int
    documents: int
    frames: int
    workers: int
    storage: int


def soak_site(folder: Path) -> None:
    """Make ``folder``, a linked site, one whose visits are short."""
    add_recording(folder, "soak", CODE)
    write_config(folder, tasks=[{"show": "Soak", "recording": "soak"}], idle_seconds=IDLE_S)


class KioskSoak:
    """An open kiosk of a ``soak_site`` whose copy is complete."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.kiosk = KioskPage(page).open(url)
        self.kiosk.wait_until_kept()
        self._cdp: CDPSession = page.context.new_cdp_session(page)
        self._cdp.send("Performance.enable")

    def visit(self, count: int) -> None:
        """So many visits, each with a task and the reset that follows. Raises Error where one does not work."""
        self.page.evaluate(VISIT, count)

    def holding(self) -> Holding:
        """After the garbage is collected, and the spare worker is there."""
        self.page.wait_for_timeout(3_000)
        for _ in range(3):
            self._cdp.send("HeapProfiler.collectGarbage")
        told: list[dict[str, Any]] = self._cdp.send("Performance.getMetrics")["metrics"]
        metrics = {each["name"]: int(each["value"]) for each in told}
        return Holding(
            heap=metrics["JSHeapUsedSize"],
            nodes=metrics["Nodes"],
            listeners=metrics["JSEventListeners"],
            documents=metrics["Documents"],
            frames=len(self.page.frames),
            workers=len(self.page.workers),
            storage=int(self.page.evaluate(STORAGE)),
        )
