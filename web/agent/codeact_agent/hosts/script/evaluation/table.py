"""Results as lines of text, for the terminal."""

from __future__ import annotations

from typing import Any

__all__ = ["result_line", "table"]

_HEAD = ("mode", "domain", "tasks", "success", "turns", "tokens", "seconds")
_ALL = "all"


def table(summary: dict[str, Any]) -> str:
    """One row for each domain of each mode, one for the mode; below, modes beside each other."""
    rows: list[tuple[str, ...]] = [_HEAD]
    for mode, figures in summary["modes"].items():
        domains = figures["domains"]
        rows += [_row(mode, domain, domains[domain]) for domain in domains]
        rows.append(_row(mode, _ALL, figures))
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = ["  ".join(_aligned(row, widths)).rstrip() for row in rows]
    lines.insert(1, "  ".join("─" * width for width in widths))
    lines += [
        f"{each['mode']} took {each['calls_ratio']:g} × the model calls of {each['with']} in {each['domain']} "
        f"({each['tasks']} tasks that both solved)"
        for each in summary["compared"]
    ]
    return "\n".join(lines)


def result_line(result: dict[str, Any], number: int, total: int) -> str:
    """One run, as soon as it is over."""
    said = "solved" if result["success"] else f"not solved: {result['error'] or result['verdict']}"
    turns = f"{result['turns']} turn{'' if result['turns'] == 1 else 's'}"
    return f"[{number}/{total}] {result['mode']} {result['id']}: {said} ({turns}, {result['seconds']:g} s)"


def _row(mode: str, domain: str, figures: dict[str, Any]) -> tuple[str, ...]:
    return (
        mode,
        domain,
        str(figures["tasks"]),
        f"{figures['success_percent']:g} %",
        *(_number(figures[key]) for key in ("turns", "tokens", "seconds")),
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:g}" if value < 1000 else f"{value:,.0f}"


def _aligned(row: tuple[str, ...], widths: list[int]) -> list[str]:
    return [
        text.ljust(width) if column < 2 else text.rjust(width)
        for column, (text, width) in enumerate(zip(row, widths, strict=True))
    ]
