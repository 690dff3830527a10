"""M3ToolEval, from a checkout of the CodeAct authors' repository: its tasks, prompts, formats and judge.

Wang et al., "Executable Code Actions Elicit Better LLM Agents", ICML 2024; github.com/xingyaoww/code-act,
scripts/eval/m3tooleval. Nothing of it is copied: what a task asks, what is read out of a reply and what counts as
right is the checkout's own code, which is run.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from codeact_agent.hosts.script.evaluation.errors import SuiteError
from codeact_agent.hosts.script.evaluation.m3tooleval_player import M3Player
from codeact_agent.hosts.script.evaluation.m3tooleval_tasks import import_tasks
from codeact_agent.hosts.script.evaluation.played import Planned
from codeact_agent.hosts.script.sandbox import SandboxBrowser

__all__ = ["M3ToolEval"]

MODES = ("code", "json", "text")


class M3ToolEval:
    """The suite as the runner sees it."""

    name = "m3tooleval"

    def __init__(self, checkout: Path) -> None:
        """``checkout`` is the repository's folder, or m3tooleval's in it. Raises SuiteError."""
        self._folder = _tasks_folder(checkout)
        try:
            self._tasks: dict[str, Any] = import_tasks(str(self._folder))
        except Exception as error:
            raise SuiteError(
                f"The tasks in {self._folder} could not be loaded: {type(error).__name__}: {error}"
            ) from error
        self._files = {
            path.relative_to(self._folder).as_posix(): path.read_bytes()
            for path in sorted(self._folder.rglob("*"))
            if path.suffix in (".py", ".json", ".jsonl")
        }
        digest = hashlib.sha256()
        for name, data in self._files.items():
            digest.update(name.encode() + b"\0" + data)
        self.digest = digest.hexdigest()

    def plan(self, modes: tuple[str, ...]) -> list[Planned]:
        """All tasks, mode by mode. Raises SuiteError."""
        for mode in modes:
            if mode not in MODES:
                raise SuiteError(f"M3ToolEval has no mode {mode!r}: choose from {', '.join(MODES)}.")
        return [Planned(name, name.split("/")[0], mode) for mode in modes for name in self._tasks]

    @asynccontextmanager
    async def playing(self, model: str) -> AsyncIterator[Callable[[], M3Player]]:
        """Makes players. They share a browser, each task has an interpreter of its own in it."""
        browser = SandboxBrowser(reuse=True)
        try:
            yield lambda: M3Player(self._tasks, self._files, model, browser)
        finally:
            await browser.close()


def _tasks_folder(checkout: Path) -> Path:
    for folder in (checkout / "scripts" / "eval" / "m3tooleval" / "tasks", checkout / "tasks", checkout):
        if (folder / "base.py").is_file() and (folder / "impl").is_dir():
            return folder
    raise SuiteError(
        f"{checkout} is no checkout of the CodeAct authors' repository: it has no scripts/eval/m3tooleval/tasks."
    )
