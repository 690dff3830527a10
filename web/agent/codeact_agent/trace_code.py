"""Python that re-runs a trace offline: the tools as functions that give what was recorded, and the steps' code.

Portable. What the model wrote is data here: names of its making never become code.
"""

import json

from codeact_agent.trace import code_that_ran

__all__ = ["as_text", "is_refused", "literal", "replayed_tools", "source_of", "sources_of", "tool_call"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_HERE = __file__.rsplit("/", 1)[0] if "/" in __file__ else "."
_ESCAPES = [("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")]
_ESCAPES.extend([(chr(code), f"\\x{code:02x}") for code in range(32) if chr(code) not in "\n\r\t"])
_LETTERS = "abcdefghijklmnopqrstuvwxyz_"
# What the exports bring along themselves.
_BUILT_IN = ("ask_user", "display", "final_answer")


def literal(value: "Any") -> str:
    """A JSON value as a Python literal of ASCII and printable characters.

    >>> print(literal({"a": [1.5, None, True, 'x"y']}))
    {"a": [1.5, None, True, "x\\"y"]}
    """
    if isinstance(value, str):
        return f'"{_escaped(value)}"'
    if isinstance(value, dict):
        return "{" + ", ".join([f"{literal(key)}: {literal(value[key])}" for key in value]) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join([literal(each) for each in value]) + "]"
    return repr(value)


def _escaped(text: str) -> str:
    """By whole replacements: a value may have millions of characters."""
    for character, escape in _ESCAPES:
        text = text.replace(character, escape)
    try:
        text.encode()
    except UnicodeError:  # half a character, which no file can hold
        return "".join([f"\\u{ord(each):04x}" if 0xD800 <= ord(each) < 0xE000 else each for each in text])
    return text


def as_text(code: str) -> str:
    """``run_step`` with ``code`` as a text, as readable as may be."""
    text = code.replace("\\", "\\\\").replace('"""', '\\"\\"\\"').replace("\r", "\\r").replace("\0", "\\0")
    return f'run_step("""\n{text}\n""")'


def replayed_tools(document: dict[str, "Any"]) -> str:
    """The source that defines the tools of ``document``, ``final_answer``, ``display`` and ``run_step``."""
    with open(f"{_HERE}/exports/replayed_tools.py") as file:
        source = file.read().strip()
    calls = [_recorded(call) for step in document["steps"] for call in step["tool_calls_made"]]
    answers = [{"question": each["question"], "answer": each["answer"]}
               for step in document["steps"] for each in step["questions"]]  # fmt: skip
    parts = [_listed("RECORDED", calls), _listed("TOOLS", _tools(document)), _listed("ANSWERS", answers), source]
    parts.extend(document["prelude"])
    return "\n\n".join(parts)


def _listed(name: str, values: list["Any"]) -> str:
    if not values:
        return f"{name} = []"
    return f"{name} = [\n" + "".join([f"    {literal(each)},\n" for each in values]) + "]"


def _recorded(call: dict[str, "Any"]) -> dict[str, "Any"]:
    recorded = {"name": call["name"], "arguments": call["arguments"]}
    if "value" in call:
        recorded["value"] = call["value"]
    elif call.get("error"):
        recorded["error"] = call["error"]
    else:
        missing = "its value was left out of the trace" if "left_out" in call else "it did not return in the run"
        recorded["error"] = {"kind": "ToolError", "message": f"{call['name']}(): {missing}"}
    return recorded


def _tools(document: dict[str, "Any"]) -> list["Any"]:
    """``{name, parameters (names), description}`` of each tool that was declared or called."""
    tools = {}
    for step in document["steps"]:
        for call in step["tool_calls_made"]:
            parameters = list(call["arguments"])
            tools[call["name"]] = {"name": call["name"], "parameters": parameters, "description": ""}
    for spec in document["tools"]:
        if spec.get("source") != "sandbox":
            parameters = [each["name"] for each in spec["parameters"]]
            tools[spec["name"]] = {"name": spec["name"], "parameters": parameters,
                                   "description": spec["description"]}  # fmt: skip
    return [tools[name] for name in tools if name not in _BUILT_IN and _is_identifier(name)]


def source_of(step: dict[str, "Any"]) -> str:
    """What ran in the step as Python: its code, or its tool call; "" if nothing did."""
    code = code_that_ran(step)
    if code or step["code"]:
        return code
    calls = step["tool_calls_made"]
    if not calls and step["result"]:  # the tool is one of the sandbox, and code called it
        calls = [
            {"name": each["name"], "arguments": json.loads(each["arguments"])} for each in step["tool_calls"][:1]
        ]
    return "\n".join([tool_call(call["name"], call["arguments"]) for call in calls])


def sources_of(document: dict[str, "Any"]) -> list[str]:
    """What ran in each step. An answer that was given without code is written as a call."""
    sources = [source_of(step) for step in document["steps"]]
    answer = document["answer"]
    if sources and not sources[-1] and not document["steps"][-1]["code"] and answer and answer["json"]:
        sources[-1] = f"final_answer({literal(json.loads(answer['json']))})"
    return sources


def is_refused(step: dict[str, "Any"]) -> bool:
    """Whether the step's code was no Python, or not let run: IPython could take it for a command of its own."""
    error = (step["result"] or {}).get("error")
    return step["result"] is None or (error is not None and error["name"] in _NOT_RUN)


def tool_call(name: str, arguments: dict[str, "Any"]) -> str:
    """A call as Python; a comment where it has a name that is none.

    >>> tool_call("count", {"what": "a"})
    'count(what="a")'
    """
    if not _is_identifier(name):
        return f"# {literal(name)} is not the name of a tool"
    if all(_is_identifier(key) for key in arguments):
        given = ", ".join([f"{key}={literal(arguments[key])}" for key in arguments])
    else:
        given = "**" + literal(arguments)
    return f"{name}({given})"


def _is_identifier(name: str) -> bool:
    """A name of ASCII letters, digits and underscores that is no keyword; tools have no others."""
    if not name or name in _KEYWORDS or name[0] in "0123456789":
        return False
    return all(each in _LETTERS or each in "0123456789" for each in name.lower())


_NOT_RUN = (
    "SyntaxError", "IndentationError", "TabError", "CodeRefused", "CodeTooDeep", "ImportRefused", "CallRefused",
    "InstallRefused", "Denied",
)  # fmt: skip
_KEYWORDS = (
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
)  # fmt: skip
