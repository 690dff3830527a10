"""Read a suite: JSON lines, one task each, with the files they name beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from codeact_agent.errors import AgentError
from codeact_agent.hosts.script.evaluation.checkers import Checker, Predicate, Verdict, load_predicate
from codeact_agent.hosts.script.evaluation.errors import SuiteError
from codeact_agent.tools import Tool

__all__ = ["CORE", "MODES", "LoadTools", "Suite", "SuiteTask", "load_suite"]

LoadTools = Callable[[Path], list[Tool]]

MODES = ("code", "json", "hybrid")
CORE = Path(__file__).parent / "core" / "core.jsonl"


class SuiteTask(BaseModel):
    """One line of a suite. ``tools`` and a checker's ``file`` are beside the suite; without ``modes`` every mode
    will do; ``max_steps`` is the loop's where it is not given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    domain: str = Field(min_length=1)
    task: str = Field(min_length=1)
    tools: str | None
    checker: Checker
    modes: tuple[str, ...] = MODES
    max_steps: int | None = Field(default=None, ge=1)


@dataclass(frozen=True)
class Suite:
    """``tasks`` in their order; ``digest`` changes with the suite's file and with those it names."""

    name: str
    folder: Path
    tasks: tuple[SuiteTask, ...]
    digest: str
    load_tools: LoadTools

    def tools_of(self, task: SuiteTask) -> list[Tool]:
        """Fresh ones: what a tool remembers ends with its task. Raises SuiteError."""
        if task.tools is None:
            return []
        try:
            return self.load_tools(self.folder / task.tools)
        except AgentError as error:
            raise SuiteError(f"The tools of the task {task.id!r}: {error}") from error

    def check(self, task: SuiteTask, answer: Any) -> Verdict:
        """Whether ``answer`` solves ``task``. Raises SuiteError where its checker fails."""
        return task.checker.check(answer, self.folder)


def load_suite(name: str, load_tools: LoadTools) -> Suite:
    """``core``, or the path of a ``.jsonl`` file. Raises SuiteError for the first thing that is wrong, before
    anything is run: a line (by its number), an id given twice, a file that is not there or cannot be loaded."""
    path = CORE if name == "core" else Path(name)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SuiteError(f"The suite {name} cannot be read: {reason}.") from error
    tasks: dict[str, SuiteTask] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        task = _parse(line, f"{path.name}, line {number}")
        if task.id in tasks:
            raise SuiteError(f"{path.name}, line {number}: the id {task.id!r} is there already.")
        tasks[task.id] = task
    if not tasks:
        raise SuiteError(f"The suite {name} holds no task.")
    suite = Suite(path.stem, path.parent, tuple(tasks.values()), _digest(text, path.parent, tasks), load_tools)
    for task in suite.tasks:
        suite.tools_of(task)
        if isinstance(task.checker, Predicate):
            load_predicate(path.parent / task.checker.file, task.checker.function)
    return suite


def _parse(line: str, where: str) -> SuiteTask:
    try:
        task = SuiteTask.model_validate(json.loads(line))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SuiteError(f"{where}: {place + ': ' if place else ''}{first['msg']}.") from error
    except ValueError as error:
        raise SuiteError(f"{where} is not JSON: {error}.") from error
    unknown = [mode for mode in task.modes if mode not in MODES]
    if unknown or not task.modes:
        raise SuiteError(f"{where}: modes must be some of {', '.join(MODES)}, not {list(task.modes)}.")
    return task


def _digest(text: str, folder: Path, tasks: dict[str, SuiteTask]) -> str:
    """Of everything that decides what a result means."""
    digest = hashlib.sha256(text.encode())
    named = {task.tools for task in tasks.values() if task.tools}
    named |= {task.checker.file for task in tasks.values() if isinstance(task.checker, Predicate)}
    for name in sorted(named):
        path = folder / name
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()
