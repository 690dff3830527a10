"""Figures of results: per mode and domain, and modes beside each other on the tasks that both have run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

__all__ = ["summarise"]

Result = dict[str, Any]


def summarise(results: list[Result]) -> dict[str, Any]:
    """``{modes: {mode: {…figures, domains: {domain: figures}}}, compared: […]}``.

    Figures are ``{tasks, success_percent, turns, tokens, seconds}``, the last three means over the tasks (tokens
    over those where they are known, else None). ``compared`` has for each pair of modes and each domain
    ``{mode, with, domain, tasks, calls_ratio}``: how many model calls ``mode`` took for one of ``with``, on the
    tasks that both solved.
    """
    modes = {
        mode: {
            **_figures(of_mode),
            "domains": {domain: _figures(of) for domain, of in _grouped(of_mode, "domain").items()},
        }
        for mode, of_mode in _grouped(results, "mode").items()
    }
    return {"modes": modes, "compared": _compared(results)}


def _grouped(results: Iterable[Result], key: str) -> dict[str, list[Result]]:
    groups: dict[str, list[Result]] = {}
    for result in results:
        groups.setdefault(result[key], []).append(result)
    return groups


def _figures(results: list[Result]) -> dict[str, Any]:
    return {
        "tasks": len(results),
        "success_percent": round(100 * sum(each["success"] for each in results) / len(results), 1),
        "turns": _mean(results, lambda each: each["turns"], 2),
        "tokens": _mean(results, lambda each: each["tokens"], 0),
        "seconds": _mean(results, lambda each: each["seconds"], 2),
    }


def _mean(results: list[Result], value: Callable[[Result], float | None], digits: int) -> float | None:
    known = [each for each in map(value, results) if each is not None]
    return round(sum(known) / len(known), digits) if known else None


def _compared(results: list[Result]) -> list[dict[str, Any]]:
    turns = {(each["mode"], each["id"]): each["turns"] for each in results if each["success"]}
    modes = list(_grouped(results, "mode"))
    compared = []
    for domain, of_domain in _grouped(results, "domain").items():
        ids = list(_grouped(of_domain, "id"))
        for place, first in enumerate(modes):
            for second in modes[place + 1 :]:
                both = [each for each in ids if (first, each) in turns and (second, each) in turns]
                calls = sum(turns[first, each] for each in both)
                if calls:
                    ratio = round(sum(turns[second, each] for each in both) / calls, 2)
                    compared.append(
                        {"mode": second, "with": first, "domain": domain, "tasks": len(both), "calls_ratio": ratio}
                    )
    return compared
