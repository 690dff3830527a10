"""A recorded run of the whole suite ``core``, in the script host and in the page."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from codeact_agent.hosts.script.evaluation.suite import load_suite
from codeact_agent.observation import without_variables
from codeact_server.run_command import load_tools
from playwright.sync_api import Browser, BrowserContext, Page
from support.agent_page import AgentPage
from support.command import codeact_web
from support.complaints import Complaints
from support.core_page import serve_core

pytestmark = pytest.mark.browser

SUITE = load_suite("core", load_tools)
COMPOSED = "multi-tool composition"


@dataclass(frozen=True)
class Evaluated:
    document: dict[str, Any]
    printed: str
    folder: Path


def test_every_task_is_solved_in_the_script_host(tmp_path: Path, subtests: pytest.Subtests) -> None:
    """One run is looked at from several sides: it is long."""
    out = tmp_path / "results.json"
    done = codeact_web("eval", "core", "--mode", "code,json", "--out", str(out), seconds=600)
    assert done.returncode == 0, done.stderr
    evaluated = Evaluated(json.loads(out.read_text()), done.stdout, tmp_path)
    for looked_at in (
        all_are_solved,
        json_mode_needs_more_model_calls_for_the_same_tasks,
        the_table_and_the_figures_are_there,
        what_happened_is_what_was_recorded_and_every_trace_is_kept,
    ):
        with subtests.test(looked_at.__name__):
            looked_at(evaluated)


def all_are_solved(evaluated: Evaluated) -> None:
    results = evaluated.document["results"]
    assert [each["id"] for each in results if not each["success"]] == []
    solved = {(each["mode"], each["id"]) for each in results}
    assert {name for mode, name in solved if mode == "code"} == {task.id for task in SUITE.tasks}
    assert {name for mode, name in solved if mode == "json"} == {
        task.id for task in SUITE.tasks if task.domain == COMPOSED
    }


def json_mode_needs_more_model_calls_for_the_same_tasks(evaluated: Evaluated) -> None:
    (compared,) = evaluated.document["summary"]["compared"]
    assert (compared["mode"], compared["with"], compared["domain"]) == ("json", "code", COMPOSED)
    assert compared["tasks"] >= 10
    assert compared["calls_ratio"] >= 1.5


def the_table_and_the_figures_are_there(evaluated: Evaluated) -> None:
    modes = evaluated.document["summary"]["modes"]
    assert modes["code"]["success_percent"] == modes["json"]["success_percent"] == 100
    assert len(modes["code"]["domains"]) == 7
    assert modes["code"]["tokens"] > 100
    assert f"json took {evaluated.document['summary']['compared'][0]['calls_ratio']:g} × the model calls" in (
        evaluated.printed
    )


def what_happened_is_what_was_recorded_and_every_trace_is_kept(evaluated: Evaluated) -> None:
    for result in evaluated.document["results"]:
        trace = json.loads((evaluated.folder / result["trace"]).read_text())
        path = SUITE.folder / "recordings" / result["mode"] / f"{result['id']}.json"
        recorded = [without_variables(step["observation"]) for step in json.loads(path.read_text())["steps"]]
        assert [without_variables(step["observation"]) for step in trace["steps"]] == recorded, result["id"]
        assert len(trace["steps"]) == result["turns"]


def test_an_interrupted_evaluation_goes_on(tmp_path: Path) -> None:
    out = tmp_path / "results.json"
    command = [sys.executable, "-u", "-m", "codeact_server", "eval", "core", "--limit", "4", "--out", str(out)]
    # Ctrl-C reaches the whole group: the browser too.
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as running:
        assert running.stdout is not None
        first = running.stdout.readline()
        assert first.startswith("[1/4]"), first
        os.killpg(running.pid, signal.SIGINT)
        rest = running.stdout.read()
        assert running.wait(60) == 130, rest
    assert "The same command goes on." in rest
    assert "Traceback" not in rest
    kept = len(json.loads(out.read_text())["results"])
    assert 1 <= kept < 4
    done = codeact_web("eval", "core", "--limit", "4", "--jobs", "2", "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"[{kept + 1}/4]")
    results = json.loads(out.read_text())["results"]
    assert {each["id"] for each in results} == {task.id for task in SUITE.tasks[:4]}


def test_a_checker_that_raises_is_told_and_the_run_is_kept(tmp_path: Path) -> None:
    """In a suite of one's own, with its recording beside it."""
    task = {
        "id": "mine", "domain": "words", "task": "Say yes.", "tools": None,
        "checker": {"kind": "python", "file": "judge.py"},
    }  # fmt: skip
    steps = [{"reply": "<code>\nfinal_answer('yes')\n</code>"}]
    recording = {
        "version": 1, "id": "mine", "title": "Mine", "task": "Say yes.", "tools": [], "source": "us",
        "steps": steps,
    }  # fmt: skip
    (tmp_path / "mine.jsonl").write_text(json.dumps(task))
    (tmp_path / "judge.py").write_text("def check(answer):\n    return answer / 2 == 1\n")
    (tmp_path / "recordings" / "code").mkdir(parents=True)
    (tmp_path / "recordings" / "code" / "mine.json").write_text(json.dumps(recording))
    out = tmp_path / "results.json"
    done = codeact_web("eval", str(tmp_path / "mine.jsonl"), "--out", str(out))
    assert done.returncode == 0, done.stderr
    (result,) = json.loads(out.read_text())["results"]
    assert (result["success"], result["answer"], result["turns"]) == (False, "yes", 1)
    assert result["error"].startswith("judge.py: check() raised TypeError")
    assert "A checker must judge every answer." in done.stdout


@pytest.fixture(scope="module")
def core_page(browser: Browser, served: str) -> Iterator[AgentPage]:
    """One page for all tasks; each begins with a fresh interpreter."""
    context: BrowserContext = browser.new_context()
    serve_core(context, SUITE)
    page: Page = context.new_page()
    complaints = Complaints()
    complaints.watch(page)
    agent = AgentPage(page).open(served)
    agent.ready()
    yield agent
    context.close()
    complaints.check()


@pytest.mark.parametrize("task", SUITE.tasks, ids=lambda task: task.id)
def test_every_task_is_solved_in_the_page(core_page: AgentPage, task: Any) -> None:
    if core_page.runs.count():
        core_page.new.click()
    shown = core_page.solve(task.id)
    answer = shown.evaluate("element => element.answer.json")
    assert SUITE.check(task, json.loads(answer)) is True
