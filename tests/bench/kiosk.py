"""A kiosk for days, in short: 2,000 visits one after another; and its start without a network."""

from __future__ import annotations

import statistics
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from codeact_agent.hosts.script.site import find_site
from codeact_server.serve import running_server
from codeact_server.settings import Settings
from memory import settled_pss_mb
from page_times import Browser
from support.kiosk_page import KioskPage
from support.kiosk_soak import KioskSoak, soak_site
from support.plain_host import PlainHost, linked_site

__all__ = ["kiosk_offline_start_ms", "kiosk_visits"]

VISITS = 2_000
# In the first visits an engine compiles, fills its caches, and settles.
SETTLING = 100
READY = """() => new Promise((resolve) => {
  const look = () => {
    const [ready] = performance.getEntriesByName('kiosk-ready');
    if (ready) resolve(ready.startTime);
    else setTimeout(look, 5);
  };
  look();
})"""

_COUNTED = ("nodes", "listeners", "documents", "frames", "workers")


def kiosk_visits(browser: Browser, visits: int = VISITS) -> dict[str, Any]:
    """Growth from after ``SETTLING`` visits to the end: fractions of heap and PSS, counts of the rest."""
    with tempfile.TemporaryDirectory() as folder:
        site = linked_site(find_site(), Path(folder, "site"))
        soak_site(site)
        with running_server(Settings(site=site)) as url:
            soak = KioskSoak(browser.new_page(), url)
            soak.visit(SETTLING)
            first, first_pss = soak.holding(), settled_pss_mb(browser.mark)
            started = time.monotonic()
            for _ in range(0, visits - SETTLING, 100):
                soak.visit(100)
            took = time.monotonic() - started
            last, last_pss = soak.holding(), settled_pss_mb(browser.mark)
            soak.page.close()
    grown = {name: value - asdict(first)[name] for name, value in asdict(last).items()}
    return {
        "kiosk_sessions": visits,
        "kiosk_session_ms": took / (visits - SETTLING) * 1000,
        "kiosk_heap_growth": grown["heap"] / first.heap,
        "kiosk_heap_mb": last.heap / 2**20,
        "kiosk_pss_growth": last_pss / first_pss - 1,
        "kiosk_pss_mb": last_pss,
        **{f"kiosk_{name}_grown": grown[name] for name in _COUNTED},
        "kiosk_storage_grown": grown["storage"],
    }


def kiosk_offline_start_ms(browser: Browser, rounds: int) -> float:
    """From navigation to Python ready for a visitor, with the host cut off; the median."""
    with tempfile.TemporaryDirectory() as folder:
        site = linked_site(find_site(), Path(folder, "site"))
        soak_site(site)
        with PlainHost(site) as host:
            page = browser.new_page()
            kiosk = KioskPage(page).open(host.url)
            kiosk.wait_until_kept()
            host.cut()
            times = []
            for _ in range(rounds):
                kiosk.open(host.url)
                times.append(float(page.evaluate(READY)))
            page.close()
    return statistics.median(times)
