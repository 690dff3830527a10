"""The peer: a Jupyter kernel's start to its first result, and its time for one action."""

from __future__ import annotations

import statistics
import time

from jupyter_client.manager import KernelManager

__all__ = ["kernel_times"]


def kernel_times(rounds: int) -> tuple[float, float]:
    """Median milliseconds (start to first result, one action)."""
    measured = [_one_kernel() for _ in range(rounds)]
    return statistics.median(start for start, _ in measured), statistics.median(action for _, action in measured)


def _one_kernel(actions: int = 50) -> tuple[float, float]:
    started = time.perf_counter()
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel()
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        client.execute_interactive("1", store_history=False, output_hook=lambda message: None)
        start = time.perf_counter() - started
        began = time.perf_counter()
        for _ in range(actions):
            client.execute_interactive("x=1; x+1", output_hook=lambda message: None)
        return start * 1000, (time.perf_counter() - began) * 1000 / actions
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
