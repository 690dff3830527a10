"""Values compared with JSON Schemas, and what is wrong in sentences. By the jsonschema library.

web/tools/validation.js says the same in the page; tests/unit/tool_validation.json holds both to it.
"""

from __future__ import annotations

from functools import lru_cache
from json import dumps, loads
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.exceptions import best_match

from codeact_agent.schema import annotation_of

__all__ = ["validate"]

_MOST = 5  # of what is wrong; more helps nobody
_SHOWN = 60  # characters of a wrong value


def validate(schema: dict[str, Any], value: Any) -> list[str]:
    """Sentences of what is wrong with ``value``; empty where nothing is.

    >>> validate({"type": "object", "properties": {"count": {"type": "integer"}}}, {"count": "5"})
    ["count should be int, but is '5' (str)"]
    """
    problems = []
    for error in _validator(dumps(schema)).iter_errors(value):
        best = best_match([error])
        sentence = _sentence(best, schema)
        if sentence not in problems:
            problems.append(sentence)
        if len(problems) == _MOST:
            break
    return problems


@lru_cache(maxsize=512)
def _validator(schema: str) -> Draft202012Validator:
    """To make one takes longer than to use it."""
    return Draft202012Validator(loads(schema))


def _sentence(error: ValidationError, root: dict[str, Any]) -> str:
    where = _path(list(error.absolute_path))
    keyword, wanted, value = error.validator, error.validator_value, error.instance
    if keyword == "required":
        missing = next(each for each in wanted if each not in value)
        return f"{_path([*error.absolute_path, missing])} is missing"
    if keyword == "additionalProperties" and wanted is False:
        extra = next(each for each in value if each not in error.schema.get("properties", {}))
        known = ", ".join(error.schema.get("properties", {})) or "none"
        return f"{_path([*error.absolute_path, extra])} is not known; there are: {known}"
    if keyword in ("type", "enum", "const", "anyOf", "oneOf"):
        return f"{where} should be {annotation_of(error.schema, root)}, but is {_given(value)}"
    return f"{where} is {_given(value)}, which breaks the rule {keyword}: {_short(wanted)}"


def _path(path: list[Any]) -> str:
    text = ""
    for each in path:
        text += f"[{each}]" if isinstance(each, int) else f".{each}" if text else str(each)
    return text or "it"


def _given(value: Any) -> str:
    return "None" if value is None else f"{_short(value)} ({type(value).__name__})"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
