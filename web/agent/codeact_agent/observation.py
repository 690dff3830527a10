"""What the model is told after a step. No timings: the same run gives the same words."""

import json

__all__ = ["ANSWERED", "observe", "observe_call", "variables_in", "without_variables"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ANSWERED = "The final answer was given."
_EDITED = "The person edited the code before it ran. What ran:"
_VARIABLES = "Variables: "
_RESTORED = "Interpreter: "
_WHY_NEW = {
    "broken": "The code has broken or filled its interpreter: it was replaced by a fresh one.",
    "unsaved": "Saving a variable blocked the interpreter: it was replaced by a fresh one.",
    "reloaded": "The conversation was reloaded, in a fresh interpreter.",
    "frame_removed": "The sandbox was started anew.",
}
_FASTER = "Do it in a faster way or in smaller parts."
_MOST_NAMES = 40
_HEADINGS = (
    "Output:",
    "Printed to stderr:",
    "Value of the last expression:",
    "Error:",
    _EDITED,
    _VARIABLES,
    _RESTORED,
)


def observe(outcome: dict[str, "Any"]) -> str:
    """The observation for what the host's ``execute`` gave.

    ``{result}`` or ``{error: {kind, message}}``, and ``restored``: what came back if the interpreter was
    replaced before or because of this step, ``{reason, names, lost: [{name, why}], behind}``.
    """
    restored = outcome.get("restored")
    if "error" in outcome:
        error = outcome["error"]
        parts = [f"Error:\n{error['message']}"]
        if error["kind"] == "killed":
            parts.append(_FASTER)
        parts.append(_RESTORED + came_back(restored or {}))
        return "\n".join(parts)
    result = outcome["result"]
    if result.get("final_answer"):
        return ANSWERED
    parts = []
    if restored:
        parts.append(_RESTORED + came_back(restored))
    approval = result.get("approval") or {}
    if approval.get("decision") == "edit":
        _add(parts, _EDITED[:-1], approval.get("code") or "")
    _add(parts, "Audit of the code before it ran", "\n".join([_finding(each) for each in result["findings"]]))
    _add(parts, "Output", result["stdout"])
    _add(parts, "Printed to stderr", result["stderr"])
    for bundle in result["results"]:
        _add(parts, "Value of the last expression", bundle["text/plain"])
    if result["error"]:
        _add(parts, "Error", result["error"]["traceback"])
    if not parts or parts[-1].startswith(_EDITED):
        parts.append("The code ran without output.")
    if result["variables"]:
        parts.append(_VARIABLES + ", ".join([_variable(each) for each in result["variables"]]))
    return "\n".join(parts)


def observe_call(outcome: dict[str, "Any"], chars: int) -> str:
    """The observation for a tool call of a model that acts by JSON; of a long one head and tail.

    >>> observe_call({"value": "[1, 2]"}, 100)
    '[1, 2]'
    """
    if "error" in outcome:
        return f"Error:\n{outcome['error']['kind']}: {outcome['error']['message']}"
    value = json.loads(outcome["value"])
    text: str = value if isinstance(value, str) and value else outcome["value"]
    if len(text) <= chars:
        return text
    half = chars // 2
    return f"{text[:half]}\n… ({len(text) - 2 * half} characters are left out) …\n{text[-half:]}"


def came_back(restored: dict[str, "Any"]) -> str:
    """One paragraph: what a fresh interpreter got back, what was lost and why."""
    names = restored.get("names", [])
    lost = restored.get("lost", [])
    said = [_WHY_NEW.get(restored.get("reason", ""), "It was replaced by a fresh one.")]
    if names:
        said.append(f"These came back as they were before: {_listed(names)}.")
    elif [each["name"] for each in lost] != ["variables"]:  # they may come later; the reason says so
        said.append("All variables are gone: define what you need again.")
    if lost:
        reasons = [_one_line(f"{each['name']}: {each['why']}") for each in lost[:_MOST_NAMES]]
        said.append("Lost: " + "; ".join(reasons) + ".")
    if restored.get("behind"):
        said.append("What the last steps before this one changed may be missing: check before you rely on it.")
    return " ".join(said)


def _listed(names: list["Any"]) -> str:
    shown = ", ".join([_one_line(name) for name in names[:_MOST_NAMES]])
    return shown if len(names) <= _MOST_NAMES else f"{shown} and {len(names) - _MOST_NAMES} more"


def variables_in(observation: str) -> str:
    """Its line with the variables, or nothing.

    >>> variables_in("Output:\n1\nVariables: x: int")
    'Variables: x: int'
    """
    last = observation.split("\n")[-1]
    return last if last.startswith(_VARIABLES) else ""


def without_variables(observation: str) -> str:
    """What happened in the step, without what else an earlier task may have left in the namespace."""
    lines = observation.split("\n")
    return "\n".join(lines[:-1] if lines[-1].startswith(_VARIABLES) else lines)


def _add(parts: list["Any"], title: str, text: str) -> None:
    text = text.rstrip()
    if text:
        parts.append(f"{title}:\n{_own(text)}")


def _own(text: str) -> str:
    """Lines that look like one of ours are set in, so that printed text cannot pass for another part."""
    return "\n".join([f"  {line}" if _is_heading(line) else line for line in text.split("\n")])


def _is_heading(line: str) -> bool:
    return any(line.startswith(heading) for heading in _HEADINGS)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _finding(finding: dict[str, "Any"]) -> str:
    return f"line {finding['line']}: {finding['severity']} ({finding['rule']}): {finding['text']}"


def _variable(variable: dict[str, "Any"]) -> str:
    if variable["type"] in ("function", "type"):
        return _one_line(variable["repr"])
    return _one_line(f"{variable['name']}: {variable['type']}")
