"""Each recorded task, end to end, through the page and through ``codeact-web run``."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect
from support.agent_page import AgentPage
from support.command import codeact_web

pytestmark = pytest.mark.browser

# What the answer must be, as the page shows it (fragments) and as --json gives it.
ANSWERS = {
    "laptops": (["Laptop B", "87.0"], lambda a: (a["winner"], a["score"]) == ("Laptop B", 87.0)),
    "cities": (["21445000", "3484003"], lambda a: (a["total"], a["standard_deviation"]) == (21445000, 3484003)),
    "self_debug": (["2202.91"], lambda a: a == 2202.91),
    "circle": (["31.4159", "78.5398"], lambda a: a == "circumference 31.4159, area 78.5398"),
    "logs": (["auth", "2462"], lambda a: sum(each["records"] for each in a.values()) == 12_450),
    "sales_csv": (["Desk", "1860.0"], lambda a: (a["best_product"], a["regions"]["South"]) == ("Desk", 1595.5)),
    "simulation": (["10.3 minutes"], lambda a: "about 10.3 minutes, with two about 0.5" in a),
    "parsing": (["Anna Berg", "375.5"], lambda a: [each["total"] for each in a] == [1200.0, 375.5, 120.0]),
    "slow_then_fast": (["148933", "1999993"], lambda a: a == {"primes_below_2000000": 148933, "largest": 1999993}),
    "two_agents": (["7.1 times as many"], lambda a: "Hanoi has 8,054,000 people" in a),
    "bar_chart": (["Nov is the wettest month"], lambda a: a == "Nov is the wettest month, with 97 mm."),
}


def test_page_solves_each_in_a_conversation_of_its_own(agent: AgentPage, subtests: pytest.Subtests) -> None:
    agent.choose_model("Recorded")
    for task, (fragments, _) in ANSWERS.items():
        with subtests.test(task):
            answer = agent.solve(task)
            for fragment in fragments:
                expect(answer).to_contain_text(fragment)
            expect(agent.page.get_by_text("The recording expected")).to_have_count(0)
        agent.new.click()
        expect(agent.runs).to_have_count(0)


def test_page_solves_what_it_must_ask_for(agent: AgentPage) -> None:
    agent.choose_model("Recorded")
    agent.send("planets")
    agent.question().get_by_role("button", name="miles").click()
    expect(agent.answer).to_contain_text("Jupiter: 279,118 miles")
    agent.wait_for_end()
    expect(agent.page.locator("ca-plan")).to_contain_text("the largest first")
    expect(agent.page.get_by_text("The recording expected")).to_have_count(0)


def test_command_solves_what_nobody_is_asked_for() -> None:
    done = codeact_web("run", "planets", "--json")
    assert done.returncode == 0, done.stderr
    assert "Jupiter: 449,197 kilometres" in json.loads(done.stdout)["answer"]


# The loop and the sandbox are the page's; these are the ones in which the host has something to do.
@pytest.mark.parametrize("task", ["laptops", "slow_then_fast", "two_agents", "bar_chart"])
def test_command_solves(task: str) -> None:
    done = codeact_web("run", task, "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert set(result) == {"answer", "steps", "sandbox", "duration_ms", "model"}
    assert ANSWERS[task][1](result["answer"]), result["answer"]
    assert result["model"] == "recorded"
    assert result["sandbox"]["from_image"] is True
    assert [step["difference"] for step in result["steps"]] == [None] * len(result["steps"])
