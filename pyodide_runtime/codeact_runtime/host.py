"""What the runtime needs from the place it runs in. Implemented by pyodide_host and by the tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from codeact_runtime.approval_card import Answer, Card

__all__ = ["Host"]


class Host(Protocol):
    """The runtime's only door to the outside.

    ``interrupt_reason`` tells why a KeyboardInterrupt was raised: ``"time"`` (soft time limit),
    ``"stop"`` (the person pressed Stop) or ``""`` (the model's own code raised it).
    """

    @property
    def can_block(self) -> bool:
        """Whether a tool call may suspend Python until the host answers (JSPI)."""
        ...

    @property
    def interrupt_reason(self) -> str: ...

    def now_ms(self) -> float:
        """Monotonic milliseconds."""
        ...

    def memory_bytes(self) -> int:
        """Size of the interpreter's heap in bytes."""
        ...

    def write(self, stream: str, text: str) -> None:
        """Hand over text for the person; ``stream`` is ``stdout`` or ``stderr``. Batched by the host."""
        ...

    def display(self, bundle: dict[str, str]) -> bool:
        """Show a MIME bundle ``{mime type: text or base64}`` now; False where the step has shown too many
        or too much."""
        ...

    async def install(self, modules: list[str]) -> None:
        """Get the bundle's packages that hold these top-level modules. Raises ToolError where that fails."""
        ...

    async def approve(self, card: Card) -> Answer:
        """Ask the person whether the code on the card may run."""
        ...

    def call_tool(self, name: str, arguments: dict[str, Any]) -> Any:
        """Run a tool in the host and give its JSON value. Only when ``can_block``. Raises ToolError."""
        ...

    async def call_tool_async(self, name: str, arguments: dict[str, Any]) -> Any:
        """The same where Python cannot block."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait, so that an interrupt ends it with KeyboardInterrupt. Only when ``can_block``."""
        ...

    def set_deadline(self, milliseconds: float) -> None:
        """Raise KeyboardInterrupt in the running code after so long, again and again, until disarmed."""
        ...

    def hold_reserve(self) -> None:
        """Keep the code that runs until ``disarm`` from the memory the runtime needs to tell what it did."""
        ...

    @property
    def disarm(self) -> Callable[[], None]:
        """Stops the clock and gives the reserve back. Must run no Python code of its own: an interrupt could
        still hit that."""
        ...
