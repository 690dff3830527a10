"""What the element tells its page, for functions of Python."""

import asyncio

from codeact_agent.errors import DeclarationError
from codeact_agent.page.javascript import MICROPYTHON, as_python, proxy
from codeact_agent.page.result import RunResult

__all__ = ["Approval", "Question", "listen"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_EVENTS = ("ready", "step", "output", "tool", "approval", "question", "answer", "error")
_running: list["Any"] = []  # what nobody refers to may be collected


class Approval:
    """Code or a call of a tool that waits for leave; ``card`` is what docs/protocol.md lists."""

    def __init__(self, detail: "Any") -> None:
        self.card: dict[str, Any] = as_python(detail.card)
        self._detail = detail

    def approve(self) -> None:
        """Let it run."""
        self._detail.approve()

    def edit(self, code: str) -> None:
        """Have this code run instead."""
        self._detail.edit(code)

    def deny(self, reason: str = "") -> None:
        """Do not let it run; the model reads the reason."""
        self._detail.deny(reason)


class Question:
    """What the agent asks the person; ``choices`` are those it offers, an empty list where it offers none."""

    def __init__(self, detail: "Any") -> None:
        self.question: str = detail.question
        self.choices: list[str] = as_python(detail.choices) or []
        self._detail = detail

    def answer(self, text: str) -> None:
        """Answer in the person's stead; only the first answer counts."""
        self._detail.answer(text)


def listen(element: "Any", name: str, function: "Callable[..., Any]") -> None:
    """See ``Agent.on``."""
    if name not in _EVENTS:
        raise DeclarationError(f"there is no event named {name!r}; there are: {', '.join(_EVENTS)}")

    def heard(event: "Any") -> None:
        if name in ("approval", "question"):
            event.preventDefault()
        outcome = function(_detail(name, event.detail))
        if hasattr(outcome, "__await__") or (MICROPYTHON and hasattr(outcome, "send")):
            _keep(asyncio.create_task(_finished(outcome)))

    element.addEventListener(f"codeact-{name}", proxy(heard))


def _detail(name: str, detail: "Any") -> "Any":
    if name == "approval":
        return Approval(detail)
    if name == "question":
        return Question(detail)
    told = as_python(detail)
    return RunResult(told) if name == "answer" else told


def _keep(task: "Any") -> None:
    _running[:] = [each for each in _running if not each.done()]
    _running.append(task)


async def _finished(work: "Any") -> None:
    await work
