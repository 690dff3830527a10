"""Run a trace again: its words come from the trace, its code really runs, in the sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any

from codeact_agent.errors import AgentError
from codeact_agent.hosts.script.host import ScriptHost
from codeact_agent.hosts.script.person import Functions
from codeact_agent.hosts.script.run_control import RunControl
from codeact_agent.hosts.script.sandbox import SandboxBrowser
from codeact_agent.loop import Loop
from codeact_agent.options import DEFAULT_MAX_STEPS, Options
from codeact_agent.recorded import RecordedModel
from codeact_agent.sub_agents import SubAgent
from codeact_agent.tools import Tool
from codeact_agent.trace import TraceRecorder

__all__ = ["NotReplayed", "RecordedPerson", "options_of", "recorded_tools", "recording_of", "replay"]

OnEvent = Callable[[dict[str, Any]], None]
_OF_THE_LOOP = ("ask_user",)
_ELSEWHERE = ("agent", "sandbox")  # sources of tools that are no functions of the host


class NotReplayed(AgentError):
    """The run could not begin; the sentence says what is missing."""

    kind = "not_replayed"


class NotRecorded(AgentError):
    """The code asks for what the trace does not hold."""

    kind = "not_recorded"


async def replay(
    document: dict[str, Any],
    tools: Iterable[Tool] = (),
    on_event: OnEvent | None = None,
    limits: dict[str, int] | None = None,
) -> dict[str, Any]:
    """The trace of the run of ``document``, a trace, when it is run again in a fresh sandbox.

    ``tools`` are called; those that are not among them give what they gave in the run to the same arguments, and
    the person answers as then. Files that were uploaded and variables of earlier runs are not there. Raises
    NotReplayed where there is no browser or site.
    """
    recorder = TraceRecorder({"program": document["program"]})

    def take(event: dict[str, Any]) -> None:
        recorder.take(event)
        if on_event:
            on_event(event)

    browser = SandboxBrowser(limits)
    control = RunControl()
    person = RecordedPerson(document)
    host = ScriptHost(take, browser, Functions(person.ask, person.approve), control)
    given = {each.name: each for each in tools}
    model = RecordedModel(recording_of(document), host)
    loop = Loop(host, options_of(document), _agents([document], given))
    try:
        with control.running():
            finished = await loop.run(
                document["task"] or "", model, {**recorded_tools([document], given), **given}
            )
    finally:
        await browser.close()
    if finished["error"] and not finished["steps"]:
        raise NotReplayed(finished["error"]["message"])
    return recorder.document()


def recording_of(document: dict[str, Any]) -> dict[str, Any]:
    """The words of a trace as a recording, those of its sub-agents with them."""
    steps: list[dict[str, Any]] = []
    agents: dict[str, list[dict[str, Any]]] = {}
    for step in document["steps"]:
        if step["plan"]:
            steps.append({"reply": step["plan"]["text"], "plan": True, "usage": step["plan"]["usage"]})
        if step["reply"] is not None:
            kept = {key: step[key] for key in ("reply", "tool_calls", "usage")}
            steps.append({**kept, "observation": step["observation"]})
        for call in step["tool_calls_made"]:
            if call.get("agent"):
                agents.setdefault(call["name"], []).append(recording_of(call["agent"]))
    return {"task": document["task"] or "", "steps": steps, "agents": agents}


def options_of(document: dict[str, Any]) -> Options:
    """Those of the run. Its checks are functions, which are not in the trace: what they said is said again."""
    options, steps = document["options"], document["steps"]
    rejected = {step["step"]: step["rejected"] for step in steps}

    def check(number: int) -> Callable[[Any, int], str | None]:
        def say(answer: Any, step: int) -> str | None:
            said = rejected.get(step, [])
            return said[number] if number < len(said) else None

        return say

    acting = sum(not step["forced"] for step in steps)
    is_forced = any(step["forced"] for step in steps)  # by the steps or by a budget
    return Options(
        max_steps=max(acting, 1) if is_forced else options.get("max_steps") or DEFAULT_MAX_STEPS,
        planning_interval=options.get("planning_interval"),
        final_answer_checks=tuple(check(number) for number in range(max(map(len, rejected.values()), default=0))),
        mode=document.get("mode") or "code",
        approval=options.get("approval") or "never",
    )


class RecordedPerson:
    """Answers as the person did: questions by their words, code by what it is."""

    def __init__(self, document: dict[str, Any]) -> None:
        steps = [step for each in _documents(document) for step in each["steps"]]
        self._answers = [asked for step in steps for asked in step["questions"] if asked["answer"] is not None]
        self._decisions = [step["approval"] for step in steps if step["approval"]]

    def ask(self, question: str, choices: list[str] | None) -> str:
        """The next answer to ``question``. Raises NotRecorded."""
        for asked in self._answers:
            if asked["question"] == question:
                self._answers.remove(asked)
                return str(asked["answer"])
        raise NotRecorded(f"The person was not asked this in the run: {question!r}.")

    def approve(self, card: dict[str, Any]) -> dict[str, Any] | str:
        """The decision on the same code; what was not asked about is approved."""
        for given in self._decisions:
            if given["card"].get("code") == card.get("code") and given["decision"]:
                self._decisions.remove(given)
                return {key: given.get(key) for key in ("decision", "code", "reason")}
        return "approve"  # the tools' own errors tell of those that were denied


def _documents(document: dict[str, Any]) -> list[dict[str, Any]]:
    """A trace and those of its sub-agents, at any depth."""
    found = [document]
    for step in document["steps"]:
        for call in step["tool_calls_made"]:
            if call.get("agent"):
                found.extend(_documents(call["agent"]))
    return found


def _calls(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [call for each in documents for step in each["steps"] for call in step["tool_calls_made"]]


def _agents(documents: list[dict[str, Any]], given: dict[str, Tool]) -> tuple[SubAgent, ...]:
    """The sub-agents that were called in ``documents``, each with what it called itself."""
    traces: dict[str, list[dict[str, Any]]] = {}
    for call in _calls(documents):
        if call.get("agent"):
            traces.setdefault(call["name"], []).append(call["agent"])
    return tuple(
        SubAgent(
            name,
            "As in the trace.",
            {**recorded_tools(each, given), **given},
            options_of(each[0]),
            managed_agents=_agents(each, given),
        )
        for name, each in traces.items()
    )


def recorded_tools(documents: list[dict[str, Any]], given: dict[str, Tool]) -> dict[str, Tool]:
    """Tools that give what they gave in ``documents``; of those that were declared, or else called."""
    calls = [call for call in _calls(documents) if not call.get("agent")]
    specs: dict[str, dict[str, Any]] = {}
    for call in calls:
        parameters = [{"name": name, "annotation": "Any"} for name in call["arguments"]]
        specs.setdefault(
            call["name"], {"parameters": parameters, "returns": "Any", "description": "As in the trace."}
        )
    specs |= {
        spec["name"]: spec for spec in documents[0]["tools"] if spec.get("source") not in ("agent", "sandbox")
    }
    taken = {*given, *_OF_THE_LOOP}
    return {name: _recorded_tool(name, spec, calls) for name, spec in specs.items() if name not in taken}


def _recorded_tool(name: str, spec: dict[str, Any], calls: list[dict[str, Any]]) -> Tool:
    left = [call for call in calls if call["name"] == name]
    lock = Lock()  # calls in parallel come in threads of their own

    def answer(**arguments: Any) -> Any:
        with lock:
            call = next((each for each in left if each["arguments"] == arguments), None)
            if call is None:
                raise NotRecorded(f"{name}() was not called with these arguments (again) in the run.")
            left.remove(call)
        if call.get("error"):
            raise type(str(call["error"]["kind"]), (Exception,), {})(call["error"]["message"])
        if "value" not in call:
            raise NotRecorded(f"The trace holds no value of {name}() for these arguments.")
        return call["value"]

    # What was wrong with arguments or values is among the recorded errors, so nothing is checked here.
    return Tool(answer, name, spec["parameters"], spec["returns"], spec["description"],
                schema={"type": "object"}, result_schema={})  # fmt: skip
