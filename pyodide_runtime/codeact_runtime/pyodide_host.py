"""The Host inside Pyodide: talks to web/sandbox/worker.js through the bridge object it hands in.

The only module that touches JavaScript. Everything crosses as JSON text, so that no proxy has to be
destroyed, and promises from the bridge never reject: how a call ended is in what it resolves to.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol

from pyodide.ffi import run_sync, to_js  # type: ignore[attr-defined]  # newer than the pyodide-py for our Python

from codeact_runtime.approval_card import Answer, Card
from codeact_runtime.errors import ToolsRefused, tool_error
from codeact_runtime.executor import Executor, Result, begin, finish, make_interruptible_sleep
from codeact_runtime.hardening import unregister_javascript
from codeact_runtime.limits import Limits
from codeact_runtime.prelude import modules_needed

__all__ = ["Session", "start"]

_PROBE_MS = 1_000
_ROOM = 65_536


class Bridge(Protocol):
    """What worker.js offers. Names are JavaScript's."""

    canBlock: bool  # noqa: N815

    def interruptReason(self) -> str: ...  # noqa: N802
    def nowMs(self) -> float: ...  # noqa: N802
    def memoryBytes(self) -> int: ...  # noqa: N802
    def write(self, stream: str, text: str) -> None: ...
    def display(self, bundle: str) -> bool: ...
    def callTool(self, name: str, arguments: str) -> Awaitable[str]: ...  # noqa: N802
    def install(self, modules: str) -> Awaitable[str]: ...
    def approve(self, card: str) -> Awaitable[str]: ...
    def sleep(self, milliseconds: float) -> Awaitable[str]: ...
    def setDeadline(self, milliseconds: float) -> None: ...  # noqa: N802
    def holdReserve(self) -> None: ...  # noqa: N802
    def disarm(self) -> None: ...


class PyodideHost:
    """A ``codeact_runtime.host.Host``."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge

    @property
    def can_block(self) -> bool:
        return self._bridge.canBlock

    @property
    def interrupt_reason(self) -> str:
        return self._bridge.interruptReason()

    def now_ms(self) -> float:
        return self._bridge.nowMs()

    def memory_bytes(self) -> int:
        return self._bridge.memoryBytes()

    def write(self, stream: str, text: str) -> None:
        self._bridge.write(stream, text)

    def display(self, bundle: dict[str, str]) -> bool:
        return self._bridge.display(json.dumps(bundle))

    async def install(self, modules: list[str]) -> None:
        _settled(await self._bridge.install(json.dumps(modules)))

    async def approve(self, card: Card) -> Answer:
        answer: Answer = _settled(await self._bridge.approve(json.dumps(card)))
        return answer

    def set_deadline(self, milliseconds: float) -> None:
        self._bridge.setDeadline(milliseconds)

    def hold_reserve(self) -> None:
        self._bridge.holdReserve()

    @property
    def disarm(self) -> Callable[[], None]:
        return self._bridge.disarm

    # run_sync gets the promise itself: an interrupt would break a coroutine's task, and a task costs 0.5 ms.
    def call_tool(self, name: str, arguments: dict[str, Any]) -> Any:
        return _settled(run_sync(self._bridge.callTool(name, json.dumps(arguments))))

    async def call_tool_async(self, name: str, arguments: dict[str, Any]) -> Any:
        return _settled(await self._bridge.callTool(name, json.dumps(arguments)))

    def sleep(self, seconds: float) -> None:
        _settled(run_sync(self._bridge.sleep(seconds * 1000)))


def _settled(outcome: str) -> Any:
    """The value of a settled bridge call: ``{value}``, ``{error: {kind, message}}`` or ``{interrupted}``."""
    settled = json.loads(outcome)
    if "interrupted" in settled:
        raise KeyboardInterrupt
    if "error" in settled:
        raise tool_error(settled["error"]["message"], settled["error"]["kind"])
    return settled.get("value")


def _keep_interrupts_in_tasks() -> None:
    """A task that ends by KeyboardInterrupt or SystemExit tells those who await it; without these
    handlers Pyodide's loop would raise it into JavaScript as well."""
    loop = asyncio.get_event_loop()
    loop._keyboard_interrupt_handler = lambda: None  # type: ignore[attr-defined]
    loop._system_exit_handler = lambda code: None  # type: ignore[attr-defined]


