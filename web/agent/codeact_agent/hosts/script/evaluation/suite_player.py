"""Play the tasks of a suite of ours with agents."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codeact_agent.errors import DeclarationError
from codeact_agent.hosts.script.agent import Agent
from codeact_agent.hosts.script.evaluation.errors import SuiteError
from codeact_agent.hosts.script.evaluation.played import Planned, Played
from codeact_agent.hosts.script.evaluation.suite import MODES, Suite
from codeact_agent.hosts.script.models import RECORDED
from codeact_agent.hosts.script.sandbox import SandboxBrowser
from codeact_agent.recorded import RecordedModel, check_recording

if TYPE_CHECKING:
    from codeact_agent.host import Model
    from codeact_agent.hosts.script.host import ScriptHost

__all__ = ["EvaluatedSuite", "SuitePlayer"]


class EvaluatedSuite:
    """A suite of ours as the runner sees it.

    Beside the suite, ``recordings/MODE/ID.json`` is what the recorded model knows; only that is planned for it.
    """

    def __init__(self, suite: Suite, model: str) -> None:
        self._suite = suite
        self._recorded = model == RECORDED
        self.name = suite.name
        self.digest = suite.digest

    def plan(self, modes: tuple[str, ...]) -> list[Planned]:
        """Mode by mode. Raises SuiteError."""
        for mode in modes:
            if mode not in MODES:
                raise SuiteError(f"There is no mode {mode!r}: choose from {', '.join(MODES)}.")
        planned = [
            Planned(task.id, task.domain, mode)
            for mode in modes
            for task in self._suite.tasks
            if mode in task.modes and (not self._recorded or _recording_file(self._suite, task.id, mode).is_file())
        ]
        if not planned:
            what = "recorded task" if self._recorded else "task"
            raise SuiteError(f"The suite {self.name} has no {what} for the mode {' or '.join(modes)}.")
        return planned

    @asynccontextmanager
    async def playing(self, model: str) -> AsyncIterator[Callable[[], SuitePlayer]]:
        """Makes players. They share a browser, each task has an interpreter of its own in it."""
        browser = SandboxBrowser(reuse=True)
        try:
            yield lambda: SuitePlayer(self._suite, model, browser)
        finally:
            await browser.close()


class SuitePlayer:
    """Gives each task an agent of its own: what its tools and its interpreter remember ends with it."""

    def __init__(self, suite: Suite, model: str, browser: SandboxBrowser) -> None:
        self._suite = suite
        self._model = model
        self._browser = browser
        self._tasks = {task.id: task for task in suite.tasks}

    async def play(self, planned: Planned) -> Played:
        """See ``Player``."""
        task = self._tasks[planned.id]
        model = self._recorded(planned) if self._model == RECORDED else self._model
        tools = self._suite.tools_of(task)
        turns = 0

        def count(event: dict[str, Any]) -> None:
            nonlocal turns
            turns += event["type"] == "model_replied"

        async with Agent(tools, model, mode=planned.mode, on_event=count, browser=self._browser) as agent:
            result = await agent.run_async(task.task, max_steps=task.max_steps)
        verdict = error = None
        try:
            verdict = self._suite.check(task, result.answer) if result.answered else "it gave no answer"
        except SuiteError as problem:
            error = str(problem)
        return Played(
            success=verdict is True,
            answer=result.answer,
            verdict=None if verdict is True else verdict,
            error=result.error or error,
            turns=turns,
            tokens=result.usage["prompt_tokens"] + result.usage["completion_tokens"],
            seconds=result.duration_ms / 1000,
            trace=result.trace,
            unreachable=result.error is not None and not turns,
        )

    def _recorded(self, planned: Planned) -> Callable[[ScriptHost], Model]:
        path = _recording_file(self._suite, planned.id, planned.mode)
        try:
            recording = check_recording(json.loads(path.read_text(encoding="utf-8")), path.name)
        except (OSError, ValueError) as error:
            raise DeclarationError(f"The recording {path} cannot be read: {error}.") from error
        return lambda host: RecordedModel(recording, host)


def _recording_file(suite: Suite, name: str, mode: str) -> Path:
    return suite.folder / "recordings" / mode / f"{name}.json"
