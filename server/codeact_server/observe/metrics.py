"""Figures for Prometheus. Told by ``relay``, ``upstreams`` and ``quotas``; read by ``observe.health``.

No label carries words of a caller: upstreams and dialects are those of the settings, outcomes and codes our own.
With several workers each writes its figures to files in PROMETHEUS_MULTIPROC_DIR, which ``serve`` sets before the
workers import this module; whichever is asked adds them up.
"""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

__all__ = ["breaker_changed", "exposition", "refused", "relay_ended", "storage_up", "stream_changed"]

MULTIPROCESS_DIR = "PROMETHEUS_MULTIPROC_DIR"

# Of our own, so that whoever runs us inside their process keeps theirs.
_registry = CollectorRegistry()
ProcessCollector(registry=_registry)

_requests = Counter(
    "relay_requests",
    "Requests that were passed to an upstream.",
    ["dialect", "upstream", "outcome"],
    registry=_registry,
)
_first_byte = Histogram(
    "relay_first_byte_seconds",
    "From the checked request to the first byte of the upstream's answer.",
    ["upstream"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120),
    registry=_registry,
)
_streams = Gauge(
    "relay_streams", "Answers being passed on now.", ["upstream"], multiprocess_mode="livesum", registry=_registry
)
_tokens = Counter(
    "relay_tokens",
    "Tokens, as the upstream counted or we estimated.",
    ["upstream", "direction"],
    registry=_registry,
)
_refusals = Counter(
    "relay_refusals", "Requests that this server refused, by its code.", ["code"], registry=_registry
)
_breaker = Gauge(
    "upstream_breaker_open",
    "1 while an upstream is left alone after failures.",
    ["upstream"],
    multiprocess_mode="livemax",
    registry=_registry,
)
_storage = Gauge(
    "quota_storage_up", "1 while the quotas' store answers.", multiprocess_mode="livemin", registry=_registry
)


def relay_ended(
    dialect: str, upstream: str, outcome: str, first_byte_s: float | None, input_tokens: int, output_tokens: int
) -> None:
    """Count a request that an upstream was asked. ``first_byte_s`` is None where no byte came.

    ``outcome`` is one of "ok", "refused" (an upstream's error), "broken" (in mid-answer), "left" (by the client)
    and "cut" (at a cap of ours).
    """
    _requests.labels(dialect, upstream, outcome).inc()
    if first_byte_s is not None:
        _first_byte.labels(upstream).observe(first_byte_s)
    _tokens.labels(upstream, "input").inc(input_tokens)
    _tokens.labels(upstream, "output").inc(output_tokens)


def stream_changed(upstream: str, by: int) -> None:
    """Tell that an answer began to be passed on (+1), or ended (-1)."""
    _streams.labels(upstream).inc(by)


def refused(code: str) -> None:
    """Count a request that was refused here. ``code`` is that of our error, never the caller's words."""
    _refusals.labels(code).inc()


def breaker_changed(upstream: str, open: bool) -> None:
    """Tell that an upstream is left alone after failures, or asked again."""
    _breaker.labels(upstream).set(open)


def storage_up(up: bool) -> None:
    """Tell whether the quotas' store answers."""
    _storage.set(up)


def exposition() -> bytes:
    """Give all figures in Prometheus' text format 0.0.4; of all workers together, where there are several."""
    if MULTIPROCESS_DIR not in os.environ:
        return generate_latest(_registry)
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return generate_latest(together)
