"""Which names a tool may have, and how a foreign name becomes one. Portable."""

import builtins

from codeact_agent.errors import DeclarationError

__all__ = ["check_name", "is_keyword", "is_name", "python_name"]

_KEYWORDS = (
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
)  # fmt: skip
# What the sandbox puts beside Python's own (codeact_runtime).
_SANDBOX = ("final_answer", "display", "HTML", "SVG", "Image")
# Builtins of CPython that MicroPython has not; what ends like an exception is one.
_BUILTINS = ("aiter", "anext", "ascii", "breakpoint", "copyright", "credits", "exit", "format", "license", "quit",
             "vars")  # fmt: skip
_EXCEPTIONS = ("Error", "Warning", "ExceptionGroup")


def is_name(text: str) -> bool:
    """Whether ``text`` can be a name in Python, keywords apart (MicroPython has no ``str.isidentifier``)."""
    return bool(text) and not text[0].isdigit() and all(_may_stand(each) for each in text)


def is_keyword(text: str) -> bool:
    """Whether Python keeps ``text`` for itself."""
    return text in _KEYWORDS


def _may_stand(character: str) -> bool:
    return character == "_" or character.isalpha() or character.isdigit() or ord(character) > 127


def _reserved(name: str) -> str:
    """Why a tool cannot have this name; empty if it can."""
    if not is_name(name):
        return "it is not a name in Python"
    if name in _KEYWORDS:
        return "it is a keyword of Python"
    if name in _SANDBOX or name in _BUILTINS or hasattr(builtins, name) or name.endswith(_EXCEPTIONS):
        return "Python or the sandbox has that name already"
    return ""


def check_name(name: str) -> None:
    """Raise DeclarationError for a name that a tool cannot have."""
    reason = _reserved(name)
    if reason:
        raise DeclarationError(f"a tool cannot be named {name!r}: {reason}")


def python_name(text: str, taken: "object" = (), fallback: str = "tool", of_tool: bool = True) -> str:
    """A free name made of ``text``, for a tool or (``of_tool=False``) a parameter; collisions are numbered.

    >>> python_name("get /users/{id}", ["get_users_id"])
    'get_users_id_2'
    >>> python_name("class"), python_name("3d-print"), python_name("print"), python_name("print", of_tool=False)
    ('class_', 'tool_3d_print', 'print_', 'print')
    """
    characters = [each if each.isalpha() or each.isdigit() else "_" for each in text]
    name = "_".join([part for part in "".join(characters).split("_") if part]) or fallback
    if name[0].isdigit():
        name = f"{fallback}_{name}"
    if name in _KEYWORDS or (of_tool and _reserved(name)):
        name += "_"
    free = name
    number = 1
    while free in taken:  # type: ignore[operator]
        number += 1
        free = f"{name.rstrip('_')}_{number}"
    return free
