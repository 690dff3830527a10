"""Rows about what is shown, in the real page: rendered, looked at, clicked; nothing runs, loads or navigates."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from codeact_web.testing import ScriptedModel
from playwright.sync_api import Browser
from support.attack import Attack, expand, load_attacks
from support.attacked_agent import AttackedAgent
from support.attacked_pages import AttackedPages
from support.canary import Canary

pytestmark = pytest.mark.browser

ABOUT_WHAT_IS_SHOWN = {"no script runs from rendered output", "observation text cannot forge trace structure"}
ATTACKS = [
    attack for attack in load_attacks() if attack.kind == "rich-output" or ABOUT_WHAT_IS_SHOWN & {*attack.must}
]


# Of an observation's parts, each of which is there once at most: see codeact_agent/observation.py.
TITLES = ("Output:", "Printed to stderr:", "Value of the last expression:", "Error:")


@pytest.fixture(scope="module")
def agents(browser: Browser, relayed: str, upstream: ScriptedModel) -> Iterator[AttackedPages[AttackedAgent]]:
    agents = AttackedPages(lambda: AttackedAgent(browser, relayed, upstream))
    yield agents
    agents.close()


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.id)
def test_shown(attack: Attack, agents: AttackedPages[AttackedAgent], canary: Canary) -> None:
    with agents.take() as agent:
        code = expand(attack.code, canary, agent.address)
        told = agent.show(code)
        steps, answers = agent.agent.steps.count(), agent.agent.answer.count()
        agent.forget()
        assert agent.faults == []
        assert canary.heard() == []
        assert (
            agent.shown
            or "display(" not in code
            or "Error" in told[3]["content"]
            or "Refused" in told[3]["content"]
        )
        check_trace(code, told, steps, answers)


def check_trace(code: str, told: list[dict[str, str]], steps: int, answers: int) -> None:
    """The model is told of its one reply in one message, and the page shows no step and no answer besides."""
    assert answers == 1
    if not told:
        assert steps == 1
        return
    assert steps == 2
    assert [message["role"] for message in told] == ["system", "user", "assistant", "user"]
    assert code in told[2]["content"]
    lines = told[3]["content"].split("\n")
    assert [title for title in TITLES if lines.count(title) > 1] == [], told[3]["content"]
    assert len([line for line in lines if line.startswith("Variables: ")]) <= 1
