"""OpenTelemetry spans of a run, where ``opentelemetry`` is installed; nothing happens where it is not.

The names are those of the semantic conventions for generative AI (their status is Development):
https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-agent-spans/
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

from codeact_agent.trace import TraceRecorder
from codeact_agent.trace_prompts import exact_prompt

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

__all__ = ["Telemetry", "open_telemetry"]

CAPTURE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
_CAPTURING = ("true", "span_only", "span_and_event")


class Telemetry(Protocol):
    """Takes the events of docs/events.md."""

    def take(self, event: dict[str, Any]) -> None:
        """Note one event."""
        ...


class _NoTelemetry:
    def take(self, event: dict[str, Any]) -> None:
        """Nothing."""


def open_telemetry(name: str = "") -> Telemetry:
    """What tells the tracer provider of the process of a run; ``name`` is the agent's.

    What was said, given and returned is told only where the environment variable
    OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT is ``true``, ``span_only`` or ``span_and_event``.
    """
    if find_spec("opentelemetry") is None:
        return _NoTelemetry()
    from opentelemetry import trace

    captures = os.environ.get(CAPTURE, "").lower() in _CAPTURING
    return _Spans(trace.get_tracer("codeact_web"), name, None, captures)


class _Spans:
    """One agent: a span for the run, within it one for each time the model is asked and each tool call."""

    def __init__(
        self,
        tracer: Tracer,
        name: str,
        parent: Span | None,
        captures: bool,
    ) -> None:
        self._tracer = tracer
        self._name = name
        self._parent = parent
        self._captures = captures
        self._recorder = TraceRecorder() if captures else None
        self._run: Span | None = None
        self._chat: Span | None = None
        self._calls: dict[Any, Span] = {}
        self._agents: dict[Any, _Spans] = {}
        self._model = ""

    def take(self, event: dict[str, Any]) -> None:
        """Start or end the span that ``event`` is about."""
        if self._recorder is not None:
            self._recorder.take(event)
        handler = getattr(self, f"_on_{event.get('type')}", None)
        if handler is not None:
            handler(event)

    def _start(
        self, operation: str, subject: str, parent: Span | None, start_time: int | None = None, **attributes: Any
    ) -> Span:
        from opentelemetry.trace import SpanKind, set_span_in_context

        kind = SpanKind.CLIENT if operation == "chat" else SpanKind.INTERNAL
        named = {f"gen_ai.{key.replace('__', '.')}": value for key, value in attributes.items() if value}
        return self._tracer.start_span(
            f"{operation} {subject}".strip(),
            context=set_span_in_context(parent) if parent is not None else None,
            kind=kind,
            start_time=start_time,
            attributes={"gen_ai.operation.name": operation, **named},
        )

    def _on_run_started(self, event: dict[str, Any]) -> None:
        self._end_all()
        self._model = event["model"]
        self._run = self._start(
            "invoke_agent", self._name, self._parent,
            agent__name=self._name, request__model=self._model, provider__name="openai",
        )  # fmt: skip
        if self._captures:
            said = [{"role": "user", "parts": [_text(event["task"])]}]
            self._run.set_attribute("gen_ai.input.messages", json.dumps(said))

    def _on_plan_made(self, event: dict[str, Any]) -> None:
        """Told when it is over, so the span begins in the past."""
        span = self._start(
            "chat", self._model, self._run, time.time_ns() - event["duration_ms"] * 1_000_000,
            request__model=self._model, provider__name="openai",
        )  # fmt: skip
        _add_usage(span, event.get("usage"))
        span.end()

    def _on_model_asked(self, event: dict[str, Any]) -> None:
        self._end_chat("interrupted")
        self._chat = self._start(
            "chat", self._model, self._run, request__model=self._model, provider__name="openai",
            request__stream=True,
        )  # fmt: skip
        if self._recorder is not None:
            document = self._recorder.document()
            sent = exact_prompt(document, document["steps"][-1]["prompt"])
            self._chat.set_attribute("gen_ai.input.messages", json.dumps([_message(each) for each in sent]))
            if event.get("tools"):
                self._chat.set_attribute("gen_ai.tool.definitions", json.dumps(event["tools"]))

    def _on_model_retried(self, event: dict[str, Any]) -> None:
        if self._chat is not None:
            attributes = {"attempt": event["attempt"], "delay_ms": event["delay_ms"]}
            self._chat.add_event("codeact.model_retried", attributes)

    def _on_model_replied(self, event: dict[str, Any]) -> None:
        chat = self._chat
        if chat is None:
            return
        _add_usage(chat, event.get("usage"))
        calls = event.get("tool_calls") or []
        chat.set_attribute("gen_ai.response.finish_reasons", ["tool_calls" if calls else "stop"])
        if self._captures:
            said = {"role": "assistant", "parts": _parts(event["text"], calls), "finish_reason": "stop"}
            chat.set_attribute("gen_ai.output.messages", json.dumps([said]))
        self._chat = None
        chat.end()

    def _on_tool_called(self, event: dict[str, Any]) -> None:
        span = self._start(
            "execute_tool", event["name"], self._run, tool__name=event["name"], tool__type="function",
            tool__call__id=str(event["call_id"]),
        )  # fmt: skip
        if self._captures:
            span.set_attribute("gen_ai.tool.call.arguments", json.dumps(event["arguments"]))
        self._calls[event["call_id"]] = span

    def _on_tool_returned(self, event: dict[str, Any]) -> None:
        span = self._calls.pop(event["call_id"], None)
        self._agents.pop(event["call_id"], None)
        if span is None:
            return
        if event.get("error"):
            _fail(span, event["error"]["kind"], event["error"]["message"] if self._captures else "")
        elif self._captures:
            span.set_attribute("gen_ai.tool.call.result", json.dumps(event.get("value")))
        span.end()

    def _on_agent_event(self, event: dict[str, Any]) -> None:
        call_id = event["call_id"]
        if call_id not in self._agents:
            parent = self._calls.get(call_id, self._run)
            self._agents[call_id] = _Spans(self._tracer, event["agent"], parent, self._captures)
        self._agents[call_id].take(event["event"])

    def _on_run_finished(self, event: dict[str, Any]) -> None:
        run = self._run
        if run is None:
            return
        self._end_chat(event["status"])
        _add_usage(run, event.get("usage"))
        run.set_attribute("codeact.status", event["status"])
        run.set_attribute("codeact.steps", event["steps"])
        if event.get("error"):
            _fail(run, event["error"]["kind"], event["error"]["message"] if self._captures else "")
        if self._captures and event["answer"]:
            said = {"role": "assistant", "parts": [_text(event["answer"]["text"])], "finish_reason": "stop"}
            run.set_attribute("gen_ai.output.messages", json.dumps([said]))
        self._end_all()

    def _end_chat(self, why: str) -> None:
        """End a chat that got no reply."""
        if self._chat is not None:
            _fail(self._chat, why, "")
            self._chat.end()
            self._chat = None

    def _end_all(self) -> None:
        for agent in self._agents.values():
            agent._end_all()
        self._end_chat("interrupted")
        for span in self._calls.values():
            _fail(span, "interrupted", "")
            span.end()
        if self._run is not None:
            self._run.end()
        self._run = None
        self._calls, self._agents = {}, {}


def _fail(span: Span, kind: str, message: str) -> None:
    from opentelemetry.trace import Status, StatusCode

    span.set_attribute("error.type", kind)
    span.set_status(Status(StatusCode.ERROR, message or None))


def _add_usage(span: Span, usage: dict[str, Any] | None) -> None:
    if not usage:
        return
    span.set_attribute("gen_ai.usage.input_tokens", usage["prompt_tokens"])
    span.set_attribute("gen_ai.usage.output_tokens", usage["completion_tokens"])
    if usage.get("estimated"):
        span.set_attribute("codeact.usage.estimated", True)


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "content": text}


def _parts(text: str | None, calls: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    parts = [_text(text)] if text else []
    return parts + [
        {"type": "tool_call", "id": each["id"], "name": each["name"], "arguments": each["arguments"]}
        for each in calls
    ]


def _message(message: dict[str, Any]) -> dict[str, Any]:
    """One of OpenAI's messages in the conventions' form; pictures are named, not told."""
    content = message.get("content")
    if message["role"] == "tool":
        answered = {"type": "tool_call_response", "id": message["tool_call_id"], "response": content}
        return {"role": "tool", "parts": [answered]}
    if isinstance(content, list):
        content = "\n".join(part.get("text", f"[{part['type']}]") for part in content)
    calls = [{"id": each["id"], **each["function"]} for each in message.get("tool_calls", ())]
    return {"role": message["role"], "parts": _parts(content, calls)}
