"""Memory of the whole browser, as the kernel counts it: PSS, with pages shared by processes divided among them."""

from __future__ import annotations

import re
import time
from pathlib import Path

from page_times import KEPT, Browser
from playwright.sync_api import Page
from support.waiting import wait_until

__all__ = ["idle_sandbox_pss_mb", "pss_mb", "settled_pss_mb", "tool_calls_growth_mb"]

_PPID = re.compile(r"^PPid:\s+(\d+)", re.MULTILINE)
_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)
SETTLE_S = 0.5
START = """async (spare_workers) => {
  await codeact_start({ limits: { spare_workers } });
  await codeact.run('1');
}"""
TIMES = 10
CALLS = "for n in range(1_000): echo(n)"


def pss_mb(mark: str) -> float:
    """Of the process whose command line holds ``mark``, and all its descendants."""
    parents: dict[int, int] = {}
    roots: set[int] = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int(_PPID.findall((folder / "status").read_text())[0])
            if mark.encode() in (folder / "cmdline").read_bytes():
                roots.add(int(folder.name))
        except (OSError, IndexError):
            continue  # it has ended meanwhile
    family = {each for each in parents if roots & set(_ancestors(each, parents))}
    return sum(_pss_kb(each) for each in family) / 1024


def _ancestors(process: int, parents: dict[int, int]) -> list[int]:
    line = [process]
    while (above := parents.get(line[-1])) and above not in line:
        line.append(above)
    return line


def _pss_kb(process: int) -> int:
    try:
        return int(_PSS.findall(Path(f"/proc/{process}/smaps_rollup").read_text())[0])
    except (OSError, IndexError):
        return 0


def settled_pss_mb(mark: str, *, at_most_s: float = 15) -> float:
    """Once it changes by less than 1 MB in half a second; the smallest seen: garbage is freed at odd times."""
    until = time.monotonic() + at_most_s
    former, smallest = float("inf"), float("inf")
    while time.monotonic() < until:
        now = pss_mb(mark)
        smallest = min(smallest, now)
        if abs(now - former) < 1:
            break
        former = now
        time.sleep(SETTLE_S)
    return smallest


def collect_garbage(page: Page) -> None:
    """In the page's own heap."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.detach()


def idle_sandbox_pss_mb(*, spare: bool) -> float:
    """What a sandbox that has run one step adds to a page of the site that has none; in a browser of its own."""
    with Browser(warm=False) as browser:
        page = browser.open()
        page.wait_for_timeout(2_000)
        blank = settled_pss_mb(browser.mark)
        page.evaluate(START, int(spare))
        wait_until(page, KEPT)
        page.wait_for_timeout(4_000)  # the spare boots
        collect_garbage(page)
        return settled_pss_mb(browser.mark) - blank


def tool_calls_growth_mb(browser: Browser) -> dict[str, float]:
    """What 1,000 blocking tool calls in one step leave behind, of the interpreter's heap and of all memory.

    The mean of ten such steps after one, since how much garbage lies about differs from look to look.
    """
    before = after = browser.sandbox_step(CALLS)["memory_mb"]
    pss = settled_pss_mb(browser.mark)
    for _ in range(TIMES):
        after = browser.sandbox_step(CALLS)["memory_mb"]
    grown = settled_pss_mb(browser.mark) - pss
    return {"tool_calls_heap_growth_mb": (after - before) / TIMES, "tool_calls_pss_growth_mb": grown / TIMES}
