"""The ``codeact_agent.host.Host`` of a script."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import anyio

from codeact_agent.errors import AgentError, Stopped
from codeact_agent.hosts.script.large_values import keep_large
from codeact_agent.hosts.script.person import Person
from codeact_agent.hosts.script.run_control import RunControl
from codeact_agent.hosts.script.sandbox import BrowserSandbox, SandboxBrowser
from codeact_agent.hosts.script.threads import run_in_thread
from codeact_agent.hosts.script.validation import validate

__all__ = ["ScriptHost"]

OnEvent = Callable[[dict[str, Any]], None]


class ScriptHost:
    """Runs steps in a browser and tools in this process, and hands events to ``on_event``."""

    take_call: Callable[[str, str], Awaitable[dict[str, Any]]]
    take_approval: Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]

    def __init__(
        self,
        on_event: OnEvent,
        browser: SandboxBrowser,
        person: Person,
        control: RunControl,
        imports: tuple[str, ...] = (),
    ) -> None:
        """``imports`` are modules that must be there, besides the standard library."""
        self._on_event = on_event
        self._browser = browser
        self._person = person
        self._imports = imports
        self.control = control
        self.forward: OnEvent = on_event
        self.sandbox: BrowserSandbox | None = None
        self.specs: list[dict[str, Any]] = []
        self.prelude: list[dict[str, str]] = []
        self._event_loop: asyncio.AbstractEventLoop | None = None
        self._children: list[ScriptHost] = []

    @property
    def stopping(self) -> bool:
        """Whether the person has stopped the run."""
        return self.control.stopping

    def now(self) -> float:
        """Monotonic seconds."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait without blocking."""
        await anyio.sleep(seconds)

    def emit(self, event: dict[str, Any]) -> None:
        """Pass one event on, in the event loop's thread: tools tell of their progress from others."""
        if self._event_loop is None or _runs_an_event_loop():
            self._on_event(event)
        else:
            self._event_loop.call_soon_threadsafe(self._on_event, event)

    async def prepare(
        self, specs: list[dict[str, Any]], prelude: list[dict[str, str]] | None = None
    ) -> dict[str, Any]:
        """See ``Host``. The browser starts with the first run."""
        self.specs = specs
        self.prelude = prelude or []
        self._event_loop = asyncio.get_running_loop()
        sandbox = await self.start()
        told = sandbox.told
        missing = sorted(set(self._imports) - set(told["modules"]))
        if missing:
            raise AgentError(
                f"The sandbox has no {', '.join(missing)}. It has: {', '.join(told['modules']) or 'nothing'}. "
                "Build a site that has it: codeact-web bundle OUT --packages NAME,…"
            )
        return {**told, "sandbox_tools": await sandbox.set_tools(specs, self.prelude)}

    async def start(self) -> BrowserSandbox:
        """Boot the interpreter if need be. Raises AgentError where there is no browser, or no site to load."""
        if self.sandbox is None:
            self.sandbox = await self._browser.open(self._on_sandbox_event, self._on_tool, self._on_approval)
        return self.sandbox

    async def execute(self, step: dict[str, Any]) -> dict[str, Any]:
        """Run a step in the browser. Raises Stopped where Stop came before it: there was nothing to interrupt."""
        if self.stopping:
            raise Stopped
        assert self.sandbox is not None
        return await self.sandbox.run(step)

    async def until_stopped(self, work: Awaitable[Any]) -> Any:
        """See ``Host``."""
        with self.control.until_stopped():
            return await work
        raise AssertionError("unreachable: the scope raises Stopped")

    async def ask(self, question: str, choices: list[str] | None) -> str:
        """Ask whoever runs the script."""
        answer: str = await self.until_stopped(self._person.ask(question, choices))
        return answer

    async def approve(self, card: dict[str, Any]) -> dict[str, Any]:
        """Ask whoever runs the script."""
        decision: dict[str, Any] = await self.until_stopped(self._person.approve(card))
        return decision

    def validate(self, schema: dict[str, Any], value: Any) -> list[str]:
        """See ``Host``."""
        return validate(schema, value)

    async def run_blocking(self, function: Callable[[], Any]) -> Any:
        """In a thread of its own, so that a slow tool blocks nothing but the code; Stop leaves it behind."""
        return await run_in_thread(function)

    async def keep_large(self, name: str, text: str) -> Any:
        """See ``Host``."""
        assert self.sandbox is not None
        return await keep_large(self.sandbox, name, text)

    async def open_child(self, name: str, emit: OnEvent) -> ScriptHost:
        """See ``Host``: a page of its own in the same browser."""
        child = ScriptHost(emit, self._browser, self._person, self.control)
        self._children.append(child)
        return child

    async def interrupt(self) -> None:
        """Stop the steps that run: its own and those of its sub-agents."""
        hosts = [self]
        for host in hosts:
            hosts.extend(host._children)
            if host.sandbox is not None:
                await host.sandbox.interrupt()

    async def close(self) -> None:
        """End the interpreter."""
        sandbox, self.sandbox = self.sandbox, None
        if sandbox is not None:
            await sandbox.close()

    def _on_sandbox_event(self, event: dict[str, Any]) -> None:
        """Output and pictures, as they come."""
        if event["type"] in ("output", "displayed"):
            self.forward({key: value for key, value in event.items() if key != "run_id"})

    async def _on_tool(self, event: dict[str, Any]) -> dict[str, Any]:
        """A tool that outlasts its run, because that was stopped, returns unheard."""
        try:
            called: dict[str, Any] = await self.until_stopped(self.take_call(event["name"], event["arguments"]))
            return called
        except Stopped:
            pass
        return {"error": {"kind": "Stopped", "message": "the person stopped the run"}}

    async def _on_approval(self, card: dict[str, Any]) -> dict[str, Any]:
        try:
            decision = await self.take_approval({"kind": "code", **card})
        except Stopped:
            return {"approved": False, "reason": "the person stopped the run"}
        edited = {"code": decision["code"]} if decision["decision"] == "edit" else {}
        return {"approved": decision["decision"] != "deny", "reason": decision["reason"], **edited}


def _runs_an_event_loop() -> bool:
    """Whether this thread does; those of tools do not."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
