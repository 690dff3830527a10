"""The command ``codeact-web``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from codeact_agent.errors import AgentError

from codeact_server import bundle_command, eval_command, export_command, replay_command, run_command
from codeact_server.access.report import check
from codeact_server.asgi import settings_with_site
from codeact_server.bundle import BundleError
from codeact_server.errors import SettingsError
from codeact_server.serve import serve
from codeact_server.settings import load_settings

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; gives the exit code."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.command(options)
    except (AgentError, BundleError, SettingsError) as error:
        print(f"codeact-web: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="codeact-web", description=__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serving = commands.add_parser("serve", help="serve the page and relay LLM calls")
    serving.add_argument("--host", help="address to listen on (default 127.0.0.1)")
    serving.add_argument("--port", type=int, help="port to listen on (default 8000)")
    serving.add_argument("--config", type=Path, help="settings file (default: codeact.toml here, if there is one)")
    serving.add_argument("--workers", type=int, help="processes that share the port (default 1)")
    serving.add_argument("--check", action="store_true", help="tell what would be open to whom, and end")
    serving.set_defaults(command=_serve)
    running = commands.add_parser("run", help="solve a task here, in a headless browser")
    run_command.add_arguments(running)
    running.set_defaults(command=run_command.run)
    replaying = commands.add_parser("replay", help="run a trace again, offline, and tell every difference")
    replay_command.add_arguments(replaying)
    replaying.set_defaults(command=replay_command.run)
    exporting = commands.add_parser("export", help="write a trace as a notebook, a script or Markdown")
    export_command.add_arguments(exporting)
    exporting.set_defaults(command=export_command.run)
    evaluating = commands.add_parser("eval", help="run a suite of tasks with a model and judge the answers")
    eval_command.add_arguments(evaluating)
    evaluating.set_defaults(command=eval_command.run)
    bundling = commands.add_parser("bundle", help="build a static directory with packages of your choice")
    bundle_command.add_arguments(bundling)
    bundling.set_defaults(command=bundle_command.run)
    return parser


def _serve(options: argparse.Namespace) -> int:
    settings = load_settings(options.config, host=options.host, port=options.port, workers=options.workers)
    settings = settings_with_site(settings)
    return check(settings) if options.check else serve(settings)
