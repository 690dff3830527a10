"""The tools that every run has."""

from codeact_agent.tools import Tool

__all__ = ["ask_user"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from codeact_agent.toolbox import Toolbox


def ask_user(toolbox: "Toolbox") -> Tool:
    """Ask the person; Python's ``input`` in the sandbox calls it too (codeact_runtime/tools.py)."""
    return Tool(
        toolbox.ask,
        "ask_user",
        [
            {"name": "question", "annotation": "str"},
            {"name": "choices", "annotation": "list[str] | None", "default": None},
        ],
        "str",
        "Ask the person and wait for the answer. Ask only what you cannot find out yourself.",
    )
