"""The trace recorder. Runs under CPython and MicroPython."""

import json

from codeact_agent.trace import TraceRecorder, code_that_ran
from codeact_agent.trace_prompts import exact_prompt
from traced import INFO, MESSAGES, RUN, agent_events, recorded, run_of


def test_a_run_is_one_json_document():
    document = json.loads(json.dumps(recorded(RUN)))
    assert (document["version"], document["program"], document["task"]) == (1, INFO["program"], "How many?")
    assert (document["model"], document["mode"], document["status"]) == ("m", "code", "answered")
    assert document["answer"]["json"] == "3"
    assert document["options"]["max_steps"] == 20
    assert document["usage"] == {"prompt_tokens": 20, "completion_tokens": 6, "estimated": False}
    assert (document["cost"], document["duration_ms"]) == (0.5, 90)
    assert document["messages"] == MESSAGES
    assert [step["step"] for step in document["steps"]] == [1, 2]
    assert document["left_out"] == {"pieces": 0, "chars": 0}


def test_a_step_holds_what_happened_in_it():
    step = recorded(RUN)["steps"][0]
    assert step["reply"] == "I count.\n<code>\nprint(count('a'))\n</code>"
    assert (step["thought"], step["code"]) == ("I count.", "print(count('a'))")
    assert (step["plan"]["text"], step["plan"]["cost"], step["plan"]["duration_ms"]) == ("Count.", 0.1, 4)
    assert step["prompt"] == {"messages": 2, "exact": None, "tools": None}
    assert step["output"] == [{"stream": "stdout", "text": "2\n3\n"}, {"stream": "stderr", "text": "hm\n"}]
    assert step["displayed"] == [{"bundle": {"text/plain": "x", "image/png": "aGk="}, "after": 1}]
    assert step["timings"] == {"model_ms": 40, "code_ms": 1.0, "step_ms": 60}
    call = step["tool_calls_made"][0]
    assert (call["name"], call["arguments"], call["value"]) == ("count", {"what": "a"}, 2)
    assert call["duration_ms"] == 3
    assert step["retries"] == [{"message": "busy", "attempt": 1, "delay_ms": 500}]
    assert step["findings"] == [{"rule": "B1", "severity": "LOW", "line": 1, "text": "t"}]
    assert step["result"]["variables"] == [{"name": "n", "type": "int", "repr": "2"}]
    assert step["observation"] == "Output:\n2"


def test_deltas_and_unknown_events_are_passed_over():
    events = []
    for event in RUN:
        events.extend([{"type": "model_delta", "step": 1, "text": "x"}, {"type": "tomorrow"}, {}, event])
    assert recorded(events) == recorded(RUN)


def test_an_event_without_its_fields_is_no_error():
    for kind in {event["type"] for event in RUN} | {"agent_event", "approval_given", "question_answered"}:
        recorder = TraceRecorder()
        recorder.take({"type": kind})
        json.dumps(recorder.document())


def test_a_run_that_goes_on_has_no_status():
    document = recorded(RUN[:5])
    assert document["status"] is None
    assert len(document["steps"]) == 1


def test_a_new_run_begins_anew():
    recorder = TraceRecorder(INFO)
    for event in RUN + RUN:
        recorder.take(event)
    assert recorder.document() == recorded(RUN)
    assert recorder.document() == recorder.document()


def test_approvals_and_questions():
    card = {"kind": "code", "code": "1", "reasons": ["always"]}
    given = {"approval_id": 1, "decision": "edit", "reason": "better so", "code": "2"}
    events = run_of(
        {"type": "code_parsed", "thought": "", "code": "1"},
        {"type": "approval_asked", "approval_id": 1, "card": card},
        dict(given, type="approval_given"),
        {"type": "approval_asked", "approval_id": 2, "card": {"kind": "tool", "name": "pay", "arguments": {}}},
        {"type": "approval_given", "approval_id": 2, "decision": "deny", "reason": "no", "code": None},
        {"type": "question_asked", "question_id": 3, "question": "Which?", "choices": ["a", "b"]},
        {"type": "question_answered", "question_id": 3, "answer": "b"},
        {"type": "answer_rejected", "problems": ["too long"]},
        {"type": "nudged", "reason": "the same again"},
    )
    step = recorded(events)["steps"][0]
    assert step["approval"] == dict(given, card=card)
    assert code_that_ran(step) == "2"
    assert step["tool_approvals"][0]["decision"] == "deny"
    assert step["questions"] == [{"question_id": 3, "question": "Which?", "choices": ["a", "b"], "answer": "b"}]
    assert (step["rejected"], step["nudges"]) == (["too long"], ["the same again"])


def test_denied_code_did_not_run():
    step = {"code": "1", "approval": {"decision": "deny", "code": None}, "result": None}
    assert code_that_ran(step) == ""


