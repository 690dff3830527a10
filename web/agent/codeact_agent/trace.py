"""The trace: every run as one JSON document (docs/trace.md), gathered from its events. Portable.

The hosts hand it each event; it begins anew with each ``run_started``.
"""

from codeact_agent.trace_prompts import Prompts
from codeact_agent.trace_size import DEFAULT_LIMIT, Room
from codeact_agent.trace_step import StepTrace

__all__ = ["TRACE_VERSION", "TraceRecorder", "code_that_ran"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

TRACE_VERSION = 1
_OF_THE_RUN = ("task", "task_id", "model", "recorded", "mode", "files")
_OF_THE_END = ("answer", "status", "error", "cap", "usage", "cost", "duration_ms")


class TraceRecorder:
    """Gathers one run at a time: ``take`` each event, then ask for the ``document``."""

    def __init__(
        self, info: dict[str, "Any"] | None = None, limit: int = DEFAULT_LIMIT, room: "Room | None" = None
    ) -> None:
        """``info`` goes into the document: ``{program, created (ISO 8601), options, tools (specs), sandbox,
        prelude (sources), name}``, all optional. Bulky things are left out where the document would have more than
        ``limit`` characters. ``room`` is what a sub-agent shares with its caller."""
        self.info = info or {}
        self._limit = limit
        self._shared = room
        self._prompts = Prompts()
        self._planned: Prompts | None = None
        self._end: dict[str, Any] = {}
        self._begin({})

    def take(self, event: dict[str, "Any"]) -> None:
        """Note one event of docs/events.md; deltas, and kinds that are not known, are passed over."""
        kind = event.get("type")
        if kind == "run_started":
            self._begin(event)
        elif kind == "run_finished":
            self._end = event
        elif kind == "model_asked":
            self._model_asked(event)
        elif kind == "context_shortened":
            self._prompts.shorten(event)
        elif kind == "plan_made":
            # It was asked with what the step's prompt begins with, and with what was shortened by now.
            self._planned = self._prompts.next_run()
        if StepTrace.knows(kind):
            self._step(event).take(event)

    def document(self) -> dict[str, "Any"]:
        """The run so far; ``status`` is None until it has ended. Its parts are shared, not copied."""
        room = self._room.copy()  # so that asking twice gives the same
        info = self.info
        document = {key: info.get(key) for key in ("program", "created", "name", "sandbox")}
        document["version"] = TRACE_VERSION
        document.update({key: self._start.get(key) for key in _OF_THE_RUN})
        document["options"] = self._options()
        document["tools"] = info.get("tools") or []
        document["prelude"] = info.get("prelude") or []
        document["messages"] = [_fitting(each, room) for each in self._prompts.messages]
        document["shortened"] = self._prompts.shortened
        document["steps"] = [self._steps[step].document() for step in sorted(self._steps)]
        document.update({key: self._end.get(key) for key in _OF_THE_END})
        document["left_out"] = {"pieces": room.left_out, "chars": room.left_out_chars}
        return document

    def _begin(self, event: dict[str, "Any"]) -> None:
        self._start = event
        self._end = {}
        self._steps: dict[int, StepTrace] = {}
        self._room = self._shared or Room(self._limit)
        self._prompts = self._prompts.next_run()
        self._planned = None

    def _model_asked(self, event: dict[str, "Any"]) -> None:
        record = self._step(event).record
        record["prompt"] = self._prompts.add(event)
        plan, planned = record["plan"], self._planned
        if plan and planned:
            after = 2 if plan["text"] else 1  # the plan, and the word to go on
            plan["prompt"] = planned.prompt(record["prompt"]["messages"] - after)
        self._planned = None

    def _step(self, event: dict[str, "Any"]) -> StepTrace:
        number = event.get("step") or 1  # what comes before the first step belongs to it
        if number not in self._steps:
            self._steps[number] = StepTrace(number, self._room, self._of_agent)
        return self._steps[number]

    def _of_agent(self, name: str) -> "TraceRecorder":
        info = {"program": self.info.get("program"), "created": self.info.get("created"), "name": name}
        return TraceRecorder(info, self._limit, self._room)

    def _options(self) -> dict[str, "Any"]:
        options = dict(self.info.get("options") or {})
        known = _OF_THE_RUN + ("type", "step", "tools")  # noqa: RUF005 - MicroPython has no [*a, b]
        options.update({key: self._start[key] for key in self._start if key not in known})
        return options


def code_that_ran(step: dict[str, "Any"]) -> str:
    """The code of a trace's step as it was run: with the person's changes, "" where they denied it.

    >>> code_that_ran({"code": "1", "approval": {"decision": "edit", "code": "2"}, "result": None})
    '2'
    """
    approval = step.get("approval") or (step.get("result") or {}).get("approval") or {}
    if approval.get("decision") == "deny":
        return ""
    return approval.get("code") or step["code"]  # type: ignore[no-any-return]


def _fitting(message: dict[str, "Any"], room: Room) -> dict[str, "Any"]:
    """``message``, or its role and a note where there is no room for it."""
    if room.takes(message):
        return message
    content = message.get("content")
    text = (
        content if isinstance(content, str) else "[left out of the trace, which is full: a message with pictures]"
    )
    return {"role": message["role"], "content": room.bulk(text)}
