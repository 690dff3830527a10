"""``@tool``: what the model sees of a Python function. CPython only."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Optional

import pytest
from codeact_agent import tool
from codeact_agent.errors import DeclarationError
from codeact_agent.tools import Tool
from codeact_runtime.tools import make_tool
from support.fake_host import FakeHost


def _evaluated(function: Callable[..., Any]) -> Callable[..., Any]:
    """With annotations that are objects, as in a module without the future import."""
    function.__annotations__ = inspect.get_annotations(function, eval_str=True)
    return function


def _search(query: str, count: int = 5, *, tags: list[str] | None = None) -> dict[str, Any]:
    """Search the web.

    Gives titles.
    """
    return {"query": query, "count": count, "tags": tags}


PARAMETERS = [
    {"name": "query", "annotation": "str"},
    {"name": "count", "annotation": "int", "default": 5},
    {"name": "tags", "annotation": "list[str] | None", "default": None},
]


def test_signature_and_docstring_become_the_spec() -> None:
    assert tool(_search).spec == {
        "name": "_search",
        "description": "Search the web.\n\nGives titles.",
        "parameters": PARAMETERS,
        "returns": "dict[str, Any]",
        "source": "python",
        "schema": {
            "type": "object",
            "properties": {
                "query": {"type": "string"},
                "count": {"type": "integer", "default": 5},
                "tags": {
                    "anyOf": [{"items": {"type": "string"}, "type": "array"}, {"type": "null"}],
                    "default": None,
                },
            },
            "required": ["query"],
            "additionalProperties": False,
        },
    }


def test_annotations_that_are_objects_are_told_as_source() -> None:
    spec = tool(_evaluated(_search)).spec
    assert spec["parameters"] == PARAMETERS
    assert spec["returns"] == "dict[str, Any]"


def test_other_annotations() -> None:
    def odd(a: Optional[int], b: "list[int]") -> None:  # noqa: UP045, UP037
        """Odd."""

    spec = tool(_evaluated(odd)).spec
    assert [each["annotation"] for each in spec["parameters"]] == ["Optional[int]", "list[int]"]
    assert spec["returns"] == "None"


def test_a_tool_is_still_the_function() -> None:
    made = tool(_search)
    assert isinstance(made, Tool)
    assert made("x", tags=["a"]) == {"query": "x", "count": 5, "tags": ["a"]}


def _no_docstring(x: int) -> int:
    return x


def _no_hint(x) -> int:
    """Doc."""
    return x


def _no_result(x: int):
    """Doc."""
    return x


def _star(*x: int) -> int:
    """Doc."""
    return sum(x)


def _double_star(**x: int) -> int:
    """Doc."""
    return len(x)


def _positional_only(x: int, /) -> int:
    """Doc."""
    return x


def _odd_default(x: object = object()) -> int:
    """Doc."""
    return 1


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (_no_docstring, "the tool '_no_docstring' needs a docstring"),
        (_no_hint, "the tool '_no_hint': parameter 'x' needs a type hint"),
        (_no_result, "the tool '_no_result' needs a type hint for what it returns"),
        (_star, "the tool '_star': parameter \\*x.* cannot be passed by name"),
        (_double_star, "the tool '_double_star': parameter \\*\\*x.* cannot be passed by name"),
        (_positional_only, "the tool '_positional_only': parameter x.* cannot be passed by name"),
        (_odd_default, "the tool '_odd_default': the default of 'x' cannot be sent to the sandbox"),
    ],
)
def test_a_bad_declaration_is_told(function: Callable[..., Any], words: str) -> None:
    with pytest.raises(DeclarationError, match=words):
        tool(function)


def test_a_builtin_cannot_be_replaced() -> None:
    def print(x: int) -> int:
        """Doc."""
        return x

    with pytest.raises(DeclarationError, match="a tool cannot be named 'print'"):
        tool(print)


def test_required_parameters_come_first_so_that_the_signature_is_python() -> None:
    def ask(first: int = 1, *, second: int) -> list[int]:
        """Doc."""
        return [first, second]

    made = tool(ask)
    assert [each["name"] for each in made.spec["parameters"]] == ["second", "first"]
    host = FakeHost({"ask": made})
    in_sandbox = make_tool(made.spec, host)
    assert str(inspect.signature(in_sandbox)) == "(second: int, first: int = 1) -> list[int]"
    assert in_sandbox(7) == [1, 7]
    assert in_sandbox(7, 8) == [8, 7]


def test_the_sandbox_shows_the_same_signature() -> None:
    in_sandbox = make_tool(tool(_search).spec, FakeHost())
    expected = "(query: str, count: int = 5, tags: list[str] | None = None) -> dict[str, Any]"
    assert str(inspect.signature(in_sandbox)) == expected
    assert in_sandbox.__doc__ == "Search the web.\n\nGives titles."
    assert in_sandbox.__name__ == "_search"
