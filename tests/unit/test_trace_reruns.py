"""Exported traces, really opened and run again: notebooks in a Jupyter kernel, scripts in plain Python."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from codeact_agent.trace_export import export
from markdown_it import MarkdownIt
from nbclient import NotebookClient
from portable.scripted import result
from portable.traced import FINISHED, RUN, STARTED, called, out, recorded, run_of, step

NAME_ERROR = {"name": "NameError", "value": "nothing", "traceback": "NameError: nothing"}
SYNTAX_ERROR = {"name": "SyntaxError", "value": "invalid syntax", "traceback": "SyntaxError: invalid syntax"}
GATHER = """import asyncio
both = await asyncio.gather(count("a"), *[count(each) for each in "bc"])
one = await count(what="d")
print(both, one)"""
FAILS = """try:
    count("gone")
except Exception as error:
    print("caught", error)"""
LOOK_ALIKE = 'text = """a\n```\n# not a heading\n"""\nprint(text)'


def run_with_everything(tmp_path: Path) -> dict[str, Any]:
    """A trace in which much that can happen has."""
    missing = {"kind": "KeyError", "message": "'gone'"}
    calls = [
        event
        for number, what in enumerate("abcd", start=1)
        for event in called(number, "count", {"what": what}, value=number)
    ]
    steps = [
        step(1, GATHER, "Count.", result(stdout="[1, 2, 3] 4\n"), [*calls, out("[1, 2, 3] 4\n")]),
        step(2, FAILS, "```\nopen", result(), called(9, "count", {"what": "gone"}, error=missing)),
        step(3, "print(nothing_here)", "Oops.", result(error=NAME_ERROR)),
        step(4, f"!touch {tmp_path}/made_by_a_shell", "A shell?", result(error=SYNTAX_ERROR)),
        step(5, LOOK_ALIKE, "<b>~~~", result(), [out("a\n```\n# not a heading\n")]),
        step(6, "final_answer(1)\nprint('never')", "", result()),
        step(7, "kept = sum(both) + one\nfinal_answer(kept)", "", result(final_answer=FINISHED["answer"])),
    ]
    return recorded([STARTED, *[event for each in steps for event in each], FINISHED])


def rerun(document: dict[str, Any]) -> list[Any]:
    """The code cells after all have run in a kernel; raises where one failed that did not fail in the run."""
    notebook = nbformat.reads(export(document, "ipynb"), as_version=4)
    NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def texts(cell: Any) -> str:
    return "".join(
        output.get("text", "") or output.get("data", {}).get("text/plain", "") for output in cell.outputs
    )


@pytest.mark.parametrize("events", [RUN, [], RUN[:7]])
def test_notebooks_are_valid(events: list[Any]) -> None:
    notebook = nbformat.reads(export(recorded(events), "ipynb"), as_version=4)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)


def test_a_notebook_runs_again_offline(tmp_path: Path) -> None:
    document = run_with_everything(tmp_path)
    nbformat.validate(nbformat.reads(export(document, "ipynb"), as_version=4))
    _, gathered, caught, failed, refused, look_alike, rejected, answered = rerun(document)
    assert texts(gathered) == "[1, 2, 3] 4\n"
    assert "caught 'gone'" in texts(caught)
    assert failed.outputs[0].ename == "NameError"
    assert "SyntaxError" in texts(refused)
    assert not (tmp_path / "made_by_a_shell").exists()
    assert "# not a heading" in texts(look_alike)
    assert texts(rejected) == "1"
    assert texts(answered) == "10"


def test_a_script_runs_again_in_plain_python(tmp_path: Path) -> None:
    path = tmp_path / "run.py"
    path.write_text(export(run_with_everything(tmp_path), "py"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", str(path)], capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "[1, 2, 3] 4", "caught 'gone'", "a", "```", "# not a heading", "", "1", "10",
    ]  # fmt: skip
    assert "NameError" in done.stderr
    assert "SyntaxError" in done.stderr
    assert not (tmp_path / "made_by_a_shell").exists()


def test_a_call_that_the_run_did_not_make_is_an_error(tmp_path: Path) -> None:
    events = run_of(*step(1, "x = 1", finished=result(), middle=called(1, "count", {"what": "a"}, value=1)))
    path = tmp_path / "run.py"
    path.write_text(export(recorded(events), "py") + '\nprint(count(what="a"))\ncount("a")\n')
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout == "1\n"
    assert "ToolError: the run has no further call count({'what': 'a'})" in done.stderr


def test_what_the_person_answered_is_answered_again(tmp_path: Path) -> None:
    events = [
        STARTED,
        *step(
            1,
            "print(input('Name? '))",
            finished=result(),
            middle=[
                {"type": "question_asked", "question_id": 1, "question": "Name? ", "choices": None},
                {"type": "question_answered", "question_id": 1, "answer": "Ada"},
            ],
        ),
        FINISHED,
    ]
    path = tmp_path / "run.py"
    path.write_text(export(recorded(events), "py"))
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout == "Ada\n", done.stderr


def test_markdown_keeps_its_shape_whatever_was_written(tmp_path: Path) -> None:
    tokens = MarkdownIt("commonmark").parse(export(run_with_everything(tmp_path), "md"))
    headings = [
        tokens[index + 1].content
        for index, token in enumerate(tokens)
        if token.type == "heading_open" and token.level == 0
    ]
    assert headings == ["How many?", *[f"Step {number}" for number in range(1, 8)], "Answer"]
    fences = [token.content for token in tokens if token.type == "fence" and token.level == 0]
    assert GATHER + "\n" in fences
    assert LOOK_ALIKE + "\n" in fences
    assert not [token for token in tokens if token.type == "html_block"]
