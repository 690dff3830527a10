"""One step of a trace, gathered from its events. Portable."""

__all__ = ["StepTrace"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from codeact_agent.trace_size import Room

_LONGEST_CHUNK = 65_536


class StepTrace:
    """``record`` is the step as docs/trace.md has it."""

    def __init__(self, step: int, room: "Room", new_recorder: "Callable[..., Any]") -> None:
        """``new_recorder(name)`` makes the recorder of a sub-agent."""
        self._room = room
        self._new_recorder = new_recorder
        self._calls: dict[Any, Any] = {}  # by call_id, as the sub-agents' recorders
        self._agents: dict[Any, Any] = {}
        self._asked: dict[Any, Any] = {}  # by approval_id
        self._may_join = False
        self.record: dict[str, Any] = {
            "step": step, "forced": False, "plan": None, "prompt": None, "context": None, "retries": [],
            "reply": None, "tool_calls": [], "thought": "", "code": "", "approval": None, "tool_approvals": [],
            "questions": [], "findings": [], "output": [], "displayed": [], "tool_calls_made": [],
            "restored": [], "rejected": [], "nudges": [], "result": None, "error": None, "observation": None,
            "difference": None, "usage": None, "cost": None,
            "timings": {"model_ms": None, "code_ms": None, "step_ms": None},
        }  # fmt: skip

    @classmethod
    def knows(cls, kind: str | None) -> bool:
        """Whether events of ``kind`` belong to a step and are noted."""
        return hasattr(cls, f"_on_{kind}")

    def take(self, event: dict[str, "Any"]) -> None:
        """Note one event; kinds that are not known are passed over."""
        handler = getattr(self, f"_on_{event.get('type')}", None)
        if handler is not None:
            handler(event)

    def document(self) -> dict[str, "Any"]:
        """The record, with the documents of the sub-agents that were called."""
        for call_id in self._agents:
            self._calls[call_id]["agent"] = self._agents[call_id].document()
        return self.record

    def _on_step_started(self, event: dict[str, "Any"]) -> None:
        self.record["forced"] = event.get("forced", False)

    def _on_plan_made(self, event: dict[str, "Any"]) -> None:
        plan = {key: event.get(key) for key in ("usage", "cost", "duration_ms")}
        plan["text"] = self._room.words(event.get("plan") or "")
        plan["prompt"] = None
        self.record["plan"] = plan

    def _on_context_shortened(self, event: dict[str, "Any"]) -> None:
        shortened = {key: event.get(key) for key in ("summarised", "before_tokens", "after_tokens")}
        shortened["observations"] = len(event.get("shortened") or [])
        self.record["context"] = shortened

    def _on_model_retried(self, event: dict[str, "Any"]) -> None:
        self.record["retries"].append(_without_type(event))

    def _on_model_replied(self, event: dict[str, "Any"]) -> None:
        self.record["reply"] = self._room.words(event.get("text") or "")
        self.record["tool_calls"] = event.get("tool_calls") or []
        self.record["usage"] = event.get("usage")
        self.record["cost"] = event.get("cost")
        self.record["timings"]["model_ms"] = event.get("duration_ms")

    def _on_code_parsed(self, event: dict[str, "Any"]) -> None:
        self.record["thought"] = self._room.words(event.get("thought") or "")
        self.record["code"] = self._room.words(event.get("code") or "")

    def _on_approval_asked(self, event: dict[str, "Any"]) -> None:
        card = event.get("card") or {}
        asked = {"approval_id": event.get("approval_id"), "card": card, "decision": None}
        self._asked[asked["approval_id"]] = asked
        if card.get("kind") == "tool":
            self.record["tool_approvals"].append(asked)
        else:
            self.record["approval"] = asked

    def _on_approval_given(self, event: dict[str, "Any"]) -> None:
        asked = self._asked.get(event.get("approval_id"))
        if asked is not None:
            asked.update({key: event.get(key) for key in ("decision", "reason", "code")})

    def _on_question_asked(self, event: dict[str, "Any"]) -> None:
        keys = ("question_id", "question", "choices")
        asked = {key: event.get(key) for key in keys}
        asked["answer"] = None
        self.record["questions"].append(asked)

    def _on_question_answered(self, event: dict[str, "Any"]) -> None:
        for asked in self.record["questions"]:
            if asked["question_id"] == event.get("question_id"):
                asked["answer"] = self._room.words(event.get("answer") or "")

    def _on_output(self, event: dict[str, "Any"]) -> None:
        chunks = self.record["output"]
        for chunk in event.get("chunks") or []:
            last = chunks[-1] if chunks and self._may_join else None
            text = self._room.bulk(chunk["text"])
            if last and last["stream"] == chunk["stream"] and len(last["text"]) < _LONGEST_CHUNK:
                last["text"] += text
            else:
                chunks.append({"stream": chunk["stream"], "text": text})
            self._may_join = True

    def _on_displayed(self, event: dict[str, "Any"]) -> None:
        after = len(self.record["output"])
        self.record["displayed"].append({"bundle": self._room.bundle(event.get("bundle") or {}), "after": after})
        self._may_join = False

    def _on_tool_called(self, event: dict[str, "Any"]) -> None:
        arguments = event.get("arguments") or {}
        call = {"call_id": event.get("call_id"), "name": event.get("name"), "arguments": arguments}
        if not self._room.takes(arguments):
            call["arguments"] = {}
            call["arguments_left_out"] = True
        self._calls[call["call_id"]] = call
        self.record["tool_calls_made"].append(call)

    def _on_tool_returned(self, event: dict[str, "Any"]) -> None:
        call = self._call(event)
        if event.get("error"):
            call["error"] = event["error"]
        else:
            call.update(self._room.value(event.get("value")))
        call["duration_ms"] = event.get("duration_ms")

    def _on_agent_event(self, event: dict[str, "Any"]) -> None:
        call = self._call(event)
        if call["call_id"] not in self._agents:
            self._agents[call["call_id"]] = self._new_recorder(event.get("agent"))
        self._agents[call["call_id"]].take(event.get("event") or {})

    def _call(self, event: dict[str, "Any"]) -> dict[str, "Any"]:
        """The call an event belongs to, also where its beginning was not seen."""
        call_id = event.get("call_id")
        if call_id not in self._calls:
            name = event.get("name") or event.get("agent")
            self._on_tool_called({"call_id": call_id, "name": name})
        return self._calls[call_id]  # type: ignore[no-any-return]

    def _on_restored(self, event: dict[str, "Any"]) -> None:
        self.record["restored"].append(_without_type(event))

    def _on_answer_rejected(self, event: dict[str, "Any"]) -> None:
        self.record["rejected"].extend(event.get("problems") or [])

    def _on_nudged(self, event: dict[str, "Any"]) -> None:
        self.record["nudges"].append(event.get("reason"))

    def _on_step_finished(self, event: dict[str, "Any"]) -> None:
        result = event.get("result")
        record = self.record
        if result:
            record["result"] = self._kept_result(result)
            record["findings"] = result.get("findings") or []
            record["timings"]["code_ms"] = result.get("duration_ms")
        record["observation"] = self._room.bulk(event.get("observation") or "")
        record["error"] = event.get("error")
        record["difference"] = event.get("difference")
        record["timings"]["step_ms"] = event.get("duration_ms")

    def _kept_result(self, result: dict[str, "Any"]) -> dict[str, "Any"]:
        kept = {key: result[key] for key in result if key != "findings"}
        for key in ("stdout", "stderr"):
            kept[key] = self._room.bulk(result.get(key) or "")
        kept["results"] = [self._room.bundle(each) for each in result.get("results") or []]
        if result.get("final_answer"):
            answer = kept["final_answer"] = dict(result["final_answer"])
            if not self._room.takes(answer):
                answer.update(json=None, bundle={}, text=self._room.bulk(answer.get("text") or ""))
        if not self._room.takes(result.get("variables") or []):
            kept["variables"] = []
        return kept


def _without_type(event: dict[str, "Any"]) -> dict[str, "Any"]:
    return {key: event[key] for key in event if key not in ("type", "step")}
