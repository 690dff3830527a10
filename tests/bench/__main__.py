"""Measures what the README claims; writes build/bench.json. Run by ``make bench``.

Times are medians of at least five, in one run, in a real Chromium against a real server; a Jupyter
kernel's start and action beside it, as a peer. docs/benchmarks.md explains each figure.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))

from endings import respawn_ms, soft_stop_overruns_ms
from flood import longest_task_ms
from jupyter_kernel import kernel_times
from kiosk import kiosk_offline_start_ms, kiosk_visits
from loop import loop_in_cpython_ms, loop_in_the_page
from memory import idle_sandbox_pss_mb, tool_calls_growth_mb
from page_times import Browser
from soak import soak
from widget import widget_figures

ROUNDS = 5
OUT = Path("build/bench.json")


def median(measure: Callable[[], float], rounds: int = ROUNDS) -> float:
    return statistics.median(measure() for _ in range(rounds))


def main() -> None:
    """Print and write the figures."""
    figures: dict[str, Any] = {}
    with Browser() as browser:
        figures["page_interactive_ms"] = median(browser.page_interactive_ms)
        figures["boot_cold_ms"] = median(lambda: browser.boot_ms(cached=False))
        figures["boot_ms"] = median(lambda: browser.boot_ms(cached=True))
        figures["boot_plain_ms"] = median(lambda: browser.boot_ms(cached=True, plain=True))
        figures["boot_image_over_plain"] = figures["boot_ms"] / figures["boot_plain_ms"]
        figures["action_ms"] = median(browser.action_ms)
        figures["tool_call_ms"] = median(browser.tool_call_ms)
        figures["respawn_cold_ms"] = respawn_ms(browser, ROUNDS, spare=False)
        figures["respawn_spare_ms"] = respawn_ms(browser, ROUNDS, spare=True)
        plain, catching = soft_stop_overruns_ms(browser, ROUNDS)
        figures.update(soft_stop_plain_ms=plain, soft_stop_catching_ms=catching)
        figures["soft_stop_overrun_ms"] = max(plain, catching)
        figures["flood_longest_task_ms"] = longest_task_ms(browser)
        figures.update(tool_calls_growth_mb(browser))
        figures.update(loop_in_the_page(browser))
        figures["chromium"] = browser.version
    figures["idle_sandbox_pss_mb"] = median(lambda: idle_sandbox_pss_mb(spare=False), 3)
    figures["idle_sandbox_with_spare_pss_mb"] = median(lambda: idle_sandbox_pss_mb(spare=True), 3)
    with Browser() as browser:
        figures.update(soak(browser))
    figures.update(widget_figures())
    with Browser(warm=False) as browser:
        figures["kiosk_offline_start_ms"] = kiosk_offline_start_ms(browser, ROUNDS)
        figures.update(kiosk_visits(browser))
    figures["loop_cpython_ms"] = median(loop_in_cpython_ms)
    start, action = kernel_times(ROUNDS)
    figures.update(jupyter_start_ms=start, jupyter_action_ms=action)
    figures["boot_over_jupyter"] = figures["boot_ms"] / start
    figures["action_over_jupyter"] = figures["action_ms"] / action
    rounded = {name: round(value, 3) if isinstance(value, float) else value for name, value in figures.items()}
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(rounded, indent=2) + "\n")
    print(json.dumps(rounded, indent=2))


main()
