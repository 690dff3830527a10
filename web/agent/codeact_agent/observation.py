"""What the model is told after a step. No timings: the same run gives the same words."""

__all__ = ["observe", "without_variables"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_VARIABLES = "Variables: "
_REPLACED = "All variables are gone: define what you need again"
_FASTER = ", and do it in a faster way or in smaller parts"


def observe(outcome: dict[str, "Any"]) -> str:
    """The observation for what the host's ``execute`` gave: ``{result}`` or ``{error: {kind, message}}``."""
    if "error" in outcome:
        error = outcome["error"]
        advice = _REPLACED + (_FASTER if error["kind"] == "killed" else "")
        return f"Error:\n{error['message']}\n{advice}."
    result = outcome["result"]
    if result.get("final_answer"):
        return "The final answer was given."
    parts: list[Any] = []
    _add(parts, "Output", result["stdout"])
    _add(parts, "Printed to stderr", result["stderr"])
    for bundle in result["results"]:
        _add(parts, "Value of the last expression", bundle["text/plain"])
    if result["error"]:
        _add(parts, "Error", result["error"]["traceback"])
    if not parts:
        parts.append("The code ran without output.")
    if result["variables"]:
        parts.append(_VARIABLES + ", ".join([_variable(each) for each in result["variables"]]))
    return "\n".join(parts)


def without_variables(observation: str) -> str:
    """What happened in the step, without what else an earlier task may have left in the namespace."""
    lines = observation.split("\n")
    return "\n".join(lines[:-1] if lines[-1].startswith(_VARIABLES) else lines)


def _add(parts: list["Any"], title: str, text: str) -> None:
    text = text.rstrip()
    if text:
        parts.append(f"{title}:\n{text}")


def _variable(variable: dict[str, "Any"]) -> str:
    if variable["type"] in ("function", "type"):
        return variable["repr"]  # type: ignore[no-any-return]
    return f"{variable['name']}: {variable['type']}"
