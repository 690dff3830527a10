"""Measures the relay; writes build/bench-proxy.json. Run by ``make bench-proxy``; docs/benchmarks.md explains it.

One run, all on loopback: a generator of events as the upstream, a client in a process of its own, and between them
nothing, nginx, our relay, or LiteLLM's proxy.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench_proxy.processes import Running
from bench_proxy.relays import CHAT, TOKEN, generator, litellm, nginx, ours
from codeact_agent.hosts.script.site import find_site
from support.litellm_proxy import install_litellm

OUT = Path("build/bench-proxy.json")
_CLIENT = Path(__file__).parent / "client.py"
_EVENTS = 20
_HELD_SECONDS = 60
_HELD = 1_000
# 1,000 streams are 2,000 sockets in the relay.
_FILES = 20_000

Relay = Callable[[Path, int], AbstractContextManager[Running]]


def ask(port: int, streams: int, at_once: int, events: int, over: float = 0) -> dict[str, Any]:
    """Ask for ``streams`` in all, ``at_once`` at a time, the first of them started over so many seconds."""
    command = [sys.executable, str(_CLIENT), f"http://127.0.0.1:{port}{CHAT}", TOKEN]
    numbers = map(str, (streams, at_once, events, over))
    answer = subprocess.run([*command, *numbers], check=True, capture_output=True)
    told: dict[str, Any] = json.loads(answer.stdout)
    return told


def percentile(sorted_seconds: list[float], per_cent: float) -> float:
    """Milliseconds under which ``per_cent`` of the values lie."""
    if not sorted_seconds:
        return float("nan")
    return sorted_seconds[min(len(sorted_seconds) - 1, int(len(sorted_seconds) * per_cent / 100))] * 1000


def first_bytes(folder: Path, relays: dict[str, Relay]) -> dict[str, Any]:
    """Time to the first event, 50 streams at a time, beside that without a relay."""
    figures: dict[str, Any] = {}
    with generator(folder, seconds=0.05) as upstream:
        direct = ask(upstream.port, 1_000, 50, _EVENTS, over=1)["firsts"]
        for name, relay in relays.items():
            with relay(folder, upstream.port) as started:
                ask(started.port, 100, 50, _EVENTS)  # compiles, connects
                told = ask(started.port, 1_000, 50, _EVENTS, over=1)
            for per_cent in (50, 99):
                added = percentile(told["firsts"], per_cent) - percentile(direct, per_cent)
                figures[f"{name}added_ttfb_p{per_cent}_ms"] = added
            figures[f"{name}first_bytes_errors"] = told["errors"]
    return figures


def cost(folder: Path, relays: dict[str, Relay]) -> dict[str, Any]:
    """Processor seconds of 100 streams of 20 events started at once, the best of 3, and memory at rest."""
    figures: dict[str, Any] = {}
    with generator(folder, seconds=0.02) as upstream:
        for name, relay in relays.items():
            with relay(folder, upstream.port) as started:
                ask(started.port, 100, 50, _EVENTS)
                figures[f"{name}rss_mb"] = started.rss_bytes() / 2**20
                spent = []
                for _ in range(3):
                    before = started.cpu_seconds()
                    errors = ask(started.port, 100, 100, _EVENTS)["errors"]
                    spent.append(started.cpu_seconds() - before)
                figures[f"{name}cpu_s_per_100_streams"] = min(spent)
                figures[f"{name}cost_errors"] = errors
    return figures


def burst(folder: Path, relays: dict[str, Relay]) -> dict[str, Any]:
    """1,000 streams started at once."""
    figures: dict[str, Any] = {}
    with generator(folder, seconds=0.05) as upstream:
        for name, relay in relays.items():
            with relay(folder, upstream.port) as started:
                ask(started.port, 100, 50, _EVENTS)
                told = ask(started.port, _HELD, _HELD, _EVENTS)
            figures[f"{name}burst_ttfb_p50_ms"] = percentile(told["firsts"], 50)
            figures[f"{name}burst_ttfb_p99_ms"] = percentile(told["firsts"], 99)
            figures[f"{name}burst_errors"] = told["errors"]
    return figures


def held(folder: Path, relay: Relay) -> dict[str, Any]:
    """1,000 streams of 20 events a second for a minute."""
    events = 20 * _HELD_SECONDS
    with generator(folder, seconds=0.05) as upstream, relay(folder, upstream.port) as started:
        ask(started.port, 200, 50, _EVENTS)  # compiles, connects; all workers are there
        before, cpu = started.rss_bytes(), started.cpu_seconds()
        command = [sys.executable, str(_CLIENT), f"http://127.0.0.1:{started.port}{CHAT}", TOKEN]
        client = subprocess.Popen([*command, str(_HELD), str(_HELD), str(events), "0"], stdout=subprocess.PIPE)
        highest = before
        while client.poll() is None:
            highest = max(highest, started.rss_bytes())
            try:
                client.wait(1)
            except subprocess.TimeoutExpired:
                continue
        assert client.stdout is not None
        told = json.loads(client.stdout.read())
        used = started.cpu_seconds() - cpu
    return {
        "streams_held": len(told["firsts"]),
        "stream_errors": told["errors"],
        "bytes_per_stream": (highest - before) / _HELD,
        "held_seconds": told["seconds"],
        "held_cpu_s": used,
    }


def main() -> None:
    """Print and write the figures."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, _FILES))
    site, program = find_site(), install_litellm()
    mine: Relay = lambda folder, upstream: ours(folder, upstream, site)  # noqa: E731
    peer: Relay = lambda folder, upstream: litellm(folder, upstream, program)  # noqa: E731
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        figures = {
            **first_bytes(folder, {"": mine, "nginx_": nginx, "litellm_": peer}),
            **cost(folder, {"": mine, "nginx_": nginx, "litellm_": peer}),
            **burst(folder, {"": mine, "nginx_": nginx}),
            **held(folder, mine),
        }
    figures["litellm_cpu_ratio"] = figures["litellm_cpu_s_per_100_streams"] / figures["cpu_s_per_100_streams"]
    rounded = {name: round(value, 3) if isinstance(value, float) else value for name, value in figures.items()}
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(rounded, indent=2) + "\n")
    print(json.dumps(rounded, indent=2))


main()
