"""Run the model's code, one step at a time, in a namespace that lasts."""

from __future__ import annotations

import asyncio
import inspect
import sys
import time
import traceback
import types
from collections.abc import Callable, Coroutine, Generator
from types import ModuleType, TracebackType
from typing import Any, NotRequired, TypedDict, TypeVar, cast

from codeact_runtime.approval import Approvals, take_answer
from codeact_runtime.approval_card import Approval, Card
from codeact_runtime.audit import Finding
from codeact_runtime.awaiting import await_tools
from codeact_runtime.display import mime_bundle
from codeact_runtime.errors import Denied, FinalAnswer
from codeact_runtime.host import Host
from codeact_runtime.inspection import Inspected, Inspector
from codeact_runtime.keeper import Keeper
from codeact_runtime.limits import Limits
from codeact_runtime.namespace import Answer, Namespace, Unset, describe_answer
from codeact_runtime.output import Output, Streams
from codeact_runtime.prelude import Prelude
from codeact_runtime.tools import ToolSpec
from codeact_runtime.tracebacks import ErrorInfo, describe, forget_source, remember_source, step_filename
from codeact_runtime.truncation import truncate
from codeact_runtime.upkeep import Upkeep
from codeact_runtime.variables import Variable, table

__all__ = ["Executor", "Result", "begin", "finish", "make_interruptible_sleep"]

T = TypeVar("T")


class Result(TypedDict):
    """What one step gives. Shaped like E2B's execution: texts are at most ``limits.model_chars``
    long, ``results`` are MIME bundles (the value of the last expression), ``duration_ms`` includes
    tools, ``memory_mb`` is the size of the interpreter's heap."""

    stdout: str
    stderr: str
    results: list[dict[str, str]]
    error: ErrorInfo | None
    final_answer: NotRequired[Answer]
    duration_ms: float
    sound: bool  # filled in by worker.js
    memory_mb: float
    timed_out: bool
    stopped: bool
    findings: list[Finding]
    approval: Approval | None  # where the person was asked
    files: list[dict[str, Any]]  # filled in by worker.js, which sees the files from outside
    execution_count: int
    variables: list[Variable]


class _Switch:
    """Awaited before anything else is."""

    def __await__(self) -> Generator[_Switch, None, None]:
        yield self


def begin(step: Coroutine[Any, Any, Result]) -> Result | None:
    """Run a step until it has ended, or None where it awaits something: ``finish`` it in a task."""
    try:
        step.send(None)
    except StopIteration as done:
        return cast(Result, done.value)
    return None


@types.coroutine
def finish(step: Coroutine[Any, Any, Result]) -> Generator[Any, Any, Result]:
    """Go on with a step that has awaited its ``_Switch``, in the current task."""
    result: Result = yield from step
    return result


