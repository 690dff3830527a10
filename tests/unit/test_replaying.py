"""Reading traces, and telling what differs. That they really run again is in tests/browser/test_replay.py."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from codeact_agent.errors import AgentError
from codeact_agent.hosts.script.comparison import differences, in_words
from codeact_agent.hosts.script.replay import RecordedPerson, options_of, recorded_tools, recording_of
from codeact_agent.hosts.script.trace_file import BadTrace, read_trace
from codeact_server.cli import main
from portable.scripted import result
from portable.traced import FINISHED, RUN, STARTED, agent_events, called, recorded, run_of, step

DOCUMENT = json.loads(json.dumps(recorded(RUN)))


def written(path: Path, document: object) -> Path:
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def found(change: Any) -> list[tuple[str, str]]:
    """Where and what differs when ``change`` has been done to a copy of the trace."""
    real = copy.deepcopy(DOCUMENT)
    change(real)
    return [(each.where, each.what) for each in differences(DOCUMENT, real)]


@pytest.mark.parametrize("events", [RUN, RUN[:4], [], run_of(*agent_events("helper", 1, RUN))])
def test_a_trace_is_read_as_it_was_written(events: list[Any], tmp_path: Path) -> None:
    document = json.loads(json.dumps(recorded(events)))
    assert read_trace(written(tmp_path / "trace.json", document)) == document


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "is not a trace, or was cut off: it is not JSON"),
        ("", "is not a trace, or was cut off: it is not JSON"),
        ("[" * 100_000, "is not a trace, or was cut off: it is not JSON"),
        ([], "is not a trace: it has no version and no steps."),
        ({"version": 1}, "is not a trace: it has no version and no steps."),
        ({"version": 1, "steps": [], "id": "x", "title": "x"}, "is not a trace but a recording"),
        ({**DOCUMENT, "version": 2}, "is a trace of version 2; this program reads version 1. Use the program that "
         "wrote it: codeact-web 0.1.0."),
        ({**DOCUMENT, "steps": [{}]}, "is a broken trace: steps.0.step: Field required."),
        ({**DOCUMENT, "messages": None}, "is a broken trace: messages: Input should be a valid list."),
    ],
)  # fmt: skip
def test_what_is_no_trace_is_told_in_a_sentence(
    content: object, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / "trace.json", content)
    with pytest.raises(BadTrace) as told:
        read_trace(path)
    assert sentence in str(told.value)
    for command in (["replay", str(path)], ["export", str(path), "--as", "md"]):
        assert main(command) == 2
        said = capsys.readouterr().err
        assert sentence in said
        assert len(said.splitlines()) == 1


def test_a_missing_and_a_binary_file_are_told(tmp_path: Path) -> None:
    with pytest.raises(BadTrace, match="cannot be read: No such file"):
        read_trace(tmp_path / "none.json")
    (tmp_path / "picture").write_bytes(b"\x89PNG\xff")
    with pytest.raises(BadTrace, match="is not text"):
        read_trace(tmp_path / "picture")


def test_the_same_has_no_differences() -> None:
    real = copy.deepcopy(DOCUMENT)
    real["duration_ms"] = real["steps"][0]["timings"]["step_ms"] = 12345
    real["cost"] = real["usage"] = None
    assert list(differences(DOCUMENT, real)) == []


def test_each_difference_is_told_with_its_place() -> None:
    def step_of(number: int, **fields: Any) -> Any:
        return lambda real: real["steps"][number - 1].update(fields)

    error = {"name": "ValueError", "value": "no", "traceback": "no"}
    assert found(step_of(1, code="2")) == [("step 1", "code run")]
    assert found(step_of(2, observation="Output:\n3")) == [("step 2", "observation")]
    assert found(step_of(1, result=result(error=error))) == [("step 1", "error")]
    assert found(step_of(1, tool_calls_made=[])) == [("step 1", "tool call 1")]
    assert found(lambda real: real["steps"].pop()) == [("run", "number of steps")]
    assert found(lambda real: real.update(status="failed")) == [("run", "status")]
    assert found(lambda real: real["answer"].update(json="4")) == [("run", "answer")]
    call = DOCUMENT["steps"][0]["tool_calls_made"][0]
    assert found(step_of(1, tool_calls_made=[{**call, "value": 9}])) == [("step 1", "value of tool call 1, count")]
    assert found(step_of(1, tool_calls_made=[call, call])) == [("step 1", "tool call 2")]


def test_differences_within_sub_agents_are_told() -> None:
    inner = [recorded(run_of(*step(1, code, finished=result()))) for code in ("1", "2")]
    before, after = (recorded(run_of(*agent_events("helper", 1, []))) for _ in inner)
    before["steps"][0]["tool_calls_made"][0]["agent"], after["steps"][0]["tool_calls_made"][0]["agent"] = inner
    (difference,) = differences(before, after)
    assert (difference.where, difference.what) == ("step 1, helper: step 1", "code run")


def test_variables_of_earlier_runs_are_no_difference() -> None:
    later = [{"type": "model_asked", "step": 1, "messages": 9, "added": [], "tools": None}]
    first = [{"type": "model_asked", "step": 1, "messages": 2, "added": [], "tools": None}]
    for asked, expected in ((first, 1), (later, 0)):
        before, after = (
            recorded(run_of(*asked, {"type": "step_finished", "observation": f"Output:\n1\nVariables: {names}"}))
            for names in ("a: int, b: int", "b: int")
        )
        assert len(list(differences(before, after))) == expected


def test_a_run_that_was_cut_off_is_compared_as_far_as_it_went() -> None:
    before = copy.deepcopy(DOCUMENT)
    before.update(status="stopped", answer=None)
    assert (
        list(differences(before, {**DOCUMENT, "status": "failed", "error": {"kind": "x", "message": "y"}})) == []
    )


def test_differences_in_words() -> None:
    real = copy.deepcopy(DOCUMENT)
    real["answer"]["json"] = "4"
    real["steps"][0]["observation"] = "Output:\n5"
    observed, answered = (in_words(each) for each in differences(DOCUMENT, real))
    assert answered == "run: answer\n  recorded: 3\n  now:      4"
    assert "step 1: observation" in observed
    assert "  -2\n  +5" in observed


def test_the_person_answers_and_decides_as_in_the_run() -> None:
    card = {"kind": "code", "code": "rm()", "reasons": []}
    person = RecordedPerson(
        recorded(
            run_of(
                {"type": "question_asked", "question_id": 1, "question": "Name?", "choices": None},
                {"type": "question_answered", "question_id": 1, "answer": "Ada"},
                {"type": "approval_asked", "approval_id": 1, "card": card},
                {"type": "approval_given", "approval_id": 1, "decision": "deny", "reason": "no", "code": None},
            )
        )
    )
    assert person.ask("Name?", None) == "Ada"
    with pytest.raises(AgentError, match="was not asked this"):
        person.ask("Name?", None)
    assert person.approve({"kind": "code", "code": "other()"}) == "approve"
    assert person.approve(card) == {"decision": "deny", "code": None, "reason": "no"}
    assert person.approve(card) == "approve"


def test_a_trace_is_a_recording_of_its_words() -> None:
    events = [*run_of(*agent_events("helper", 7, RUN))[:-1], *RUN[1:]]
    recording = recording_of(recorded(events))
    assert [each["reply"] for each in recording["steps"] if each.get("plan")] == ["Count."]
    assert len(recording["steps"]) == 3
    (helper,) = recording["agents"]["helper"]
    assert helper["task"] == "How many?"
    assert helper["steps"] == recording["steps"]


def test_tools_give_what_they_gave_in_order() -> None:
    missing = {"kind": "KeyError", "message": "'c'"}
    calls = [
        *called(1, "count", {"what": "a"}, value=1),
        *called(2, "count", {"what": "a"}, value=2),
        *called(3, "count", {"what": "c"}, error=missing),
        *called(4, "unknown", {"x": 1}, value=None),
    ]
    tools = recorded_tools([recorded(run_of(*calls))], {})
    assert set(tools) == {"count", "unknown"}
    assert [tools["count"](what="a"), tools["count"](what="a"), tools["unknown"](x=1)] == [1, 2, None]
    with pytest.raises(Exception, match="was not called with these arguments"):
        tools["count"](what="a")
    with pytest.raises(Exception, match="'c'") as raised:
        tools["count"](what="c")
    assert type(raised.value).__name__ == "KeyError"


def test_a_forced_answer_is_forced_at_the_same_step() -> None:
    forced = [*step(1, "1", finished=result()), *step(2, "", reply="It is 2.")]
    forced[len(forced) // 2]["forced"] = True
    events = [STARTED, *forced, {**FINISHED, "status": "forced"}]
    options = options_of(recorded(events))
    assert options.max_steps == 1
    assert options_of(DOCUMENT).max_steps == 20


def test_export_writes_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "trace.json", recorded(run_of(*called(1, "count", {}, value="\ud83d"))))
    assert main(["export", str(path), "--as", "py", "--out", str(tmp_path / "run.py")]) == 0
    compile((tmp_path / "run.py").read_text(), "run.py", "exec")
    assert main(["export", str(path), "--as", "md"]) == 0
    assert "How many?" in capsys.readouterr().out
    assert main(["export", str(path), "--as", "py", "--out", str(tmp_path / "no" / "run.py")]) == 2
    assert "cannot be written" in capsys.readouterr().err
