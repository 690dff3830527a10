"""``codeact-web replay``: run a trace again, offline, and tell every difference."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path

from codeact_agent.hosts.script.comparison import differences, in_words
from codeact_agent.hosts.script.replay import replay
from codeact_agent.hosts.script.terminal import Terminal, plain
from codeact_agent.hosts.script.trace_file import read_trace

from codeact_server.run_command import load_tools

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``replay``."""
    parser.add_argument("trace", type=Path, metavar="TRACE", help="a trace: run --trace FILE writes one")
    parser.add_argument(
        "--tools", type=Path, metavar="FILE.py", help="call these tools; others give their recorded values"
    )
    parser.add_argument("--json", action="store_true", help="print the differences as one JSON object")
    parser.add_argument("--verbose", action="store_true", help="print the steps as they happen")


def run(options: argparse.Namespace) -> int:
    """Exit code 0 where all is the same, 1 with differences, 2 when it could not be run."""
    document = read_trace(options.trace)
    tools = load_tools(options.tools) if options.tools else []
    terminal = Terminal(sys.stderr)
    real = asyncio.run(replay(document, tools, terminal.take if options.verbose else None))
    found = list(differences(document, real))
    if options.json:
        told = {"same": not found, "steps": len(real["steps"]), "differences": [each.as_json() for each in found]}
        print(json.dumps(told, ensure_ascii=False))
    elif found:
        print("\n\n".join(plain(in_words(each)) for each in found))
        print(
            f"\n{len(found)} {'difference' if len(found) == 1 else 'differences'} in {len(real['steps'])} steps."
        )
    else:
        print(f"The same as recorded, in {len(real['steps'])} steps.")
    return 1 if found else 0