def test_sub_agents_are_nested_and_apart():
    inner = run_of({"type": "tool_called", "call_id": 1, "name": "look", "arguments": {}})
    nested = [{"type": "agent_event", "step": 1, "agent": "deep", "call_id": 1, "event": each} for each in inner]
    inner_of_first = inner[:2] + nested + inner[2:]
    events = run_of(*(agent_events("first", 1, inner_of_first) + agent_events("second", 2, inner)))
    first, second = recorded(events)["steps"][0]["tool_calls_made"]
    assert (first["agent"]["name"], second["agent"]["name"]) == ("first", "second")
    deep = first["agent"]["steps"][0]["tool_calls_made"][0]["agent"]
    assert deep["name"] == "deep"
    assert deep["steps"][0]["tool_calls_made"][0]["name"] == "look"
    assert second["agent"]["status"] == "answered"


def test_prompts_refer_to_messages_by_their_place():
    sent = [{"role": "user", "content": str(number)} for number in range(9)]
    short = {"role": "user", "content": "short"}
    summary = {"role": "user", "content": "summary"}
    context = {"type": "context_shortened", "before_tokens": 9, "after_tokens": 5}
    events = run_of(
        {"type": "model_asked", "messages": 3, "added": sent[:3], "tools": None},
        dict(context, step=2, shortened=[[1, short]], summary=None, summarised=1),
        {"type": "model_asked", "step": 2, "messages": 5, "added": sent[3:5], "tools": [{"type": "function"}]},
        dict(context, step=3, shortened=[[4, short]], summary=summary, summarised=3),
        {"type": "model_asked", "step": 3, "messages": 7, "added": sent[5:7], "tools": None},
    )
    document = json.loads(json.dumps(recorded(events)))
    first, second, third = [exact_prompt(document, step["prompt"]) for step in document["steps"]]
    assert first == sent[:3]
    assert second == [sent[0], short, sent[2], sent[3], sent[4]]
    assert third == [sent[0], summary, sent[3], short, sent[5], sent[6]]
    assert document["messages"] == sent[:7]
    assert document["steps"][1]["prompt"]["tools"] == [{"type": "function"}]
    assert document["steps"][2]["context"] == {
        "observations": 1, "summarised": 3, "before_tokens": 9, "after_tokens": 5,
    }  # fmt: skip


def test_what_was_shortened_stays_so_in_the_next_run():
    short = {"role": "user", "content": "short"}
    sent = [{"role": "user", "content": str(number)} for number in range(5)]
    told = {"type": "context_shortened", "shortened": [[1, short]], "summary": None, "summarised": 1}
    events = run_of(told, {"type": "model_asked", "messages": 3, "added": sent[:3]})
    events += run_of({"type": "model_asked", "messages": 5, "added": sent})
    document = recorded(events)
    prompt = document["steps"][0]["prompt"]
    assert exact_prompt(document, prompt) == [sent[0], short, sent[2], sent[3], sent[4]]


def test_the_prompt_of_a_plan_is_what_came_before_it():
    document = recorded(RUN)
    plan = document["steps"][0]["plan"]
    assert (plan["text"], plan["prompt"]) == ("Count.", {"messages": 0, "exact": None, "tools": None})


def test_what_is_too_large_is_left_out_and_says_so():
    picture = {"image/png": "A" * 4000, "text/plain": "p"}
    shown = [{"type": "displayed", "bundle": picture} for _ in range(5)]
    said = {"type": "output", "chunks": [{"stream": "stdout", "text": "B" * 4000}]}
    returned = {"type": "tool_returned", "call_id": 1, "value": "C" * 4000, "duration_ms": 1}
    recorder = TraceRecorder({}, limit=20000)
    for event in run_of(*shown, said, returned):
        recorder.take(event)
    document = recorder.document()
    assert len(json.dumps(document)) < 20000
    step = document["steps"][0]
    assert [each["bundle"] for each in step["displayed"][:4]] == [picture] * 4
    assert (
        "left out of the trace, which is full: image/png, text/plain"
        in step["displayed"][4]["bundle"]["text/plain"]
    )
    assert "left out of the trace" in step["output"][0]["text"]
    assert step["tool_calls_made"][0]["left_out"] > 4000
    assert document["left_out"]["pieces"] == 3
    assert document["left_out"]["chars"] > 8000
    assert document == recorder.document()


def test_words_find_room_where_bulk_has_none():
    recorder = TraceRecorder({}, limit=20000)
    picture = {"type": "displayed", "bundle": {"image/png": "A" * 17500}}
    for event in run_of(picture, {"type": "code_parsed", "thought": "t", "code": "x = 1"}):
        recorder.take(event)
    document = recorder.document()
    assert document["steps"][0]["code"] == "x = 1"
    assert document["left_out"]["pieces"] == 0
