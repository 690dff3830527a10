"""What is looked at before the code is parsed: shapes that would kill the parser.

Python's parser and compiler are recursive. In wasm they run out of the engine's stack before their own guards
notice, and that is fatal: from about 1,000 operators, calls, ``else`` or ``elif`` in one another (measured,
ADR 11). The parser itself bounds brackets (200), indentation (100) and f-strings (150).
"""

from __future__ import annotations

import re

from codeact_runtime.errors import CodeTooDeep
from codeact_runtime.nesting import position_beyond

__all__ = ["MOST_NESTED", "asks_to_install", "check_source"]

MOST_NESTED = 600
"""Expressions within one another that are let through. Chromium's worker dies at 1,300 in the worst shape."""

_INSTALL = re.compile(
    r"(?:.*;)?\s*[%!]*\s*(?:\S*python[\d.]*\s+-m\s+|uv\s+)?(?:pip\d?|micropip|conda|mamba)\s+(?:install|add)\b"
)
_ELIF = re.compile(r"^([ \t]*)(elif\b|else\b|(?=[^\s#]))", re.MULTILINE)


def check_source(code: str) -> None:
    """Refuse ``code`` that could kill the parser; costs a comparison where it is too short for that.

    Raises CodeTooDeep. What is no Python is left to the parser.
    """
    if len(code) <= MOST_NESTED or _operators(code) <= MOST_NESTED:
        return
    if code.count("elif") > MOST_NESTED:
        _check_branches(code)
    position = position_beyond(code, MOST_NESTED)
    if position is not None:
        raise _refusal(code, position)


def asks_to_install(code: str, error: SyntaxError) -> bool:
    """Whether the line at which ``code`` stopped being Python is a ``pip install``, ``%pip`` or ``!pip``.

    >>> asks_to_install("%pip install numpy", SyntaxError("invalid syntax", ("", 1, 1, "")))
    True
    """
    lines = code.split("\n")
    line = error.lineno or 0
    return 0 < line <= len(lines) and _INSTALL.match(lines[line - 1]) is not None


def _operators(code: str) -> int:
    """At least as many as can be nested in ``code``."""
    return sum(map(code.count, (".", "(", "[", "{", "+", "-", "*", "/", "%", "@", "&", "|", "^", "<<", ">>", "~",
                                "else", "lambda", "for", "not", "elif")))  # fmt: skip


def _check_branches(code: str) -> None:
    """Each ``elif`` lies within the one before it."""
    chains: dict[int, int] = {}
    for match in _ELIF.finditer(code):
        indent, word = len(match[1]), match[2]
        for inner in [other for other in chains if other > indent]:
            del chains[inner]
        if word == "elif":
            chains[indent] = chains.get(indent, 0) + 1
            if sum(chains.values()) > MOST_NESTED:
                raise _refusal(code, match.start())
        elif not word:
            chains.pop(indent, None)


def _refusal(code: str, position: int) -> CodeTooDeep:
    line = code.count("\n", 0, position) + 1
    return CodeTooDeep(
        f"line {line}: more than {MOST_NESTED} operators, calls or branches within one another, which the parser "
        "cannot take. Split it: use a loop, sum(...), ''.join(...), a dict or several statements."
    )
