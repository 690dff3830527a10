"""smolagents' own ``CodeAgent`` with its code in our sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from codeact_agent.integrations.smolagents import BrowserExecutor
from smolagents import ChatMessage, CodeAgent, Model, tool
from smolagents.local_python_executor import InterpreterError
from smolagents.models import MessageRole

pytestmark = pytest.mark.browser


class Scripted(Model):
    """Says its replies one after the other."""

    def __init__(self, *replies: str) -> None:
        super().__init__(model_id="scripted")
        self._replies = list(replies)
        self.asked: list[Any] = []

    def generate(self, messages: list[Any], **_options: Any) -> ChatMessage:
        self.asked.append(messages)
        return ChatMessage(role=MessageRole.ASSISTANT, content=self._replies.pop(0))


@tool
def population(city: str, year: int | None = None) -> int:
    """How many people live in a city.

    Args:
        city: its name
        year: when; now if left out
    """
    if city == "Atlantis":
        raise ValueError("Atlantis has sunk")
    return {"Hue": 652, "Hanoi": 8054}[city] + (year or 0)


@pytest.fixture(scope="module")
def executor() -> Iterator[BrowserExecutor]:
    with BrowserExecutor() as executor:
        yield executor


def agent(executor: BrowserExecutor, *replies: str, **options: Any) -> CodeAgent:
    # Its own clean-up would end the browser that the tests share.
    return CodeAgent(tools=[population], model=Scripted(*replies), executor=executor, verbosity_level=0, **options)


def test_its_agent_answers(executor: BrowserExecutor) -> None:
    replies = (
        "<code>\nfound = [population(city) for city in ('Hue', 'Hanoi')]\nprint(found)\nsum(found)\n</code>",
        "<code>\nimport sys\nfinal_answer({'sum': sum(found), 'platform': sys.platform})\n</code>",
    )
    asking = agent(executor, *replies)
    assert asking.run("How many?") == {"sum": 8706, "platform": "emscripten"}
    said = str(asking.model.asked[1])
    assert "[652, 8054]" in said
    assert "8706" in said


def test_errors_of_code_and_tools_go_to_its_model(executor: BrowserExecutor) -> None:
    replies = (
        "<code>\nprint('before')\npopulation('Atlantis')\n</code>",
        "<code>\n1 / 0\n</code>",
        "<code>\nfinal_answer(population('Hue', year=8))\n</code>",
    )
    asking = agent(executor, *replies)
    assert asking.run("How many?") == 660
    assert "Atlantis has sunk" in str(asking.model.asked[1])
    assert "before" in str(asking.model.asked[1])
    assert "ZeroDivisionError" in str(asking.model.asked[2])


def test_its_variables_are_there(executor: BrowserExecutor) -> None:
    asking = agent(executor, "<code>\nfinal_answer(factor * 2)\n</code>")
    assert asking.run("?", additional_args={"factor": 21}) == 42


def test_what_a_local_executor_would_let_through_is_isolated(executor: BrowserExecutor) -> None:
    with pytest.raises(InterpreterError):
        executor("import subprocess; subprocess.run(['id'])")
    assert executor("1 + 1").output == "2"


def test_its_managed_agents_are_functions(executor: BrowserExecutor) -> None:
    inner = CodeAgent(
        tools=[], model=Scripted("<code>\nfinal_answer(7)\n</code>"), name="finder", description="Finds.",
        verbosity_level=0,
    )  # fmt: skip
    asking = agent(executor, "<code>\nfinal_answer(finder('Find it.'))\n</code>", managed_agents=[inner])
    assert "7" in str(asking.run("?"))
