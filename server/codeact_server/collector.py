"""Python's garbage collector, for a process that does nothing but serve."""

from __future__ import annotations

import gc

__all__ = ["calm_collector"]


def calm_collector() -> None:
    """Leave what is there at the start out of every collection, and collect more rarely.

    A thousand answers under way are a hundred thousand objects that are no garbage; looking through them again and
    again is a tenth of the processor time of 1,000 streams started at once (docs/benchmarks.md). Not for a server
    in somebody else's process.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
