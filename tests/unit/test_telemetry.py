"""Spans of runs, as OpenTelemetry's own exporter gets them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from codeact_agent.hosts.script.telemetry import CAPTURE, open_telemetry
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from portable.traced import FINISHED, MESSAGES, RUN, STARTED, agent_events, called, run_of

_EXPORTER = InMemorySpanExporter()


@pytest.fixture(scope="module", autouse=True)
def provider() -> None:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(_EXPORTER))
    trace.set_tracer_provider(provider)


@pytest.fixture(autouse=True)
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv(CAPTURE, raising=False)
    _EXPORTER.clear()
    yield


def told(events: list[dict[str, Any]], name: str = "counter") -> dict[str, ReadableSpan]:
    """The spans of ``events`` by name; the last of each name."""
    telemetry = open_telemetry(name)
    for event in events:
        telemetry.take(event)
    return {span.name: span for span in _EXPORTER.get_finished_spans()}


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def parent_of(span: ReadableSpan) -> int | None:
    return span.parent.span_id if span.parent else None


def test_a_run_is_an_agent_with_chats_and_tools() -> None:
    spans = told(RUN)
    run, chat, tool = spans["invoke_agent counter"], spans["chat m"], spans["execute_tool count"]
    assert attributes(run) == {
        "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "counter", "gen_ai.request.model": "m",
        "gen_ai.provider.name": "openai", "gen_ai.usage.input_tokens": 20, "gen_ai.usage.output_tokens": 6,
        "codeact.status": "answered", "codeact.steps": 2,
    }  # fmt: skip
    assert attributes(chat) == {
        "gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "gen_ai.provider.name": "openai",
        "gen_ai.request.stream": True, "gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 3,
        "gen_ai.response.finish_reasons": ("stop",),
    }  # fmt: skip
    assert attributes(tool) == {
        "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "count", "gen_ai.tool.type": "function",
        "gen_ai.tool.call.id": "1",
    }  # fmt: skip
    assert (run.kind, chat.kind, tool.kind) == (SpanKind.INTERNAL, SpanKind.CLIENT, SpanKind.INTERNAL)
    assert run.context is not None
    assert parent_of(run) is None
    assert parent_of(chat) == parent_of(tool) == run.context.span_id
    assert sorted(span.name for span in _EXPORTER.get_finished_spans()) == [
        "chat m", "chat m", "chat m", "execute_tool count", "invoke_agent counter",  # one asked for a plan
    ]  # fmt: skip
    assert [event.name for span in _EXPORTER.get_finished_spans() for event in span.events] == [
        "codeact.model_retried"
    ]


@pytest.mark.parametrize(
    ("value", "captured"), [("", False), ("false", False), ("true", True), ("SPAN_ONLY", True)]
)
def test_content_is_told_only_on_request(value: str, captured: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CAPTURE, value)
    spans = told(RUN)
    everything = json.dumps([attributes(span) for span in spans.values()])
    assert ("You are an agent." in everything) is captured
    assert ("How many?" in everything) is captured
    if captured:
        chat = attributes(spans["chat m"])
        assert [each["role"] for each in json.loads(chat["gen_ai.input.messages"])] == [
            each["role"] for each in MESSAGES
        ]
        said = json.loads(chat["gen_ai.output.messages"])[0]
        assert said["parts"][0]["content"].strip() == "<code>\nfinal_answer(n + 1)\n</code>"
        tool = attributes(spans["execute_tool count"])
        assert json.loads(tool["gen_ai.tool.call.arguments"]) == {"what": "a"}
        assert json.loads(tool["gen_ai.tool.call.result"]) == 2


def test_errors_are_told_by_class() -> None:
    spans = told(run_of(*called(1, "count", {}, error={"kind": "KeyError", "message": "secret"})))
    tool = spans["execute_tool count"]
    assert tool.status.status_code is StatusCode.ERROR
    assert attributes(tool)["error.type"] == "KeyError"
    assert tool.status.description is None


def test_a_run_that_failed_ends_what_was_open() -> None:
    failed = {**FINISHED, "status": "failed", "answer": None, "error": {"kind": "refused", "message": "no"}}
    events = [event for event in RUN[:-1] if event["type"] not in ("model_replied", "tool_returned")]
    spans = told([*events, failed])
    assert attributes(spans["invoke_agent counter"])["error.type"] == "refused"
    assert attributes(spans["execute_tool count"])["error.type"] == "interrupted"
    assert attributes(spans["chat m"])["error.type"] == "failed"


def test_sub_agents_are_nested_in_their_call() -> None:
    spans = told(run_of(*agent_events("helper", 1, run_of(*called(1, "look", {}, value=1)))))
    helper, call = spans["invoke_agent helper"], spans["execute_tool helper"]
    assert call.context is not None
    assert helper.context is not None
    assert parent_of(helper) == call.context.span_id
    assert parent_of(spans["execute_tool look"]) == helper.context.span_id


def test_pictures_and_calls_in_messages_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CAPTURE, "true")
    function = {"name": "count", "arguments": '{"what": "a"}'}
    asked = {"id": "c", "type": "function", "function": function}
    sent = [
        {"role": "user", "content": [{"type": "text", "text": "Look"}, {"type": "image_url", "image_url": {}}]},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [asked],
        },
        {"role": "tool", "tool_call_id": "c", "content": "2"},
    ]
    call = {"id": "d", **function}
    events = [
        {"type": "model_asked", "step": 1, "messages": 3, "added": sent, "tools": [{"type": "function"}]},
        {"type": "model_replied", "step": 1, "text": "", "tool_calls": [call], "usage": None, "duration_ms": 1},
    ]
    chat = attributes(told([STARTED, *events, FINISHED])["chat m"])
    user, assistant, tool = json.loads(chat["gen_ai.input.messages"])
    assert user["parts"] == [{"type": "text", "content": "Look\n[image_url]"}]
    assert assistant["parts"][0]["type"] == "tool_call"
    assert tool["parts"][0]["response"] == "2"
    assert chat["gen_ai.response.finish_reasons"] == ("tool_calls",)


def test_without_the_library_nothing_happens_and_nothing_is_imported() -> None:
    code = """
import sys
sys.modules["opentelemetry"] = None
import importlib.util
from codeact_agent.hosts.script import telemetry
telemetry.find_spec = lambda name: None
telemetry.open_telemetry("x").take({"type": "run_started"})
print([name for name in sys.modules if name.startswith("opentelemetry.")])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
