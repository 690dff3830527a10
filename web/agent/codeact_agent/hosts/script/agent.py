"""``Agent``: solve tasks from a script. The public face of the script host."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, overload

from anyio.from_thread import BlockingPortal, start_blocking_portal

from codeact_agent.errors import AgentError
from codeact_agent.hosts.script.arguments import variables_code, variables_in_words
from codeact_agent.hosts.script.chat import open_client
from codeact_agent.hosts.script.files import read_given, read_prelude
from codeact_agent.hosts.script.host import ScriptHost
from codeact_agent.hosts.script.models import RECORDED, MakeModel, ModelOptions, choose, choose_live
from codeact_agent.hosts.script.person import Approve, Ask, Functions
from codeact_agent.hosts.script.result import Memory, RunResult
from codeact_agent.hosts.script.run_control import RunControl
from codeact_agent.hosts.script.sandbox import SandboxBrowser
from codeact_agent.hosts.script.signature import tool as make_tool
from codeact_agent.hosts.script.sources import ToolSource, by_name
from codeact_agent.hosts.script.streaming import events_of
from codeact_agent.hosts.script.telemetry import open_telemetry
from codeact_agent.loop import Loop
from codeact_agent.options import DEFAULT_MAX_STEPS, Options
from codeact_agent.sub_agents import SubAgent
from codeact_agent.tools import Tool
from codeact_agent.trace import TraceRecorder

__all__ = ["Agent", "RunResult"]

OnEvent = Callable[[dict[str, Any]], None]
Files = Iterable[str | Path] | Mapping[str, bytes]


class Agent:
    """An agent whose actions are Python, run in a headless browser.

    ``tools`` are functions with type hints and a docstring: they run in this process, and block in the sandbox;
    and sources of tools, such as ``McpServer`` and ``OpenApi``, which are opened with the first run.
    ``model`` is a name that the upstream of codeact.toml or OPENAI_BASE_URL knows, ``"recorded"``, or a function
    that makes a ``codeact_agent.host.Model`` for a host. What ``max_steps``, ``planning_interval``,
    ``final_answer_checks``, ``answer_schema``, ``mode``, ``approval``, ``budget``, ``instructions`` and
    ``step_callbacks`` say stands in ``codeact_agent.options``. ``managed_agents`` are agents with ``name`` and
    ``description`` that this one's code can call. ``additional_authorized_imports`` must be there besides the
    standard library, or the first run says what is missing. ``prelude``: Python files, or source by
    name, that run inside the sandbox first; their functions marked ``@tool`` the code can call.
    ``ask(question, choices)`` and ``approve(card)``
    answer for the person, else the terminal does. ``context_window`` is in tokens; ``price`` is money for a
    million tokens, ``{input, output}``. ``on_event`` gets every event of docs/events.md. ``limits`` override the
    sandbox's. ``browser`` is one that several agents share, each with its own sandbox in it; whoever made it
    closes it. Variables last from run to run until ``reset()``. Close it, or use it in a ``with`` or ``async
    with`` block.

    Raises DeclarationError for tools and options that cannot be.
    """

    def __init__(
        self,
        tools: Iterable[Tool | Callable[..., Any] | ToolSource] = (),
        model: str | MakeModel = RECORDED,
        *,
        max_steps: int = DEFAULT_MAX_STEPS,
        planning_interval: int | None = None,
        managed_agents: Iterable[Agent] = (),
        final_answer_checks: Iterable[Callable[..., Any]] = (),
        answer_schema: dict[str, Any] | None = None,
        additional_authorized_imports: Iterable[str] = (),
        instructions: str = "",
        step_callbacks: Iterable[Callable[..., Any]] = (),
        mode: str = "code",
        approval: str = "never",
        budget: dict[str, float] | None = None,
        prelude: Iterable[Path] | Mapping[str, str] = (),
        name: str = "",
        description: str = "",
        ask: Ask | None = None,
        approve: Approve | None = None,
        context_window: int = 128_000,
        takes_images: bool = False,
        price: dict[str, float] | None = None,
        on_event: OnEvent | None = None,
        limits: dict[str, int] | None = None,
        browser: SandboxBrowser | None = None,
    ) -> None:
        given = list(tools)
        self._sources = [each for each in given if isinstance(each, ToolSource)]
        declared = [
            each if isinstance(each, Tool) else make_tool(each)
            for each in given
            if not isinstance(each, ToolSource)
        ]
        self.name = name
        self.description = description
        self.options = Options(
            max_steps, planning_interval, tuple(final_answer_checks), answer_schema, mode, approval, budget,
            instructions, tuple(step_callbacks),
        )  # fmt: skip
        self.memory = Memory()
        self._recorder = self._new_recorder()
        self._telemetry = open_telemetry(name)
        self._declared = by_name(declared)
        self._tools = self._declared
        self._model = model
        self._prelude = read_prelude(prelude)
        self._model_options = ModelOptions(context_window, takes_images, price)
        self._managed = tuple(managed_agents)
        self._on_event = on_event
        self._control = RunControl()
        self._shared = browser is not None
        self._browser = browser or SandboxBrowser(limits)
        self._host = ScriptHost(
            self._take, self._browser, Functions(ask, approve), self._control,
            tuple(additional_authorized_imports),
        )  # fmt: skip
        self._listening: OnEvent | None = None
        self._loop: Loop | None = None
        self._running = AsyncExitStack()
        self._open_sources: list[ToolSource] = []
        self._thread = ExitStack()
        self._portal: BlockingPortal | None = None
        self._event_loop: asyncio.AbstractEventLoop | None = None
        self._interrupting: list[asyncio.Task[None]] = []

    def __enter__(self) -> Agent:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    async def __aenter__(self) -> Agent:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close_async()

    @overload
    def run(
        self, task: str, stream: Literal[False] = False, reset: bool = False,
        additional_args: Mapping[str, Any] | None = None, files: Files = (), max_steps: int | None = None,
    ) -> RunResult: ...  # fmt: skip
    @overload
    def run(
        self, task: str, stream: Literal[True], reset: bool = False,
        additional_args: Mapping[str, Any] | None = None, files: Files = (), max_steps: int | None = None,
    ) -> Iterator[dict[str, Any] | RunResult]: ...  # fmt: skip
    def run(
        self,
        task: str,
        stream: bool = False,
        reset: bool = False,
        additional_args: Mapping[str, Any] | None = None,
        files: Files = (),
        max_steps: int | None = None,
    ) -> RunResult | Iterator[dict[str, Any] | RunResult]:
        """Solve ``task`` and wait for the end. The browser starts with the first run.

        ``stream``: give the events as they come instead, and the RunResult last. ``reset``: forget the
        conversation before. ``additional_args``: JSON values that the code finds as variables. ``files``: paths,
        or bytes by name, that it finds below /data.

        Raises AgentError when there is no browser or site, or for wrong arguments; everything else is in the
        result.
        """
        if self._portal is None:
            self._portal = self._browser.portal or self._thread.enter_context(start_blocking_portal())

        def solve(on_event: OnEvent | None = None) -> RunResult:
            assert self._portal is not None
            arguments = (task, reset, additional_args, files, max_steps, on_event)
            result: RunResult = self._portal.call(self.run_async, *arguments)
            return result

        return events_of(solve) if stream else solve()

    def trace(self) -> dict[str, Any]:
        """The last run as one JSON document (docs/trace.md)."""
        prelude = [each["source"] for each in self._host.prelude]
        self._recorder.info.update(tools=self._host.specs, sandbox=self._browser.description, prelude=prelude)
        return self._recorder.document()

    def _new_recorder(self) -> TraceRecorder:
        options = {"instructions": self.options.instructions, "budget": self.options.budget}
        info = {"program": f"codeact-web {version('codeact-web')}", "name": self.name or None, "options": options}
        return TraceRecorder(info)

    def interrupt(self) -> None:
        """Stop the run; may be called from anywhere: another thread, an event handler, a tool."""
        self._control.stopping = True
        event_loop, run = self._event_loop, self._control.run
        if event_loop is not None:
            with suppress(RuntimeError):  # it has been closed since, and the run with it
                event_loop.call_soon_threadsafe(self._stop, run)

    def _stop(self, run: int) -> None:
        if run == self._control.run:
            self._control.stop()
            self._interrupting.append(asyncio.create_task(self._host.interrupt()))

    def reset(self) -> None:
        """Forget the conversation: its messages, variables and files."""
        if self._portal is not None:
            self._portal.call(self._reset)

    async def _reset(self) -> None:
        self.memory.reset()
        self._recorder = self._new_recorder()
        if self._loop is not None:
            if self._host.sandbox is not None:
                await self._host.sandbox.reset()
            self._loop = self._new_loop()

    def close(self) -> None:
        """End the browser. Safe to call twice."""
        if self._portal is not None:
            self._portal.call(self.close_async)
            self._thread.close()
            self._portal = None

    async def run_async(
        self,
        task: str,
        reset: bool = False,
        additional_args: Mapping[str, Any] | None = None,
        files: Files = (),
        max_steps: int | None = None,
        on_event: OnEvent | None = None,
    ) -> RunResult:
        """``run`` for callers that have an event loop; use ``close_async`` then. ``on_event`` gets the events of
        this run."""
        self._event_loop = asyncio.get_running_loop()
        self._listening = on_event
        with self._control.running():
            try:
                if reset:
                    await self._reset()
                return await self._run(task, additional_args or {}, read_given(files), max_steps)
            finally:
                self._event_loop = None
                interrupting, self._interrupting = self._interrupting, []
                # Where the sandbox is not there any more, there is nothing to interrupt.
                await asyncio.gather(*interrupting, return_exceptions=True)

    async def _run(
        self, task: str, given: Mapping[str, Any], files: dict[str, bytes], max_steps: int | None
    ) -> RunResult:
        code = variables_code(given)
        if self._loop is None:
            self._client = await self._running.enter_async_context(open_client())
            self._loop = self._new_loop()
        loop = self._loop
        loop.options = self.options.changed({"max_steps": max_steps} if max_steps else {})
        model_name = self._model if isinstance(self._model, str) else ""
        try:
            self._tools = await self._opened()
            managed = tuple([await each.as_sub_agent(self._host, self._client) for each in self._managed])
        except AgentError as error:
            return self._result(task, model_name, loop.refuse(task, model_name, error))
        await self._host.start()
        try:
            choice = choose(task, self._model, self._host, self._client, self._tools, self._model_options)
            loop.options = loop.options.changed(choice.options)
            loop.managed_agents = choice.managed_agents + managed
            written = await self._give(code, files)
        except AgentError as error:
            return self._result(task, model_name, loop.refuse(task, model_name, error))
        told = choice.task + variables_in_words(given)
        tools = {**choice.tools, **self._tools}
        finished = await loop.run(told, choice.model, tools, choice.task_id, written)
        return self._result(task, choice.model.name, finished)

    def _result(self, task: str, model_name: str, finished: dict[str, Any]) -> RunResult:
        answer = finished["answer"] or {"json": "null", "text": ""}
        return RunResult(
            task=task,
            model=model_name,
            status=finished["status"],
            answer=answer["text"] if answer["json"] is None else json.loads(answer["json"]),
            text=answer["text"],
            error=finished["error"]["message"] if finished["error"] else None,
            steps=self.memory.of_run,
            sandbox=self._browser.description,
            duration_ms=finished["duration_ms"],
            usage=finished["usage"],
            cost=finished["cost"],
            trace=self.trace(),
        )

    async def _opened(self) -> dict[str, Tool]:
        """The tools, with those of the sources; one that cannot be opened is tried again with the next run."""
        while self._sources:
            listed = await self._running.enter_async_context(self._sources[0])
            self._open_sources.append(self._sources.pop(0))
            self._tools = by_name([*self._tools.values(), *listed])
        return self._tools

    async def _give(self, code: str, files: dict[str, bytes]) -> list[dict[str, Any]]:
        """Put the caller's variables and files into the sandbox; the files as ``{path, size}``."""
        if not code and not files:
            return []
        await self._host.prepare([])
        assert self._host.sandbox is not None
        for name, data in files.items():
            await self._host.sandbox.write_file(f"/data/{name}", data)
        if code:
            await self._host.execute({"code": code, "time_ms": None, "approval": "never", "images": False})
        return [{"path": f"/data/{name}", "size": len(data)} for name, data in files.items()]

    async def as_sub_agent(self, host: ScriptHost, client: Any) -> SubAgent:
        """This agent as a function of another one's code; without an upstream model it has its caller's."""
        model = None
        if not isinstance(self._model, str):
            model = self._model(host)
        elif self._model != RECORDED:
            model = choose_live(self._model, host, client, self._model_options)
        managed = tuple([await each.as_sub_agent(host, client) for each in self._managed])
        return SubAgent(self.name, self.description, await self._opened(), self.options, model, managed)

    async def close_async(self) -> None:
        """``close`` for callers that have an event loop."""
        running, self._running, self._loop = self._running, AsyncExitStack(), None
        self._sources, self._open_sources = [*self._open_sources, *self._sources], []
        self._tools = self._declared
        for each in self._managed:
            await each.close_async()  # its sources; it has had no sandbox of its own
        await running.aclose()
        await self._host.close()
        if not self._shared:
            await self._browser.close()

    def _new_loop(self) -> Loop:
        loop = Loop(self._host, self.options)
        loop.prelude = self._prelude
        return loop

    def _take(self, event: dict[str, Any]) -> None:
        self.memory.take(event)
        if event["type"] == "run_started":
            self._recorder.info["created"] = datetime.now(UTC).isoformat(timespec="seconds")
        self._recorder.take(event)
        self._telemetry.take(event)
        for listener in (self._on_event, self._listening):
            if listener:
                listener(event)
