"""Events of runs as the hosts tell them, and the traces made of them. Runs under CPython and MicroPython."""

from codeact_agent.trace import TraceRecorder
from scripted import result

COUNT = {
    "name": "count",
    "description": "How many there are.",
    "parameters": [{"name": "what", "annotation": "str"}, {"name": "least", "annotation": "int", "default": 0}],
    "returns": "int",
}
MESSAGES = [
    {"role": "system", "content": "You are an agent."},
    {"role": "user", "content": "How many?"},
    {"role": "assistant", "content": "I count."},
    {"role": "user", "content": "Observation:\nOutput:\n2"},
]
INFO = {
    "program": "codeact-web 0.1.0", "created": "2026-01-02T03:04:05Z", "tools": [COUNT],
    "sandbox": {"python": "3.14.2"},
}  # fmt: skip
USAGE = {"prompt_tokens": 10, "completion_tokens": 3, "estimated": False}
STARTED = {
    "type": "run_started", "task": "How many?", "task_id": None, "model": "m", "recorded": False, "max_steps": 20,
    "files": [], "mode": "code", "planning_interval": 5, "approval": "never", "tools": ["count"],
}  # fmt: skip
FINISHED = {
    "type": "run_finished", "status": "answered", "error": None, "steps": 2, "duration_ms": 90, "cap": None,
    "answer": {"json": "3", "text": "3", "bundle": {"text/plain": "3"}}, "cost": 0.5,
    "usage": {"prompt_tokens": 20, "completion_tokens": 6, "estimated": False},
}  # fmt: skip


REPLIED = {"type": "model_replied", "tool_calls": [], "usage": USAGE, "cost": 0.25, "duration_ms": 40}


def step(number, code, thought="", finished=None, middle=(), reply=None, **fields):
    """The events of one step that ran ``code`` to ``finished``, a result."""
    reply = f"{thought}\n<code>\n{code}\n</code>" if reply is None else reply
    outcome = {"observation": "Output:\n2", "result": finished, "error": None, "difference": None,
               "duration_ms": 60}  # fmt: skip
    outcome.update(fields)
    last = 2 * number
    events = [
        {"type": "step_started", "forced": False},
        {
            "type": "model_asked",
            "messages": last,
            "added": MESSAGES[last - 2 : last],
            "tools": None,
        },
        {
            "type": "model_replied",
            "text": reply,
            "tool_calls": [],
            "usage": USAGE,
            "cost": 0.25,
            "duration_ms": 40,
        },
        {"type": "code_parsed", "thought": thought, "code": code, "calls": []},
    ]
    events.extend(middle)
    events.append(dict(outcome, type="step_finished"))
    return [dict(event, step=number) for event in events]


def called(call_id, name, arguments, **outcome):
    """The events of a tool call that gave ``value`` or ``error``."""
    return [
        {"type": "tool_called", "call_id": call_id, "name": name, "arguments": arguments},
        dict(outcome, type="tool_returned", call_id=call_id, name=name, duration_ms=3),
    ]


def out(text, stream="stdout"):
    """Output of code."""
    return {"type": "output", "chunks": [{"stream": stream, "text": text}]}


def run_of(*events):
    """A run with ``events`` in its first step, or in that which they name."""
    whole = [dict({"step": 1}, **event) for event in events]
    whole.insert(0, STARTED)
    whole.append(FINISHED)
    return whole


def agent_events(agent, call_id, events):
    """A call of a sub-agent with what happened in it."""
    asked = {"type": "tool_called", "call_id": call_id, "name": agent, "arguments": {"task": "?"}}
    wrapped = [{"type": "agent_event", "agent": agent, "call_id": call_id, "event": each} for each in events]
    answered = {"type": "tool_returned", "call_id": call_id, "name": agent, "value": "done", "duration_ms": 9}
    wrapped.insert(0, asked)
    wrapped.append(answered)
    return wrapped


def recorded(events, **info):
    """The trace of ``events``."""
    recorder = TraceRecorder(dict(INFO, **info))
    for event in events:
        recorder.take(event)
    return recorder.document()


SHOWN = [
    out("2\n"), out("3\n"), {"type": "displayed", "bundle": {"text/plain": "x", "image/png": "aGk="}},
    out("hm\n", "stderr"),
]  # fmt: skip
FIRST = step(
    1, "print(count('a'))", "I count.",
    result(
        stdout="2\n3\n", stderr="hm\n", results=[{"text/plain": "2"}],
        findings=[{"rule": "B1", "severity": "LOW", "line": 1, "text": "t"}],
        variables=[{"name": "n", "type": "int", "repr": "2"}],
    ),
    called(1, "count", {"what": "a"}, value=2) + SHOWN,
)  # fmt: skip
FIRST.insert(2, {"type": "model_retried", "step": 1, "message": "busy", "attempt": 1, "delay_ms": 500})
SECOND = step(2, "final_answer(n + 1)", finished=result(final_answer=FINISHED["answer"]),
              observation="The final answer was given.")  # fmt: skip
PLANNED = {"type": "plan_made", "step": 1, "plan": "Count.", "usage": None, "cost": 0.1, "duration_ms": 4}
RUN = FIRST + SECOND
RUN.insert(0, PLANNED)
RUN.insert(0, STARTED)
RUN.append(FINISHED)
