"""The ``codeact_agent.host.Host`` of a script."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import anyio
from anyio import to_thread

from codeact_agent.errors import Stopped
from codeact_agent.hosts.script.sandbox import BrowserSandbox
from codeact_agent.tools import Tool, call

__all__ = ["ScriptHost"]


class ScriptHost:
    """Runs steps in a browser and tools in this process, and hands events to ``on_event``."""

    def __init__(self, on_event: Callable[[dict[str, Any]], None]) -> None:
        self.tools: dict[str, Tool] = {}
        self._on_event = on_event
        self.forward: Callable[[dict[str, Any]], None] = on_event
        self.sandbox: BrowserSandbox | None = None
        self.stopping = False
        self.run = 0
        self._runs = 0
        self._asking: anyio.CancelScope | None = None

    @contextmanager
    def running(self) -> Iterator[None]:
        """One run: ``run`` is its number, and 0 outside any."""
        self._runs += 1
        self.run = self._runs
        self.stopping = False
        try:
            yield
        finally:
            self.run = 0

    def stop(self) -> None:
        """Stop the run; called in the event loop's thread."""
        self.stopping = True
        if self._asking is not None:
            self._asking.cancel()

    @contextmanager
    def until_stopped(self) -> Iterator[None]:
        """What is awaited in here is cancelled when the person stops the run. Raises Stopped then."""
        if self.stopping:
            raise Stopped
        with anyio.CancelScope() as self._asking:
            yield
        if self._asking.cancelled_caught:
            raise Stopped

    def now(self) -> float:
        """Monotonic seconds."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait without blocking."""
        await anyio.sleep(seconds)

    def emit(self, event: dict[str, Any]) -> None:
        """Pass one event on."""
        self._on_event(event)

    async def execute(self, code: str, time_ms: int | None) -> dict[str, Any]:
        """Run a step in the browser. Raises Stopped where Stop came before it: there was nothing to interrupt."""
        if self.stopping:
            raise Stopped
        assert self.sandbox is not None
        return await self.sandbox.run(code, time_ms)

    def on_sandbox_event(self, event: dict[str, Any]) -> None:
        """Output and pictures, as they come."""
        if event["type"] in ("output", "displayed"):
            self.forward({key: value for key, value in event.items() if key != "run_id"})

    async def on_tool(self, event: dict[str, Any]) -> dict[str, Any]:
        """Call a tool in a thread of its own, so that a slow one blocks nothing but the code.

        One that outlasts its run, because that was stopped, returns unheard.
        """
        run = self.run
        name, arguments = event["name"], json.loads(event["arguments"])
        called = {"type": "tool_called", "call_id": event["call_id"], "name": name, "arguments": arguments}
        self.forward(called)
        started = self.now()
        outcome: dict[str, Any] = await call(self.tools, name, arguments, to_thread.run_sync)
        took = round((self.now() - started) * 1000, 1)
        shown = {"value": json.loads(outcome["value"])} if "value" in outcome else outcome
        del called["arguments"]
        if run == self.run:
            self.forward({**called, "type": "tool_returned", "duration_ms": took, **shown})
        return outcome
