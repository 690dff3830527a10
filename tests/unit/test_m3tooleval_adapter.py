"""The adapter for M3ToolEval, on a miniature checkout: what needs no sandbox."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest
from codeact_agent.hosts.script.evaluation import m3tooleval_tasks
from codeact_agent.hosts.script.evaluation.errors import SuiteError
from codeact_agent.hosts.script.evaluation.m3tooleval import M3ToolEval
from codeact_agent.hosts.script.evaluation.m3tooleval_player import trimmed
from support.m3tooleval_checkout import make_checkout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return make_checkout(tmp_path)


def test_the_tasks_of_a_checkout_are_planned_in_each_mode(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sys.modules.get("tqdm")  # another test of this process may have imported the real one
    planned = M3ToolEval(checkout).plan(("code", "json", "text"))
    assert Counter(each.mode for each in planned) == {"code": 9, "json": 9, "text": 9}
    assert Counter(each.domain for each in planned if each.mode == "text")["web_browsing"] == 1
    assert capsys.readouterr().out == ""
    assert sys.modules.get("tqdm") is before


def test_the_folder_may_be_named_at_any_depth(checkout: Path) -> None:
    evaluations = checkout / "scripts" / "eval" / "m3tooleval"
    assert (
        M3ToolEval(checkout).digest == M3ToolEval(evaluations).digest == M3ToolEval(evaluations / "tasks").digest
    )


def test_a_folder_that_is_no_checkout(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="is no checkout of the CodeAct authors' repository"):
        M3ToolEval(tmp_path)


def test_a_checkout_that_does_not_load(checkout: Path) -> None:
    broken = checkout / "scripts" / "eval" / "m3tooleval" / "tasks" / "impl" / "dna_sequencer.py"
    broken.write_text("import biology")
    with pytest.raises(SuiteError, match="could not be loaded: ModuleNotFoundError: No module named 'biology'"):
        M3ToolEval(checkout)


def test_the_digest_changes_with_a_page(checkout: Path) -> None:
    before = M3ToolEval(checkout).digest
    pages = checkout / "scripts/eval/m3tooleval/tasks/impl/web_browsing/web_pages.jsonl"
    pages.write_text(pages.read_text() + '{"content": "a card"}\n')
    assert M3ToolEval(checkout).digest != before


def test_a_mode_it_has_not(checkout: Path) -> None:
    with pytest.raises(SuiteError, match="no mode 'hybrid': choose from code, json, text"):
        M3ToolEval(checkout).plan(("hybrid",))


def test_each_import_gives_fresh_tools_which_reset_does_not(checkout: Path) -> None:
    folder = str(checkout / "scripts" / "eval" / "m3tooleval" / "tasks")
    task = m3tooleval_tasks.import_tasks(folder)["web_browsing/second_page"]
    assert m3tooleval_tasks.act(task, "next_page", "TEXT_AS_ACTION") == "a hat"
    task.reset()
    assert m3tooleval_tasks.act(task, "view", "TEXT_AS_ACTION") == "a hat"
    task = m3tooleval_tasks.import_tasks(folder)["web_browsing/second_page"]
    assert m3tooleval_tasks.act(task, "view", "TEXT_AS_ACTION") == "a rabbit"


def test_an_action_prints_nothing_here(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    task = m3tooleval_tasks.import_tasks(str(checkout / "scripts/eval/m3tooleval/tasks"))["dna_sequencer/double"]
    assert m3tooleval_tasks.act(task, '{"tool": "double", "args": ["8"]}', "JSON_AS_ACTION") == "16"
    assert m3tooleval_tasks.prompt(task, "CODE_AS_ACTION").startswith("[code_as_action] double(n: int)")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("reply", "kept"),
    [
        ("  Answer: 3", "Answer: 3"),
        ("Thought: I add. Action: f, 1 End Action and more", "Thought: I add. Action: f, 1 End Action and more"),
        ("Action: f, 1 End Action\nAnswer: 2", "Action: f, 1 End Action"),
        ("Action: f, 1\nThought: now g. Action: g End Action", "Action: f, 1"),
        ("Answer: 1\nAnswer: 2", "Answer: 1"),
        ("I do not know.", "I do not know."),
    ],
)
def test_what_follows_the_first_action_or_answer_is_left_out(reply: str, kept: str) -> None:
    assert trimmed(reply) == kept
