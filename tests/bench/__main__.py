"""Measures what the README claims; writes build/bench.json. Run by ``make bench``.

Everything is a median of at least five, in one run, in a real Chromium against a real server; a Jupyter
kernel's start and action beside it, as a peer.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from jupyter_kernel import kernel_times
from page_times import Browser

ROUNDS = 5
OUT = Path("build/bench.json")


def median(measure: Callable[[], float], rounds: int = ROUNDS) -> float:
    return statistics.median(measure() for _ in range(rounds))


def main() -> None:
    """Print and write the figures."""
    figures: dict[str, float] = {}
    with Browser() as browser:
        figures["page_interactive_ms"] = median(browser.page_interactive_ms)
        figures["boot_cold_ms"] = median(lambda: browser.boot_ms(cached=False))
        figures["boot_ms"] = median(lambda: browser.boot_ms(cached=True))
        figures["boot_plain_ms"] = median(lambda: browser.boot_ms(cached=True, plain=True))
        figures["boot_image_over_plain"] = figures["boot_ms"] / figures["boot_plain_ms"]
        figures["action_ms"] = median(browser.action_ms)
        figures["tool_call_ms"] = median(browser.tool_call_ms)
        figures["respawn_cold_ms"] = median(browser.respawn_ms)
        figures["chromium"] = browser.version
    start, action = kernel_times(ROUNDS)
    figures.update(jupyter_start_ms=start, jupyter_action_ms=action)
    figures["boot_over_jupyter"] = figures["boot_ms"] / start
    figures["action_over_jupyter"] = figures["action_ms"] / action
    rounded = {name: round(value, 3) if isinstance(value, float) else value for name, value in figures.items()}
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(rounded, indent=2) + "\n")
    print(json.dumps(rounded, indent=2))


main()
