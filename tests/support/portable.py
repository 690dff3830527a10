"""Runs the portable tests under MicroPython, with the interpreter the page uses."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Outcome", "portable_tests", "run_in_micropython"]

_ROOT = Path(__file__).resolve().parents[2]
_TESTS = _ROOT / "tests" / "portable"


@dataclass(frozen=True)
class Outcome:
    """How one test ended; ``error`` is a traceback or empty."""

    passed: bool
    error: str


def portable_tests() -> list[str]:
    """``module.test_name`` of every test that pytest collects from tests/portable."""
    return [
        f"{path.stem}.{node.name}"
        for path in sorted(_TESTS.glob("test_*.py"))
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    ]


def run_in_micropython() -> dict[str, Outcome]:
    """Run all of them in one interpreter. Raises RuntimeError with what Node said when that fails."""
    node = shutil.which("node")
    if node is None:
        raise RuntimeError("node is not there; the portable tests need it to run under MicroPython")
    modules = sorted({name.split(".")[0] for name in portable_tests()})
    runner = _ROOT / "tests" / "support" / "micropython.mjs"
    command = [node, str(runner), str(_ROOT / "web" / "agent"), str(_TESTS), *modules]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd=_ROOT)
    if done.returncode:
        raise RuntimeError(
            f"MicroPython ended with {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        )
    outcomes = {}
    for line in done.stdout.splitlines():
        reported = json.loads(line)
        outcomes[reported["test"]] = Outcome(reported["passed"], reported["error"])
    return outcomes
