"""``codeact-web export``: a trace as a notebook, a script or Markdown."""

from __future__ import annotations

import argparse
from pathlib import Path

from codeact_agent.errors import AgentError
from codeact_agent.hosts.script.trace_file import read_trace
from codeact_agent.trace_export import FORMS, export

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``export``."""
    parser.add_argument("trace", type=Path, metavar="TRACE", help="a trace: run --trace FILE writes one")
    parser.add_argument("--as", dest="form", choices=list(FORMS), required=True, help="what to write")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to (default: print it)")


def run(options: argparse.Namespace) -> int:
    """Exit code 0; raises AgentError for what is no trace, or cannot be written."""
    text = export(read_trace(options.trace), options.form)
    # What the model wrote may hold half a character, which neither files nor terminals can.
    text = text.encode("utf-8", "backslashreplace").decode()
    if options.out is None:
        print(text)
        return 0
    try:
        options.out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise AgentError(f"{options.out} cannot be written: {error.strerror}.") from error
    return 0
