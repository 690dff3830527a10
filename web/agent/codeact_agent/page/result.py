"""How a run ended."""

__all__ = ["RunResult"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class RunResult:
    """``answer`` is the JSON value given to ``final_answer``, or None where JSON has no such value; ``text`` is it
    in words.

    ``status`` is one of docs/events.md, ``error`` ``{kind, message}`` or None, ``steps`` their number, ``usage``
    ``{prompt_tokens, completion_tokens, estimated}``, ``cost`` money or None, ``duration_ms`` milliseconds.
    """

    def __init__(self, told: dict[str, "Any"]) -> None:
        self.answer = told["answer"]
        self.text: str = told["text"]
        self.status: str = told["status"]
        self.error: dict[str, str] | None = told["error"]
        self.steps: int = told["steps"]
        self.usage: dict[str, Any] = told["usage"]
        self.cost: float | None = told["cost"]
        self.duration_ms: float = told["duration_ms"]

    @property
    def answered(self) -> bool:
        """Whether there is an answer."""
        return self.status in ("answered", "forced")

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"RunResult(status={self.status!r}, answer={self.answer!r})"
