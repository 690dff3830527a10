"""What the loop needs from the place it runs in. Implemented by hosts/page.py and hosts/script."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    class Model(Protocol):
        """Something that answers messages: an upstream through the host, or a recording."""

        name: str
        recorded: bool
        time_ms: int | None

        async def chat(self, messages: list[dict[str, Any]], on_delta: Callable[[str], None]) -> dict[str, Any]:
            """``{text, usage}``; ``usage`` is ``{prompt_tokens, completion_tokens}`` or None.

            Raises ModelError; Stopped when the person stopped meanwhile.
            """
            ...

        def expected(self, index: int) -> str | None:
            """The observation a recording holds for step ``index`` (from 0); None for a live model."""
            ...

    class Host(Protocol):
        """The loop's only door to the outside."""

        @property
        def stopping(self) -> bool:
            """Whether the person has pressed Stop in this run."""
            ...

        def now(self) -> float:
            """Monotonic seconds."""
            ...

        async def sleep(self, seconds: float) -> None:
            """Wait without blocking."""
            ...

        def emit(self, event: dict[str, Any]) -> None:
            """Take one event of docs/events.md."""
            ...

        async def execute(self, code: str, time_ms: int | None) -> dict[str, Any]:
            """Run a step in the sandbox, for at most ``time_ms`` if given.

            ``{"result": Result}`` or ``{"error": {kind, message}}``.
            """
            ...
