"""A few dozen visits at one kiosk: nothing grows. ``make bench`` makes 2,000."""

from __future__ import annotations

from pathlib import Path

from codeact_server.serve import running_server
from codeact_server.settings import Settings
from playwright.sync_api import Page
from support.kiosk_soak import KioskSoak, soak_site
from support.plain_host import linked_site

VISITS = 30


def test_visits_leave_no_trace_in_the_browsers_memory(page: Page, site: Path, tmp_path: Path) -> None:
    folder = linked_site(site, tmp_path / "site")
    soak_site(folder)
    with running_server(Settings(site=folder)) as url:
        soak = KioskSoak(page, url)
        soak.visit(8)  # what is loaded once, and caches of the engine
        before = soak.holding()
        soak.visit(VISITS)
        after = soak.holding()
    told = f"{before} → {after}"
    assert after.workers == before.workers, told
    assert after.frames == before.frames == 2, told
    assert after.documents <= before.documents + 1, told
    assert after.nodes <= before.nodes + 20, told
    assert after.listeners <= before.listeners + 10, told
    assert after.storage <= before.storage + 65_536, told
    # 20 kB for each visit would be a leak of what a visit holds; the engine's own caches settle slowly.
    assert after.heap <= before.heap + VISITS * 20_000, told
