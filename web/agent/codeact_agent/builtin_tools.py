"""The tools that every run has."""

from codeact_agent.tools import Tool

__all__ = ["ask_user", "with_builtin"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from codeact_agent.toolbox import Toolbox

_HERE = __file__.rsplit("/", 1)[0] if "/" in __file__ else "."
_IN_THE_SANDBOX = ("read_file", "write_file")


def with_builtin(prelude: list["Any"], specs: list["Any"]) -> list["Any"]:
    """``prelude`` (``{name, source}``) and our own, which give ``read_file`` and ``write_file`` where neither a
    tool nor the prelude has that name."""
    taken = [spec["name"] for spec in specs]
    whole = prelude[:]
    for name in _IN_THE_SANDBOX:
        if name in taken or any(f"def {name}(" in each["source"] for each in prelude):
            continue
        with open(f"{_HERE}/preludes/{name}.py") as file:
            whole.append({"name": name, "source": file.read()})
    return whole


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
