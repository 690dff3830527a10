"""A ``codeact_runtime.host.Host`` that runs beside the runtime in CPython and keeps what it was handed."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

from codeact_runtime.errors import tool_error

__all__ = ["FakeHost"]


class FakeHost:
    """``tools`` are functions by name. Time never runs out here: no clock interrupts this interpreter."""

    def __init__(self, tools: dict[str, Callable[..., Any]] | None = None, *, can_block: bool = True) -> None:
        self.tools = tools or {}
        self.can_block = can_block
        self.interrupt_reason = ""
        self.written: list[tuple[str, str]] = []
        self.displayed: list[dict[str, str]] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.deadlines: list[float] = []
        self.disarmed = 0
        self.at_once = self.most_at_once = 0
        self.installed: list[str] = []
        self.cards: list[Any] = []
        self.answer: Any = {"approved": False}

    def now_ms(self) -> float:
        return time.monotonic() * 1000

    def memory_bytes(self) -> int:
        return 64 * 2**20

    def write(self, stream: str, text: str) -> None:
        self.written.append((stream, text))

    def display(self, bundle: dict[str, str]) -> bool:
        self.displayed.append(bundle)
        return True

    async def approve(self, card: Any) -> Any:
        self.cards.append(json.loads(json.dumps(card)))
        return self.answer

    async def install(self, modules: list[str]) -> None:
        self.installed += modules

    def call_tool(self, name: str, arguments: dict[str, Any]) -> Any:
        self.calls.append((name, json.loads(json.dumps(arguments))))
        try:
            return json.loads(json.dumps(self.tools[name](**arguments)))
        except Exception as error:  # noqa: BLE001 - as the real hosts do
            raise tool_error(str(error), type(error).__name__) from None

    async def call_tool_async(self, name: str, arguments: dict[str, Any]) -> Any:
        value = self.call_tool(name, arguments)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.001)
        self.at_once -= 1
        return value

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def set_deadline(self, milliseconds: float) -> None:
        self.deadlines.append(milliseconds)

    def hold_reserve(self) -> None:
        pass

    @property
    def disarm(self) -> Callable[[], None]:
        def disarm() -> None:
            self.disarmed += 1

        return disarm
