"""A trace as a script for plain Python that re-runs offline, with the tools' recorded values. Portable."""

from codeact_agent.trace_code import as_text, replayed_tools, sources_of
from codeact_agent.trace_markdown import summary

__all__ = ["as_script"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_WARNING = """# A language model wrote the code below, and it ran in a sandbox. Here it runs with your rights:
# read it first. The tools answer as they did in the run."""


def as_script(document: dict[str, "Any"]) -> str:
    """The source: the tools, then thought and code of each step."""
    parts = [
        _comment(document["task"] or "A run"),
        _comment(summary(document)),
        _WARNING,
        replayed_tools(document),
    ]
    sources = sources_of(document)
    for index in range(len(sources)):
        step = document["steps"][index]
        parts.append(f"# ── Step {step['step']} ──\n" + _comment(step["thought"]))
        is_last = not any(sources[index + 1 :])
        parts.append(as_text(sources[index]) if _needs_care(step, sources[index], is_last) else sources[index])
        if (step["approval"] or {}).get("decision") == "deny":
            parts.append("# The person denied this code:\n" + _comment(step["code"]))
    return "\n\n".join([part.rstrip() for part in parts if part.strip()]) + "\n"


def _needs_care(step: dict[str, "Any"], source: str, is_last: bool) -> bool:
    """Whether the code cannot stand in a script as it is: it awaits, failed, or answered and was not the last."""
    result = step["result"]
    if not source:
        return False
    failed = step["error"] is not None or (result is not None and result.get("error") is not None)
    failed = failed or any(call.get("error") for call in step["tool_calls_made"])
    return failed or "await" in source or "__future__" in source or ("final_answer" in source and not is_last)


def _comment(text: str) -> str:
    return (
        "\n".join(["# " + line for line in text.replace("\r", "\n").replace("\0", "").split("\n")]) if text else ""
    )
