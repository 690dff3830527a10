"""Values compared with JSON Schemas by the jsonschema library; web/tools/validation.js does it in the page.

tests/support/validation_cases.json holds both to the same sentences.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from json import dumps, loads
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from codeact_agent.problems import sentences, unusable

__all__ = ["validate"]

_MOST = 20  # of what is wrong with a long list


def validate(schema: dict[str, Any], value: Any) -> list[str]:
    """Sentences of what is wrong with ``value``; empty where nothing is.

    >>> validate({"type": "object", "properties": {"count": {"type": "integer"}}}, {"count": "5"})
    ["count should be int, but is '5' (str)"]
    """
    try:
        errors = _validator(dumps(schema)).iter_errors(value)
        problems = list(islice((problem for error in errors for problem in _problems(error)), _MOST))
    except Exception as error:  # noqa: BLE001 - of a foreign schema: references, patterns, types that are none
        return [unusable(str(error))]
    return sentences(problems, schema, value) if problems else []


@lru_cache(maxsize=512)
def _validator(schema: str) -> Draft202012Validator:
    """To make one takes longer than to use it."""
    return Draft202012Validator(loads(schema))


def _problems(error: ValidationError) -> Iterator[dict[str, Any]]:
    """Of alternatives, the one that the value is meant to be, if its faults are all inside; else the choice."""
    if error.validator in ("anyOf", "oneOf"):
        branches: dict[Any, list[ValidationError]] = {}
        for each in error.context or []:
            branches.setdefault(each.relative_schema_path[0], []).append(each)
        for branch in branches.values():
            if all(each.relative_path for each in branch):
                for each in branch:
                    yield from _problems(each)
                return
    yield {"path": list(error.absolute_path), "keyword": error.validator, "schema": error.schema}
