"""Limits in words, and what the person sees when one is near or met."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from codeact_runtime.limits import Limits
from codeact_web.testing import ScriptedModel
from playwright.sync_api import expect
from support.agent_page import AgentPage
from support.replies import code

pytestmark = pytest.mark.browser

WORDS = Path(__file__).parents[2] / "web" / "elements" / "limit_words.js"


def show(agent: AgentPage, step: dict[str, Any]) -> None:
    """A step as it ends, with these fields of its result."""
    agent.page.evaluate(
        """(changed) => {
          document.body.dataset.view = 'transcript';
          const step = document.createElement('ca-step');
          document.querySelector('ca-transcript').replaceChildren(step);
          const none = { results: [], error: null, variables: [], files: [], findings: [] };
          const result = { stdout: '', stderr: '', ...none, ...changed };
          step.receive({ type: 'code_parsed', step: 1, thought: '', code: 'x = 1' });
          step.receive({ type: 'step_finished', step: 1, observation: '', result, error: null, difference: null,
            duration_ms: 1 });
        }""",
        step,
    )


def test_every_limit_is_described() -> None:
    described = re.findall(r"name: '(\w+)'", WORDS.read_text())
    assert sorted(described) == sorted(field.name for field in fields(Limits))


def test_limits_are_shown_in_words(agent: AgentPage) -> None:
    dialog = agent.dialog("Settings")
    expect(dialog).to_contain_text(re.compile("Time for one step.*30 s", re.DOTALL))
    expect(dialog).to_contain_text(re.compile("Memory.*512 MB", re.DOTALL))
    expect(dialog).to_contain_text("10,000 characters")


def test_a_person_lowers_the_time_for_the_next_conversation(agent: AgentPage, upstream: ScriptedModel) -> None:
    dialog = agent.dialog("Settings")
    field = dialog.get_by_label(re.compile("Time for one step"))
    field.fill("1")
    field.press("Enter")
    expect(dialog).to_contain_text("It holds from the next conversation on.")
    agent.page.keyboard.press("Escape")
    spin = "import time\nend = time.time() + 3\nwhile time.time() < end:\n    pass\nfinal_answer('all of it')"
    upstream.reply(code(spin))
    expect(agent.solve("Spin")).to_contain_text("all of it")
    agent.new.click()
    upstream.reply(code(spin), code("final_answer('ended')"))
    expect(agent.solve("Spin")).to_contain_text("ended")
    expect(agent.steps.first).to_contain_text("Time limit")
    agent.reload()
    assert agent.dialog("Settings").get_by_label(re.compile("Time for one step")).input_value() == "1"
    agent.dialog("Settings").get_by_role("button", name="Use the site’s").click()
    agent.page.keyboard.press("Escape")
    agent.new.click()
    expect(agent.dialog("Settings")).to_contain_text(re.compile(r"Time for one step.*30\s+s", re.DOTALL))


def test_a_person_cannot_raise_a_limit(agent: AgentPage, upstream: ScriptedModel) -> None:
    field = agent.dialog("Settings").get_by_label(re.compile("Memory"))
    field.fill("4000")
    field.press("Enter")
    expect(agent.dialog("Settings").locator("ca-limits").get_by_role("status")).to_be_empty()
    assert field.evaluate("field => field.validity.rangeOverflow")
    agent.page.evaluate(
        "localStorage.setItem('codeact-web limits /', JSON.stringify({memory_mb: 4000, time_ms: 10 ** 9}))"
    )
    agent.reload()
    dialog = agent.dialog("Settings")
    expect(dialog.locator("dl").first).to_contain_text("512 MB")
    expect(dialog.locator("dl").first).to_contain_text("30 s")


def test_memory_that_runs_out_is_told(agent: AgentPage, upstream: ScriptedModel) -> None:
    upstream.reply(code("len(bytearray(400 * 2**20))\nfinal_answer('most')"))
    agent.solve("Take most")
    expect(agent.notices).to_contain_text(re.compile(r"Python has taken \d+ of the 512 MB of memory"))
    upstream.reply(code("len(bytearray(600 * 2**20))"), code("final_answer('enough')"))
    agent.solve("Take more")
    expect(agent.notices).to_contain_text("Python has reached the 512 MB of memory it may have.")
    expect(agent.notices.locator("p")).to_have_count(1)
    agent.new.click()
    expect(agent.notices.locator("p")).to_have_count(0)


def test_a_replaced_interpreter_is_told_in_its_step(agent: AgentPage, upstream: ScriptedModel) -> None:
    upstream.reply(code("kept = 1\ngen = (x for x in 'ab')"), code("final_answer('saved')"))
    agent.solve("Begin")
    expect(agent.boot).to_be_visible()
    upstream.reply(code("sum(range(10**12))"), code("final_answer(kept)"))
    agent.send("Sum")
    expect(agent.steps.last).to_contain_text("Running")
    agent.page.wait_for_timeout(500)  # let it enter the sum
    agent.stop.click()
    agent.wait_for_end()
    expect(agent.steps.last).to_contain_text("In the new interpreter: 1 variable came back.")
    expect(agent.steps.last).to_contain_text(re.compile(r"Lost: gen \(.+\)\."))


def test_findings_of_the_audit_are_shown(agent: AgentPage) -> None:
    low = {"rule": "B101", "severity": "LOW", "line": 2, "text": "Use of <b>assert</b>."}
    high = {"rule": "B602", "severity": "HIGH", "line": 7, "text": "A shell is called."}
    show(agent, {"findings": [low, high]})
    findings = agent.page.locator("ca-step ca-findings")
    expect(findings.get_by_text("A shell is called.")).to_be_visible()
    expect(findings.get_by_text("Use of <b>assert</b>.")).to_be_hidden()
    findings.get_by_text("1 more finding of the code audit").click()
    expect(findings.get_by_text("Use of <b>assert</b>.")).to_be_visible()
    expect(findings).to_contain_text("line 7")
    show(agent, {"findings": [low]})
    expect(findings).to_contain_text("1 finding of the code audit")


def test_the_progress_of_a_package_is_shown(agent: AgentPage) -> None:
    agent.page.evaluate(
        """() => {
          document.body.dataset.view = 'transcript';
          const step = document.createElement('ca-step');
          document.querySelector('ca-transcript').replaceChildren(step);
          step.receive({ type: 'code_parsed', step: 1, thought: '', code: 'import sympy' });
          const [loaded, total] = [3 * 2 ** 20, 6 * 2 ** 20];
          step.receive({ type: 'package_progress', step: 1, name: 'sympy', loaded, total });
        }"""
    )
    expect(agent.steps).to_contain_text("Fetching the package sympy: 3.0 MB of 6.0 MB.")
