"""Print a run's events as they happen, for ``codeact-web run``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TextIO

__all__ = ["Terminal", "plain"]

_BOLD, _DIM, _RED, _GREEN, _BLUE = "1", "2", "31", "32", "34"
# With these, words of the model or of its code could clear the screen, fill the clipboard, or show lines in an
# order in which they do not run (the bidirectional marks: "Trojan Source", CVE-2021-42574).
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """``text`` without what would steer the terminal."""
    return _CONTROL.sub("", text)


class Terminal:
    """Writes events to ``stream``, in colour where it is a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._colour = stream.isatty()
        self._fresh = True

    def take(self, event: dict[str, Any]) -> None:
        """Print one event; kinds without words of their own are passed over."""
        show: Callable[[dict[str, Any]], None] | None = getattr(self, f"_{event['type']}", None)
        if show is not None:
            show(event)
            self._stream.flush()

    def _write(self, text: str, style: str = "") -> None:
        text = plain(text)
        if not text:
            return
        self._stream.write(f"\033[{style}m{text}\033[0m" if style and self._colour else text)
        self._fresh = text.endswith("\n")

    def _line(self, text: str, style: str = "") -> None:
        if not self._fresh:
            self._write("\n")
        self._write(text, style)
        self._write("\n")

    def _run_started(self, event: dict[str, Any]) -> None:
        self._line(event["task"], _BOLD)
        if event["recorded"]:
            self._line("(The model's words are recorded; the code really runs.)", _DIM)

    def _step_started(self, event: dict[str, Any]) -> None:
        self._line(f"\n── Step {event['step']}{' (the last)' if event['forced'] else ''} ──", _BLUE)

    def _plan_made(self, event: dict[str, Any]) -> None:
        self._line(f"\nPlan\n{event['plan']}", _DIM)

    def _answer_rejected(self, event: dict[str, Any]) -> None:
        self._line("The answer was not accepted: " + " ".join(event["problems"]), _RED)

    def _nudged(self, event: dict[str, Any]) -> None:
        self._line(f"(The model was told that it goes in circles: {event['reason']}.)", _DIM)

    def _context_shortened(self, event: dict[str, Any]) -> None:
        self._line(
            f"(Old steps were shortened: {event['before_tokens']} tokens became {event['after_tokens']}.)", _DIM
        )

    def _tool_progress(self, event: dict[str, Any]) -> None:
        share = "" if event["fraction"] is None else f" {event['fraction']:.0%}"
        self._line(f"  …{share} {event['text']}", _DIM)

    def _approval_given(self, event: dict[str, Any]) -> None:
        self._line(f"({event['decision']}{': ' + event['reason'] if event['reason'] else ''})", _DIM)

    def _agent_event(self, event: dict[str, Any]) -> None:
        """Of a sub-agent only its steps are told, set in."""
        inner = event["event"]
        if inner["type"] == "step_finished":
            words = (inner["observation"] or "").split("\n")[-1][:100]
            self._line(f"    {event['agent']}, step {inner['step']}: {words}", _DIM)

    def _model_delta(self, event: dict[str, Any]) -> None:
        self._write(event["text"])

    def _model_retried(self, event: dict[str, Any]) -> None:
        self._line(f"{event['message']} Asking again in {event['delay_ms'] / 1000:g} s.", _RED)

    def _output(self, event: dict[str, Any]) -> None:
        if not self._fresh:
            self._write("\n")
        for chunk in event["chunks"]:
            self._write(chunk["text"], _RED if chunk["stream"] == "stderr" else _DIM)

    def _displayed(self, event: dict[str, Any]) -> None:
        self._line(f"[shown: {event['bundle'].get('text/plain', '')}]", _DIM)

    def _tool_called(self, event: dict[str, Any]) -> None:
        arguments = ", ".join(f"{name}={value!r}" for name, value in event["arguments"].items())
        self._line(f"→ {event['name']}({arguments})"[:200], _DIM)

    def _step_finished(self, event: dict[str, Any]) -> None:
        result = event["result"] or {}
        for bundle in result.get("results", []):
            self._line(f"= {bundle['text/plain']}", _DIM)
        if result.get("error"):
            self._line(result["error"]["traceback"], _RED)
        elif event["error"]:
            self._line(event["error"]["message"], _RED)
        if event["difference"]:
            self._line("(This is not what was observed when it was recorded.)", _DIM)
        self._line(f"[{event['duration_ms']} ms]", _DIM)

    def _run_finished(self, event: dict[str, Any]) -> None:
        if event["answer"]:
            self._line("\nAnswer", _GREEN)
            self._line(event["answer"]["text"], _BOLD)
        elif event["error"]:
            self._line(f"\n{event['error']['message']}", _RED)
        else:
            self._line(f"\nNo answer: the run was {event['status']}.", _RED)