class Executor:
    """One conversation's interpreter. Not re-entrant: the caller runs one step at a time."""

    def __init__(
        self,
        host: Host,
        limits: Limits | None = None,
        *,
        packages: dict[str, str] | None = None,
        guided: bool = True,
    ) -> None:
        """``packages`` of the bundle, by import name; ``guided``: whether imports are held to what there is."""
        self._host = host
        self._limits = limits or Limits()
        self._namespace = Namespace(host, self._limits)
        self._streams = Streams()
        self._upkeep = Upkeep(self._namespace.module, self._limits.recursion)
        self._inspector = Inspector(packages or {}, code_chars=self._limits.code_chars, guided=guided)
        self._approvals = Approvals(self._limits, self._namespace.variables)
        self._findings: list[Finding] = []
        self._approval: Approval | None = None
        self._has_run = False
        self.keeper = Keeper(host, self._limits, self._namespace.variables)
        self.count = 0
        self._time_ms: float = self._limits.time_ms
        self._task: asyncio.Task[Any] | None = None
        self._switching = False
        self._due = False
        sys.excepthook = _report_stray

    @property
    def module(self) -> ModuleType:
        """The module the model's code runs as."""
        return self._namespace.module

    def set_tools(self, specs: list[ToolSpec], prelude: list[Prelude] | None = None) -> list[ToolSpec]:
        """Replace the tools that later steps can call; the specs of those that ``prelude`` defines. Raises
        ToolsRefused, and then nothing has changed."""
        return self._namespace.set_tools(specs, prelude or [])

    def begin_restore(self, count: int, modules: dict[str, str], sources: dict[str, str]) -> None:
        """Begin to restore a conversation of ``count`` steps: see ``Keeper.begin``."""
        self.count = count
        self._approvals.go_on_from(modules, sources)
        self.keeper.begin(modules, sources)

    async def run(self, code: str, time_ms: float | None = None, approval: str = "never") -> Result:
        """Run ``code`` and describe what happened; never raises for anything the code does.

        ``time_ms`` lowers the time limit for this step; ``approval`` says when the person is asked first. It is to
        be driven by ``begin`` and ``finish``: most code awaits nothing, and a turn of Pyodide's event loop takes
        longer than such a step.
        """
        self.count += 1
        self._namespace.mend()
        self._findings = []
        self._approval = None
        self._has_run = False
        self._time_ms = min(self._limits.time_ms, time_ms or self._limits.time_ms)
        self._task = None
        self._switching = self._due = False
        output = Output(
            self._host,
            model_chars=self._limits.model_chars,
            person_chars=self._limits.person_chars,
            person_chars_per_s=self._limits.person_chars_per_s,
        )
        started = self._host.now_ms()
        with self._streams.capture(output):
            value, error = await self._guarded(code, approval)
            reason = self._host.interrupt_reason
            duration = self._host.now_ms() - started
            result = self._describe(value, error, reason)
        result["stdout"] = output.kept["stdout"].text
        result["stderr"] = output.kept["stderr"].text
        result["duration_ms"] = round(duration, 3)
        if not self._has_run:
            forget_source(step_filename(self.count))
        return result

    def interrupt(self) -> None:
        """Cancel what waits in an ``await``; the host calls it when no Python is running."""
        if self._switching:
            self._due = True  # the task that goes on with the step has not begun: cancelled now, it never would
            return
        for task in asyncio.all_tasks():
            task.cancel()

    async def _guarded(self, code: str, approval: str) -> tuple[object, BaseException | None]:
        """The one place where the model's code runs: whatever it raises is returned."""
        value: object = None
        raised: BaseException | None = None
        # Interrupts come until disarmed. Between the `except` and this call there is no instruction at
        # which the interpreter looks for one, so none can hit us instead of the model's code.
        disarm = self._host.disarm
        try:
            self._host.set_deadline(self._time_ms)
            value = await self._evaluate(code, approval)
        except BaseException as error:  # noqa: BLE001 - the model may raise anything, SystemExit included
            raised = error
        disarm()
        self._upkeep.mend()
        while self._task and self._task.cancelling():
            self._task.uncancel()
        return value, raised

    async def _evaluate(self, code: str, approval: str) -> object:
        inspected, missing, awaits = self._prepared(code)
        card = self._approvals.card(code, inspected, approval, self._namespace.tools)
        if missing or card or awaits:
            await self._switch()
        if card:
            inspected, missing = await self._approved(card, inspected, missing)
        if missing:
            await self._host.install(missing)
        self._has_run = True
        self._approvals.note(inspected)
        self._host.hold_reserve()
        return await inspected.runner.run_async(self._namespace.variables)

    def _prepared(self, code: str) -> tuple[Inspected, list[str], bool]:
        """The compiled code, modules it needs, and whether it awaits anything. Raises CodeRefused, SyntaxError."""
        filename = step_filename(self.count)
        remember_source(filename, code)
        inspected = self._inspector.inspect(code, filename)
        self._findings = inspected.findings
        missing = self._inspector.missing_modules(inspected)
        if self._namespace.tools:
            await_tools(inspected.runner.ast, inspected.nodes, self._namespace.tools, self._namespace.variables)
        compiled = inspected.runner.compile().code
        return inspected, missing, bool(compiled and compiled.co_flags & inspect.CO_COROUTINE)

    async def _approved(self, card: Card, inspected: Inspected, missing: list[str]) -> tuple[Inspected, list[str]]:
        """What may run: the code as it is, or as the person has changed it. Raises Denied, or what is wrong with
        the changed code."""
        try:
            self._approval = take_answer(await self._host.approve(card))
        except Denied as denied:
            self._approval = {"decision": "deny", "reason": denied.reason}
            raise
        if "code" not in self._approval:
            return inspected, missing
        code = self._approval["code"]
        if len(code) > self._limits.code_chars:
            del self._approval["code"]  # it is refused, and too long to be told
        return self._prepared(code)[:2]

    async def _switch(self) -> None:
        self._switching = True
        await _Switch()
        self._switching = False
        self._task = asyncio.current_task()
        if self._due:
            raise KeyboardInterrupt

    def _describe(self, value: object, error: BaseException | None, reason: str) -> Result:
        limit = self._limits.model_chars
        result: Result = {
            "stdout": "", "stderr": "", "results": [], "error": None, "duration_ms": 0.0, "sound": True,
            "memory_mb": round(self._host.memory_bytes() / 2**20, 1),
            "timed_out": reason == "time", "stopped": reason == "stop", "findings": self._findings,
            "approval": self._approval, "files": [],
            "execution_count": self.count, "variables": [],
        }  # fmt: skip
        if error is not None and not isinstance(error, FinalAnswer):
            result["error"] = self._interrupted(reason) if reason else self._described(error)
        answer = self._namespace.take_answer()
        if answer is not Unset:
            described = self._tidy(lambda: describe_answer(answer, self._limits), result)
            result["final_answer"] = described or {"json": None, "text": "", "bundle": {}}
        if value is not None:
            bundle = self._tidy(lambda: mime_bundle(value, limit, self._limits.display_chars), result)
            result["results"] = [bundle] if bundle else []
        result["variables"] = self._tidy(lambda: table(self._namespace.variables)) or []
        return result

    def _tidy(self, describe_it: Callable[[], T], result: Result | None = None) -> T | None:
        """Call what runs the model's own ``__repr__`` or ``__str__``: it may raise, or never end.

        What it raises becomes the error of ``result`` if that has none.
        """
        described: T | None = None
        raised: BaseException | None = None
        disarm = self._host.disarm
        try:
            self._host.set_deadline(self._limits.grace_ms / 4)
            described = describe_it()
        except BaseException as error:  # noqa: BLE001
            raised = error
        disarm()
        if raised is not None and result is not None and result["error"] is None:
            result["error"] = self._described(raised)
        return described

    def _described(self, error: BaseException) -> ErrorInfo:
        if isinstance(error, Denied):
            return {"name": "Denied", "value": error.reason, "traceback": f"Denied: {error.sentence}"}
        name = truncate(type(error).__name__, self._limits.model_chars)
        silent: ErrorInfo = {"name": name, "value": "", "traceback": name}
        described = self._tidy(lambda: describe(error, self._limits.model_chars)) or silent
        help_ = self._help(error)
        if help_:
            described["traceback"] += f"\n{help_}"
        return described

    def _help(self, error: BaseException) -> str | None:
        """What the error's own words leave open."""
        if isinstance(error, MemoryError):
            return (
                f"Python may use {self._limits.memory_mb} MB here. Variables are kept: `del` what is not needed, "
                "and work through the data in parts."
            )
        return self._tidy(lambda: self._inspector.hint(error))

    def _interrupted(self, reason: str) -> ErrorInfo:
        if reason == "time":
            name, text = (
                "TimeLimit",
                (
                    f"The code ran longer than {self._time_ms / 1000:g} s and was stopped. Variables "
                    "made so far are kept. Use a faster way or a smaller part of the data."
                ),
            )
        else:
            name, text = "Stopped", "The person stopped the code. Variables made so far are kept."
        return {"name": name, "value": text, "traceback": f"{name}: {text}"}


def _report_stray(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """For errors nobody awaits. An interrupt is reported by the run it ended, not here."""
    if not issubclass(kind, (KeyboardInterrupt, asyncio.CancelledError)):
        traceback.print_exception(kind, error, trace)


def make_interruptible_sleep(host: Host) -> None:
    """Let Stop and the time limit end ``time.sleep``, which in Pyodide spins without looking."""
    original = time.sleep

    def sleep(seconds: float) -> None:
        if host.can_block:
            host.sleep(seconds)
            return
        end = host.now_ms() + seconds * 1000
        while (left := end - host.now_ms()) > 0:
            original(min(left / 1000, 0.02))

    time.sleep = sleep  # type: ignore[assignment]