def _constants() -> str:
    return f"{[*range(-5, 257)]}{None}{True}{type(None)}"


class Session:
    """What worker.js calls: JSON text in, JSON text out, and bytes of pickles."""

    def __init__(self, bridge: Bridge, settings: str) -> None:
        host = PyodideHost(bridge)
        given = json.loads(settings)
        _keep_interrupts_in_tasks()
        make_interruptible_sleep(host)
        if given["hardened"]:
            unregister_javascript(run_sync)
        self._executor = Executor(
            host, Limits.from_message(given["limits"]), packages=given["imports"], guided=given["hardened"],
        )  # fmt: skip
        sys.modules["__main__"] = self._executor.module
        self._host = host
        self._library = os.path.dirname(os.__file__)
        self._constants = _constants()
        self._step: Coroutine[Any, Any, Result]

    def run(self, code: str, time_ms: float | None, approval: str) -> str | None:
        """Run one step; the text is a ``codeact_runtime.executor.Result``. None: it awaits, ``finish`` it."""
        self._step = self._executor.run(code, time_ms or None, approval)
        result = begin(self._step)
        return json.dumps(result) if result else None

    async def finish(self) -> str:
        """Go on with the step that ``run`` began."""
        return json.dumps(await finish(self._step))

    def probe(self) -> str:
        """The same text each time, unless code has written into memory or taken the library away.

        Raises MemoryError where the code has left no room for a next step.
        """
        disarm = self._host.disarm
        try:
            self._host.set_deadline(_PROBE_MS)
            room = len(bytearray(_ROOM))
        finally:
            disarm()
        # Only code that has ctypes can have written into memory; looking costs as much as a small step.
        constants = _constants() if "_ctypes" in sys.modules else self._constants
        return f"{room} {os.path.isfile(self._library)} {constants}"

    def modules_needed(self, prelude: str) -> str:
        """Modules that a list of ``Prelude`` imports and that are not loaded, as a JSON list."""
        return json.dumps(modules_needed(json.loads(prelude)))

    def set_tools(self, given: str) -> str:
        """Replace the tools: ``{tools, prelude}``. The specs of those of the sandbox as JSON text within
        ``{value}``, or ``{error}``: one sentence."""
        message = json.loads(given)
        try:
            return json.dumps(
                {"value": json.dumps(self._executor.set_tools(message["tools"], message["prelude"]))}
            )
        except ToolsRefused as error:
            return json.dumps({"error": str(error)})
        except (KeyError, TypeError, AttributeError) as error:
            return json.dumps(
                {"error": f"the tools have not the shape they should ({type(error).__name__}: {error})"}
            )

    def interrupt(self) -> None:
        """End what the running step is awaiting."""
        self._executor.interrupt()

    def saveable(self) -> str:
        """Names of the variables to save, as a JSON list."""
        return json.dumps(self._executor.keeper.names())

    def save(self, name: str) -> Any:
        """A variable's pickle as a Uint8Array; as text ``""`` where it has not changed, or why it is lost."""
        saved = self._executor.keeper.save(name)
        return to_js(saved) if isinstance(saved, bytes) else saved

    def saved_rest(self) -> str:
        """What else a checkpoint holds: ``{modules, sources, execution_count}`` as JSON."""
        return json.dumps({**self._executor.keeper.rest(), "execution_count": self._executor.count})

    def restore_begin(self, rest: str) -> None:
        """Begin to restore; ``rest`` is what ``saved_rest`` gave."""
        saved = json.loads(rest)
        self._executor.begin_restore(saved["execution_count"], saved["modules"], saved["sources"])

    def restore_add(self, name: str, data: Any) -> None:
        """Take a variable's pickle, a Uint8Array."""
        self._executor.keeper.add(name, data.to_bytes())

    def restore_end(self) -> str:
        """Restore; ``{names, lost: [{name, why}]}`` as JSON."""
        return json.dumps(self._executor.keeper.end())


def start(bridge: Bridge, settings: str) -> Session:
    """Begin a conversation; ``settings`` is ``{limits, hardened, imports: {module: package}}`` as JSON."""
    return Session(bridge, settings)
