"""Reads the tables of docs/*.md."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["fields_of", "rows"]


def rows(path: Path, first: str) -> list[list[str]]:
    """The cells of the table whose first header cell is ``first``."""
    found: list[list[str]] = []
    within = False
    for line in path.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            within = False
        elif cells[0] == first:
            within = True
        elif within and set(cells[0]) != {"-"}:
            found.append(cells)
    return found


def fields_of(cell: str) -> list[str]:
    """The names between backquotes in ``cell``, without what stands in parentheses."""
    while "(" in cell:
        cell = re.sub(r"\([^()]*\)", "", cell)
    return re.findall(r"`([a-z_]+)`", cell)
