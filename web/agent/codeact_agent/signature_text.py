"""What a Python function says of itself, read from the text it is written in. Portable.

MicroPython keeps neither type hints nor docstrings when it compiles, so there the text is all there is. Grammar:
https://docs.python.org/3/reference/compound_stmts.html#function-definitions
"""

from codeact_agent.errors import DeclarationError

__all__ = ["functions_named", "ordered", "without_indent"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_OPENING = "([{"
_CLOSING = ")]}"
_PREFIXES = "rRuU"  # of strings that can be docstrings
_CONSTANTS = ("True", "False", "None")


def functions_named(text: str, name: str) -> list[dict[str, "Any"]]:
    """All functions called ``name`` in a script's ``text``: ``{parameters, returns, description, progress}``.

    ``parameters`` are ``[{name, annotation, default?}]``; ``returns`` is an annotation; ``progress`` tells whether
    there is a parameter of that name, which is not the model's. Raises DeclarationError for what is no tool.

    >>> functions_named('def price(item: str, n: int = 1) -> float:\\n    "What it costs."', "price")[0]["returns"]
    'float'
    """
    code, mask = _without(text, "#"), _without(text, "#'\"")
    found = []
    at = mask.find("def ")
    while at >= 0:
        start = at + 4
        while mask[start : start + 1] == " ":
            start += 1
        end = start + len(name)
        follows = mask[end:].lstrip()[:1] if mask[start:end] == name else ""
        if follows == "(" and not _in_name(mask[at - 1 : at]):
            found.append(_read(code, mask, mask.find("(", end), name))
        at = mask.find("def ", start)
    return found


def _read(code: str, mask: str, opening: int, name: str) -> dict[str, "Any"]:
    closing = _end_of(mask, opening + 1, ")", name)
    colon = _end_of(mask, closing + 1, ":", name)
    parameters = []
    progress = False
    for start, end in _pieces(mask, opening + 1, closing):
        each = _parameter(code, mask, start, end, name)
        if each and each["name"] == "progress":
            progress = True
        elif each:
            parameters.append(each)
    arrow = mask.find("->", closing, colon)
    if arrow < 0:
        raise DeclarationError(f"the tool {name!r} needs a type hint for what it returns")
    return {
        "parameters": ordered(parameters),
        "returns": _joined(code[arrow + 2 : colon]),
        "description": without_indent(_docstring(code, colon + 1)),
        "progress": progress,
    }


def ordered(parameters: list["Any"]) -> list["Any"]:
    """Those without a default first: ones that are given by name only may be declared in any order."""
    return [each for each in parameters if "default" not in each] + [
        each for each in parameters if "default" in each
    ]


def _parameter(code: str, mask: str, start: int, end: int, tool: str) -> dict[str, "Any"]:
    """``{name, annotation, default?}``; nothing for a bare ``*``."""
    if code[start:end].strip() in ("", "*"):
        return {}
    equals = _first(mask, start, end, "=")
    colon = _first(mask, start, equals, ":")
    name = code[start:colon].strip()
    if name[:1] in ("*", "/"):
        raise DeclarationError(f"the tool {tool!r}: parameter {name} cannot be passed by name")
    annotation = _joined(code[colon + 1 : equals])
    if not annotation and name != "progress":
        raise DeclarationError(f"the tool {tool!r}: parameter {name!r} needs a type hint")
    each = {"name": name, "annotation": annotation}
    if equals < end and name != "progress":
        each["default"] = _constant(code[equals + 1 : end].strip(), mask[equals + 1 : end], name, tool)
    return each


def _constant(written: str, mask: str, name: str, tool: str) -> "Any":
    """The value of a default. Only what is written out is evaluated: nothing that could do something."""
    for word in _words(mask):
        if not word[0].isdigit() and word not in _CONSTANTS:
            raise DeclarationError(
                f"the tool {tool!r}: the default of {name!r} is read from the script, so it must be written out, "
                f"not {written!r}; or declare the tool with @tool(description=…, parameters=…)"
            )
    return eval(written, {})


def _docstring(code: str, at: int) -> str:
    """The string that the function's body begins with, or empty."""
    while at < len(code) and code[at] in " \t\r\n\\":
        at += 1
    quote = at + 1 if at < len(code) and code[at] in _PREFIXES else at
    if quote >= len(code) or code[quote] not in "'\"":
        return ""
    return str(eval(code[at : _end_of_string(code, quote)], {}))


def without_indent(text: str) -> str:
    """A docstring as ``inspect.cleandoc`` gives it."""
    lines = text.split("\n")
    depths = [len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()]
    depth = min(depths) if depths else 0
    kept = [lines[0].strip()] + [line[depth:].rstrip() for line in lines[1:]]
    return "\n".join(kept).strip()


def _without(text: str, taken: str) -> str:
    """``text`` with its comments, and where ``taken`` has quotes its strings, as spaces: nothing moves."""
    pieces = []
    at = copied = 0
    while at < len(text):
        each = text[at]
        if each not in "#'\"":
            at += 1
            continue
        end = _end_of_line(text, at) if each == "#" else _end_of_string(text, at)
        if each in taken:
            pieces.append(text[copied:at] + " " * (end - at))
            copied = end
        at = end
    return "".join(pieces) + text[copied:]


def _end_of_line(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _end_of_string(text: str, start: int) -> int:
    """After the closing quotes."""
    quotes = text[start] * 3 if text[start : start + 3] == text[start] * 3 else text[start]
    at = start + len(quotes)
    while at < len(text):
        if text[at] == "\\":
            at += 2
        elif text[at : at + len(quotes)] == quotes:
            return at + len(quotes)
        else:
            at += 1
    return len(text)


def _end_of(mask: str, start: int, wanted: str, name: str) -> int:
    """Where ``wanted`` stands outside of brackets."""
    found = _first(mask, start, len(mask), wanted)
    if found == len(mask):
        raise DeclarationError(f"the tool {name!r}: its signature cannot be read")
    return found


def _first(mask: str, start: int, end: int, wanted: str) -> int:
    """Where ``wanted`` first stands outside of brackets, or ``end``."""
    depth = 0
    for at in range(start, end):
        each = mask[at]
        if each == wanted and not depth:
            return at
        depth += (each in _OPENING) - (each in _CLOSING)
    return end


def _pieces(mask: str, start: int, end: int) -> list[tuple[int, int]]:
    """From where to where each parameter is written."""
    pieces = []
    while start < end:
        comma = _first(mask, start, end, ",")
        pieces.append((start, comma))
        start = comma + 1
    return pieces


def _joined(text: str) -> str:
    """An annotation on one line."""
    return " ".join(text.replace("\\\n", " ").split())


def _words(text: str) -> list[str]:
    return "".join([each if _in_name(each) else " " for each in text]).split()


def _in_name(character: str) -> bool:
    return bool(character) and (character == "_" or character.isalpha() or character.isdigit())
