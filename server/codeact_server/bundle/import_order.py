"""In which order the loop's modules are imported on the page, one at a time. Called by ``site``."""

from __future__ import annotations

import ast
from pathlib import Path

__all__ = ["import_order"]


def import_order(root: Path, module: str) -> list[str]:
    """Give all modules below the folder ``root`` that ``module`` imports as it is imported, itself the last: each
    comes after those it needs, so that importing one compiles no other.

    >>> import_order(Path("web/agent"), "codeact_agent.errors")
    ['codeact_agent', 'codeact_agent.errors']
    """
    order: list[str] = []
    _visit(root, module, order, set())
    return order


def _visit(root: Path, module: str, order: list[str], seen: set[str]) -> None:
    path = _path(root, module)
    if path is None or module in seen:
        return
    seen.add(module)
    package = module.rpartition(".")[0]
    for needed in ([package] if package else []) + _imports(path):
        _visit(root, needed, order, seen)
    order.append(module)


def _path(root: Path, module: str) -> Path | None:
    base = root.joinpath(*module.split("."))
    found = [each for each in (base.with_suffix(".py"), base / "__init__.py") if each.is_file()]
    return found[0] if found else None


def _imports(path: Path) -> list[str]:
    """What it imports at the top level: not in functions, nor for types only."""
    names: list[str] = []
    for node in ast.parse(path.read_bytes()).body:
        if isinstance(node, ast.Import):
            names += [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{each.name}" for each in node.names)]
    return names
