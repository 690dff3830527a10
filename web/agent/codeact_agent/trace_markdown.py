"""A trace as Markdown to read. Portable. Nothing that was written or printed in the run can end a block of it."""

import re

from codeact_agent.trace_code import source_of, tool_call

__all__ = ["as_markdown", "fenced", "quoted", "summary"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_LONGEST = 4000  # characters of one output; a person reads no more
_PICTURES = ("image/png", "image/jpeg")


def as_markdown(document: dict[str, "Any"]) -> str:
    """The transcript: task, and of each step the plan, thought, code, tool calls, output and error; the answer."""
    parts = ["# " + _one_line(document["task"] or "A run"), quoted(document["task"] or ""), summary(document)]
    for step in document["steps"]:
        parts.extend(_step(step, 2))
    parts.append("## Answer" if document["answer"] else "## No answer")
    parts.append(_ending(document))
    return "\n\n".join([part for part in parts if part]) + "\n"


def summary(document: dict[str, "Any"]) -> str:
    """One paragraph on the run: model, status, tokens, time."""
    words = [f"Model {_code(document['model'] or '?')}", f"status {_code(document['status'] or 'unfinished')}",
             f"{len(document['steps'])} steps"]  # fmt: skip
    usage = document["usage"]
    if usage:
        about = "about " if usage.get("estimated") else ""
        words.append(f"{about}{usage['prompt_tokens']} + {usage['completion_tokens']} tokens")
    if document["cost"] is not None:
        words.append(f"cost {document['cost']:g}")
    if document["duration_ms"] is not None:
        words.append(f"{document['duration_ms'] / 1000:g} s")
    if document["created"]:
        words.append(_code(document["created"]))
    return ", ".join(words) + "."


def _ending(document: dict[str, "Any"]) -> str:
    if document["answer"]:
        return fenced(document["answer"]["text"])
    if document["error"]:
        return quoted(document["error"]["message"])
    return f"The run is {_code(document['status'] or 'unfinished')}."


def _step(step: dict[str, "Any"], depth: int) -> list[str]:
    heading = "#" * min(depth, 6)
    parts = [f"{heading} Step {step['step']}" + (" (the last)" if step["forced"] else "")]
    if step["plan"]:
        parts.extend(["Plan:", quoted(step["plan"]["text"])])
    parts.append(quoted(step["thought"]))
    parts.extend(_approval(step["approval"]))
    parts.append(fenced(source_of(step), "python"))
    for call in step["tool_calls_made"]:
        parts.extend(_call(call, depth))
    for asked in step["questions"]:
        parts.extend(["Asked:", quoted(asked["question"]), "Answered:", quoted(asked["answer"] or "")])
    parts.extend(_shown(step))
    if step["rejected"]:
        parts.extend(["The answer was rejected:", quoted("\n".join(step["rejected"]))])
    for reason in step["nudges"]:
        parts.extend(["The model was nudged:", quoted(reason or "")])
    return parts


def _approval(approval: dict[str, "Any"] | None) -> list[str]:
    if not approval or not approval.get("decision"):
        return []
    said = {"approve": "The person approved of this code.", "edit": "The person changed the code before it ran."}
    parts = [said.get(approval["decision"], "The person denied this code:")]
    if approval["decision"] == "deny":
        parts.append(fenced(approval["card"].get("code") or "", "python"))
    if approval.get("reason"):
        parts.append(quoted(approval["reason"]))
    return parts


def _call(call: dict[str, "Any"], depth: int) -> list[str]:
    if "value" in call:
        came = str(call["value"])
    elif call.get("error"):
        came = f"{call['error'].get('kind')}: {call['error'].get('message')}"
    else:
        came = "nothing that is in the trace"
    parts = ["Called:", fenced(f"{tool_call(call['name'], call['arguments'])}\n# gave {_cut(came)}", "python")]
    agent = call.get("agent")
    if agent:
        parts.append(f"What {_code(agent['name'] or 'the agent')} did:")
        for step in agent["steps"]:
            parts.extend(_step(step, depth + 1))
        parts.append(f"End of {_code(agent['name'] or 'the agent')}.")
    return parts


def _shown(step: dict[str, "Any"]) -> list[str]:
    """What was printed and shown, in order, then the value and the error."""
    parts = []
    for index in range(len(step["output"]) + 1):
        parts.extend([_bundle(each["bundle"]) for each in step["displayed"] if each["after"] == index])
        if index < len(step["output"]):
            parts.append(fenced(step["output"][index]["text"], step["output"][index]["stream"]))
    result = step["result"] or {}
    parts.extend([_bundle(each) for each in result.get("results") or []])
    if result.get("error"):
        parts.append(fenced(result["error"]["traceback"], "error"))
    elif step["error"]:
        parts.append(fenced(step["error"]["message"], "error"))
    return parts


def _bundle(bundle: dict[str, "Any"]) -> str:
    for mime in _PICTURES:
        if mime in bundle:
            return f"![What was shown](data:{mime};base64,{''.join(bundle[mime].split())})"
    return fenced(bundle.get("text/plain") or ", ".join(sorted(bundle)), "value")


def fenced(text: str, language: str = "") -> str:
    """``text`` in a fence that is longer than any run of backticks in it; "" for no text.

    >>> print(fenced("a ``` b"))
    ````
    a ``` b
    ````
    """
    text = _cut(text).rstrip()
    if not text:
        return ""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text}\n{fence}"


def quoted(text: str) -> str:
    """``text``, Markdown of its own, as a quotation: what it leaves open ends with it. HTML is shown as text."""
    lines = re.sub("<([a-zA-Z/!?])", "&lt;\\1", text.strip().replace("\r", "\n")).split("\n")
    return "\n".join(["> " + line for line in lines]) if text.strip() else ""


def _code(text: str) -> str:
    return "`" + " ".join(text.replace("`", "'").split()) + "`"


def _one_line(text: str) -> str:
    """A heading's words: without what Markdown or HTML would make of them."""
    line = " ".join(text.split())
    line = line if len(line) <= 80 else line[:79] + "…"
    return "".join(["\\" + each if each in "\\`*_[]<>#&!|~$" else each for each in line])


def _cut(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    half = _LONGEST // 2
    return f"{text[:half]}\n… ({len(text) - _LONGEST} characters are left out here) …\n{text[-half:]}"
