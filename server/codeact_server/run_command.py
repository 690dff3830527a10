"""``codeact-web run``: solve a task from the command line."""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from pathlib import Path

from codeact_agent.errors import AgentError
from codeact_agent.hosts.script.agent import Agent
from codeact_agent.hosts.script.models import RECORDED
from codeact_agent.hosts.script.result import RunResult
from codeact_agent.hosts.script.site import find_site, load_recordings
from codeact_agent.hosts.script.terminal import Terminal
from codeact_agent.options import DEFAULT_MAX_STEPS
from codeact_agent.recorded import make_recording
from codeact_agent.tools import Tool

__all__ = ["add_arguments", "load_tools", "positive", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``run``."""
    parser.add_argument("task", nargs="?", metavar="TASK", help="what to solve, or the id of a recorded task")
    parser.add_argument("--list", action="store_true", help="list the recorded tasks")
    parser.add_argument(
        "--model", default=RECORDED, metavar="NAME", help="a model of the upstream (default: recorded)"
    )
    parser.add_argument("--tools", type=Path, metavar="FILE.py", help="a file whose @tool functions can be called")
    parser.add_argument("--max-steps", type=positive, default=DEFAULT_MAX_STEPS, metavar="N", help="default: 20")
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")
    parser.add_argument("--trace", type=Path, metavar="FILE", help="write the run as one JSON document")
    parser.add_argument("--record", type=Path, metavar="FILE", help="write a recording of the run")


def run(options: argparse.Namespace) -> int:
    """Exit code 0 only with an answer, 1 without one, 2 when the run could not begin."""
    if options.list:
        for recording in load_recordings(find_site()):
            print(f"{recording['id']:<16}{recording['title']}")
        return 0
    if not options.task:
        raise AgentError(
            'Say what to solve: codeact-web run "TASK". `codeact-web run --list` lists recorded tasks.'
        )
    tools = load_tools(options.tools) if options.tools else []
    for path in filter(None, (options.record, options.trace)):
        _check_writable(path)
    terminal = Terminal(sys.stderr if options.json else sys.stdout)
    with Agent(tools, options.model, max_steps=options.max_steps, on_event=terminal.take) as agent:
        result = agent.run(options.task)
    if options.json:
        print(json.dumps(result.as_json(), ensure_ascii=False))
    if options.trace:
        options.trace.write_text(json.dumps(result.trace) + "\n", encoding="utf-8")
    if options.record:
        _record(options.record, result, tools)
    return 0 if result.answered else 1


def load_tools(path: Path) -> list[Tool]:
    """The tools that ``path`` declares with ``@tool``, in order. Raises AgentError."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise AgentError(f"{path} is not a Python file with tools.")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except AgentError:
        raise
    except Exception as error:
        raise AgentError(f"{path} could not be loaded: {type(error).__name__}: {error}") from error
    tools = [value for value in vars(module).values() if isinstance(value, Tool)]
    if not tools:
        raise AgentError(f"{path} declares no tool. Put @tool (from codeact_agent import tool) before a function.")
    return tools


def _check_writable(path: Path) -> None:
    """Before the run, which may be long and cost money. Raises AgentError; leaves ``path`` as it was."""
    existed = path.exists()
    try:
        path.open("a").close()
        if not existed:
            path.unlink()
    except OSError as error:
        raise AgentError(f"{path} cannot be written: {error.strerror}.") from error


def _record(path: Path, result: RunResult, tools: list[Tool]) -> None:
    steps = [
        {"reply": step["reply"], "observation": step["observation"]}
        for step in result.steps
        if "observation" in step
    ]
    if not steps:
        print(f"codeact-web: {path} was not written: no step of the run was finished.", file=sys.stderr)
        return
    recording = make_recording(path.stem, result.task, steps, [each.name for each in tools], result.model)
    path.write_text(json.dumps(recording, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(f"Recorded {len(steps)} steps in {path}", file=sys.stderr)


def positive(text: str) -> int:
    """A whole number of 1 or more, for argparse."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number
