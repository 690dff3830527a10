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
        """Of its code in one step, at most; None: the sandbox's own limit."""
        context_window: int
        """Tokens of prompt and answer together."""
        takes_images: bool

        @property
        def price(self) -> dict[str, float] | None:
            """Money for a million tokens: ``{input, output}``; None where it is not known."""
            ...

        async def chat(
            self, messages: list[dict[str, Any]], on_delta: Callable[[str], None], tools: list[Any] | None = None
        ) -> dict[str, Any]:
            """``{text, usage, tool_calls}``: ``usage`` is ``{prompt_tokens, completion_tokens}`` or None,
            ``tool_calls`` are ``{id, name, arguments}`` with arguments as JSON text; ``tools`` are in OpenAI's
            format.

            Raises ModelError; Stopped when the person stopped meanwhile.
            """
            ...

        def expected(self, index: int) -> str | None:
            """The observation a recording holds for step ``index`` (from 0); None for a live model."""
            ...

        def for_agent(self, name: str, task: str) -> "Model":
            """The model of a sub-agent that has none of its own."""
            ...

    class Host(Protocol):
        """The loop's only door to the outside."""

        forward: Callable[[dict[str, Any]], None]
        """Set by the loop: takes the sandbox's ``output`` and ``displayed`` events."""
        take_call: Callable[[str, str], Any]
        """Set by the loop: ``await take_call(name, arguments)`` answers a tool call of the sandbox."""
        take_approval: Callable[[dict[str, Any]], Any]
        """Set by the loop: ``await take_approval(card)`` answers the sandbox where code waits for leave."""

        @property
        def run_blocking(self) -> Callable[..., Any] | None:
            """``await run_blocking(function)`` runs what may block; None where all run in one thread."""
            ...

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

        async def prepare(self, specs: list[dict[str, Any]], prelude: list[dict[str, str]]) -> dict[str, Any]:
            """Boot the sandbox if need be and give it these tools, and the source ``{name, source}`` that runs
            first.

            What the model is told of it: ``{limits, can_block, python, modules, sandbox_tools}``, the last being
            specs of the functions that the prelude defines in the sandbox. Raises AgentError.
            """
            ...

        async def execute(self, step: dict[str, Any]) -> dict[str, Any]:
            """Run a step in the sandbox: ``{code, time_ms, approval, images}``.

            ``{result}`` or ``{error: {kind, message}}``, and ``restored`` (observation.py); with ``images``,
            the pictures that were shown, ``[{mime, data}]`` in base64.
            """
            ...

        async def until_stopped(self, work: Any) -> Any:
            """What ``work`` (an awaitable) gives. Raises Stopped as soon as the person stops the run."""
            ...

        async def ask(self, question: str, choices: list[str] | None) -> str:
            """The person's answer. Raises Stopped."""
            ...

        async def approve(self, card: dict[str, Any]) -> dict[str, Any]:
            """The person's decision on code or a tool call: ``{decision, code?, reason?, remember?}``."""
            ...

        def validate(self, schema: dict[str, Any], value: Any) -> list[str]:
            """A sentence for each way in which ``value`` does not fit the JSON Schema."""
            ...

        async def keep_large(self, name: str, text: str) -> Any:
            """Keep a tool's value (JSON text) that does not fit in a message; gives what stands for it."""
            ...

        async def open_child(self, name: str, emit: Callable[[dict[str, Any]], None]) -> "Host":
            """A host with a namespace of its own for a sub-agent, whose events go to ``emit``."""
            ...

        async def close(self) -> None:
            """End a child's namespace."""
            ...
