"""docs/events.md and the events that the loop emits."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from codeact_agent.errors import ModelError
from codeact_agent.loop import Loop
from portable.scripted import ScriptedHost, ScriptedModel, answered, printed, sandbox
from support.loops import run_apart
from support.markdown import fields_of, rows

DOCUMENT = Path(__file__).parents[2] / "docs" / "events.md"
# These come from the hosts, which pass on what the sandbox tells.
OF_THE_HOSTS = {"output", "displayed", "tool_called", "tool_returned", "package_progress", "restored"}


@pytest.fixture(scope="module")
def documented() -> dict[str, set[str]]:
    return {fields_of(kind)[0]: set(fields_of(fields)) for kind, fields, _ in rows(DOCUMENT, "type")}


def _emitted() -> list[dict[str, object]]:
    """Events of runs in which everything happens that can."""
    host = ScriptedHost(printed("1"), answered(4, "4"))
    model = ScriptedModel(ModelError("busy", "refused", 503), "A\n<code>1</code>", "<code>final_answer(4)</code>")
    loop = Loop(host, sandbox())
    run_apart(loop.run("?", model, []))
    run_apart(loop.run("?", ScriptedModel(ModelError("no", "refused", 401)), []))
    return host.events


def test_every_event_of_the_loop_is_documented(documented: dict[str, set[str]]) -> None:
    assert {str(event["type"]) for event in _emitted()} == set(documented) - OF_THE_HOSTS


@pytest.mark.parametrize(
    "kind",
    [
        "run_started",
        "step_started",
        "model_delta",
        "model_retried",
        "model_replied",
        "code_parsed",
        "step_finished",
        "run_finished",
    ],
)
def test_fields_are_those_documented(documented: dict[str, set[str]], kind: str) -> None:
    emitted = [event for event in _emitted() if event["type"] == kind]
    assert emitted
    for event in emitted:
        assert set(event) - {"type", "step"} == documented[kind] - {"step"}


def test_events_stand_in_the_order_in_which_they_come(documented: dict[str, set[str]]) -> None:
    order = list(documented)
    step = [event["type"] for event in _emitted()]
    first = step[: step.index("run_finished") + 1]
    assert (first[0], first[-1]) == (order[0], order[-1])
    ends = [index for index, kind in enumerate(first) if kind == "step_finished"]
    for begin, end in zip([0, *ends], ends, strict=False):
        places = [order.index(str(kind)) for kind in first[begin + 1 : end + 1]]
        # A retry makes the deltas before it void; what follows it begins anew.
        assert [place for place in places if order[place] not in ("model_delta", "model_retried")] == sorted(
            place for place in places if order[place] not in ("model_delta", "model_retried")
        )


def test_every_status_is_documented() -> None:
    told = re.search(r"`status` is (.*)", DOCUMENT.read_text(), re.DOTALL)
    assert told
    named = set(re.findall(r"`([a-z]+)`", told.group(1)))
    assert named == {"answered", "forced", "unanswered", "stopped", "failed"}
