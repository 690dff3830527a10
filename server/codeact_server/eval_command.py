"""``codeact-web eval``: run a suite of tasks with a model, and tell how it did."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from codeact_agent.hosts.script.evaluation.m3tooleval import M3ToolEval
from codeact_agent.hosts.script.evaluation.played import Evaluated
from codeact_agent.hosts.script.evaluation.results import Results
from codeact_agent.hosts.script.evaluation.runner import evaluate
from codeact_agent.hosts.script.evaluation.suite import load_suite
from codeact_agent.hosts.script.evaluation.suite_player import EvaluatedSuite
from codeact_agent.hosts.script.evaluation.table import result_line, table
from codeact_agent.hosts.script.models import RECORDED

from codeact_server.run_command import load_tools, positive

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``eval``."""
    parser.add_argument("suite", metavar="SUITE", help="core, a .jsonl file, or m3tooleval:PATH of a checkout")
    parser.add_argument(
        "--model", default=RECORDED, metavar="NAME", help="a model of the upstream (default: recorded)"
    )
    parser.add_argument(
        "--mode",
        default="code",
        metavar="MODES",
        help="code, json, hybrid or several, as code,json (m3tooleval: code, json, text)",
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="results; gone on with if it is there"
    )
    parser.add_argument("--limit", type=positive, metavar="N", help="only the first N tasks")
    parser.add_argument("--jobs", type=positive, default=1, metavar="N", help="agents at once (default: 1)")


def run(options: argparse.Namespace) -> int:
    """Exit code 0 when everything has been run, whatever was solved; 2 when it could not be."""
    modes = tuple(dict.fromkeys(mode.strip() for mode in options.mode.split(",") if mode.strip()))
    suite = _suite(options.suite, options.model)
    suite.plan(modes)
    results = Results(options.out, suite.name, suite.digest, options.model)

    def show(result: dict[str, object], number: int, total: int) -> None:
        print(result_line(result, number, total), flush=True)

    try:
        asyncio.run(
            evaluate(suite, options.model, modes, results, limit=options.limit, jobs=options.jobs, on_result=show)
        )
    except KeyboardInterrupt:
        print(f"Interrupted; what has been run is in {options.out}. The same command goes on.")
        raise
    print(f"\n{table(results.summary)}\n\nWritten to {options.out}")
    return 0


def _suite(name: str, model: str) -> Evaluated:
    kind, separator, path = name.partition(":")
    if separator and kind == "m3tooleval":
        return M3ToolEval(Path(path))
    return EvaluatedSuite(load_suite(name, load_tools), model)
