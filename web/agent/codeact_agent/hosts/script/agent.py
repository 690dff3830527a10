"""``Agent``: solve tasks from a script. The public face of the script host."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack, ExitStack, suppress
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal

from codeact_agent.errors import AgentError
from codeact_agent.hosts.script.chat import open_client
from codeact_agent.hosts.script.host import ScriptHost
from codeact_agent.hosts.script.models import RECORDED, choose
from codeact_agent.hosts.script.result import RunResult, StepLog
from codeact_agent.hosts.script.sandbox import BrowserSandbox
from codeact_agent.hosts.script.signature import tool as make_tool
from codeact_agent.loop import DEFAULT_MAX_STEPS, Loop
from codeact_agent.tools import Tool

__all__ = ["Agent", "RunResult"]

OnEvent = Callable[[dict[str, Any]], None]


class Agent:
    """An agent whose actions are Python, run in a headless browser.

    ``tools`` are functions with type hints and a docstring: they run in this process, and block in the
    sandbox. ``model`` is a name that the upstream of codeact.toml or OPENAI_BASE_URL knows, or
    ``"recorded"``. ``on_event`` gets every event of docs/events.md. ``limits`` override the sandbox's.
    Variables last from run to run until ``reset()``. Close it, or use it in a ``with`` block.
    """

    def __init__(
        self,
        tools: Iterable[Tool | Callable[..., Any]] = (),
        model: str = RECORDED,
        *,
        max_steps: int = DEFAULT_MAX_STEPS,
        instructions: str = "",
        on_event: OnEvent | None = None,
        limits: dict[str, int] | None = None,
    ) -> None:
        declared = [each if isinstance(each, Tool) else make_tool(each) for each in tools]
        self._tools = {each.name: each for each in declared}
        self._model = model
        self._max_steps = max_steps
        self._instructions = instructions
        self._on_event = on_event
        self._log = StepLog()
        self._host = ScriptHost(self._take)
        self._sandbox = BrowserSandbox(self._host.on_sandbox_event, self._host.on_tool, limits)
        self._loop: Loop | None = None
        self._running = AsyncExitStack()
        self._thread = ExitStack()
        self._portal: BlockingPortal | None = None
        self._event_loop: asyncio.AbstractEventLoop | None = None
        self._interrupting: list[asyncio.Task[None]] = []

    def __enter__(self) -> Agent:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def run(self, task: str, max_steps: int | None = None) -> RunResult:
        """Solve ``task`` and wait for the end. The browser starts with the first run.

        Raises AgentError when there is no browser or site; everything else is in the result.
        """
        if self._portal is None:
            self._portal = self._thread.enter_context(start_blocking_portal())
        return self._portal.call(self.run_async, task, max_steps)

    def interrupt(self) -> None:
        """Stop the run; may be called from anywhere: another thread, an event handler, a tool."""
        self._host.stopping = True
        event_loop, run = self._event_loop, self._host.run
        if event_loop is not None:
            with suppress(RuntimeError):  # it has been closed since, and the run with it
                event_loop.call_soon_threadsafe(self._stop, run)

    def _stop(self, run: int) -> None:
        if run == self._host.run:
            self._host.stop()
            self._interrupting.append(asyncio.create_task(self._sandbox.interrupt()))

    def reset(self) -> None:
        """Forget the conversation: its messages and its variables."""
        if self._portal is not None and self._loop is not None:
            self._portal.call(self._sandbox.reset)
            self._loop = self._new_loop()

    def close(self) -> None:
        """End the browser. Safe to call twice."""
        if self._portal is not None:
            self._portal.call(self.close_async)
            self._thread.close()
            self._portal = None

    async def run_async(self, task: str, max_steps: int | None = None) -> RunResult:
        """``run`` for callers that have an event loop; use ``close_async`` then."""
        self._event_loop = asyncio.get_running_loop()
        with self._host.running():
            try:
                return await self._run(task, max_steps or self._max_steps)
            finally:
                self._event_loop = None
                interrupting, self._interrupting = self._interrupting, []
                # Where the sandbox is not there any more, there is nothing to interrupt.
                await asyncio.gather(*interrupting, return_exceptions=True)

    async def _run(self, task: str, max_steps: int) -> RunResult:
        loop = self._loop or await self._start()
        model_name = self._model
        try:
            choice = choose(task, self._model, self._host, self._client, self._tools)
            self._host.tools = {**choice.tools, **self._tools}
            specs = [each.spec for each in self._host.tools.values()]
            await self._sandbox.set_tools(specs)
        except AgentError as error:
            finished = loop.refuse(task, self._model, error)
        else:
            model_name = choice.model.name
            finished = await loop.run(choice.task, choice.model, specs, max_steps, choice.task_id)
        answer = finished["answer"] or {"json": "null", "text": ""}
        return RunResult(
            task=task,
            model=model_name,
            status=finished["status"],
            answer=answer["text"] if answer["json"] is None else json.loads(answer["json"]),
            text=answer["text"],
            error=finished["error"]["message"] if finished["error"] else None,
            steps=self._log.steps,
            sandbox=self._sandbox.description,
            duration_ms=finished["duration_ms"],
        )

    async def close_async(self) -> None:
        """``close`` for callers that have an event loop."""
        running, self._running, self._loop = self._running, AsyncExitStack(), None
        await running.aclose()

    async def _start(self) -> Loop:
        await self._running.enter_async_context(self._sandbox)
        self._client = await self._running.enter_async_context(open_client())
        self._host.sandbox = self._sandbox
        self._loop = self._new_loop()
        return self._loop

    def _new_loop(self) -> Loop:
        loop = Loop(self._host, self._sandbox.told, self._instructions)
        self._host.forward = loop.forward
        return loop

    def _take(self, event: dict[str, Any]) -> None:
        self._log.take(event)
        if self._on_event:
            self._on_event(event)
