"""``@tool``: what the model sees of a Python function. CPython only."""

from __future__ import annotations

import asyncio
import datetime
import enum
import inspect
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Optional

import pytest
from codeact_agent import tool
from codeact_agent.errors import DeclarationError
from codeact_agent.hosts.script.threads import run_in_thread
from codeact_agent.hosts.script.validation import validate
from codeact_agent.tools import Tool, call
from codeact_runtime.tools import make_tool
from pydantic import BaseModel
from support.fake_host import FakeHost
from support.loops import run_apart
from typing_extensions import TypedDict


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


def _misfit_default(x: int = "5") -> int:  # type: ignore[assignment]
    """Doc."""
    return x


def _none_default(x: int = None) -> int:  # type: ignore[assignment]  # noqa: RUF013
    """Doc."""
    return x


def _generator(x: int) -> list[int]:  # type: ignore[misc]
    """Doc."""
    yield x


async def _async_generator(x: int) -> list[int]:  # type: ignore[misc]
    """Doc."""
    yield x


def _unknown_hint(x: Nowhere) -> int:  # type: ignore[name-defined]  # noqa: F821
    """Doc."""
    return 1


def _callable_hint(x: Callable[[int], str]) -> int:
    """Doc."""
    return 1


def _unserialisable_result() -> threading.Thread:
    """Doc."""
    return threading.Thread()


def _google(x: int) -> int:
    """Doc.

    Args:
        y: no such thing
    """
    return x


def _numpy(x: int) -> int:
    """Doc.

    Parameters
    ----------
    y : int
        No such thing.
    """
    return x


def _sphinx(x: int) -> int:
    """Doc.

    :param y: no such thing
    """
    return x


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (_no_docstring, "the tool '_no_docstring' needs a docstring"),
        (_no_hint, "the tool '_no_hint': parameter 'x' needs a type hint"),
        (_no_result, "the tool '_no_result' needs a type hint for what it returns"),
        (_star, "the tool '_star': parameter \\*x.* cannot be passed by name"),
        (_double_star, "the tool '_double_star': parameter \\*\\*x.* cannot be passed by name"),
        (_positional_only, "the tool '_positional_only': parameter x.* cannot be passed by name"),
        (
            _odd_default,
            "the tool '_odd_default': the default of 'x' cannot be sent to the sandbox: a value of type",
        ),
        (_misfit_default, "the default of 'x' does not fit its hint: it should be int, but is '5' \\(str\\)"),
        (_none_default, "the default of 'x' does not fit its hint: it should be int, but is None"),
        (_generator, "the tool '_generator' yields: return a list"),
        (_async_generator, "the tool '_async_generator' yields: return a list"),
        (_unknown_hint, "the tool '_unknown_hint': a type hint cannot be read .*Nowhere"),
        (_callable_hint, "parameter 'x' has the hint .*Callable.*, which JSON cannot carry; take text"),
        (_unserialisable_result, "its value has the hint Thread, which JSON cannot carry"),
        (_google, "the tool '_google': its docstring tells of 'y', which is no parameter"),
        (_numpy, "the tool '_numpy': its docstring tells of 'y', which is no parameter"),
        (_sphinx, "the tool '_sphinx': its docstring tells of 'y', which is no parameter"),
        (lambda x: x, "a lambda has no name"),
        (dict, "@tool makes functions tools; <class 'dict'> is none"),
        (7, "@tool makes functions tools; 7 is none"),
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


def outcome(made: Tool, **arguments: Any) -> dict[str, Any]:
    found: dict[str, Any] = run_apart(call({made.name: made}, made.name, arguments, run_in_thread, validate))
    return found


@dataclass
class Point:
    """A place."""

    x: float
    label: str = ""


class Shop(TypedDict):
    """Where one buys."""

    name: str
    open: bool


class Order(BaseModel):
    """What is bought."""

    item: str
    count: int


class Colour(enum.Enum):
    """What it looks like."""

    RED = "red"
    BLUE = "blue"


@tool(rate="100/minute", timeout=30, approval="run")
def everything(
    at: Point, shop: Shop, order: Order, day: datetime.date, colour: Colour = Colour.RED
) -> list[Point]:
    """All kinds of hints.

    Args:
        at: where it
            is
        day: when
    """
    assert isinstance(at, Point)
    assert isinstance(order, Order)
    assert isinstance(day, datetime.date)
    assert isinstance(colour, Colour)
    return [at, Point(shop["open"] + order.count)]


ARGUMENTS = {
    "at": {"x": 1},
    "shop": {"name": "s", "open": True},
    "order": {"item": "i", "count": 2},
    "day": "2026-11-21",
    "colour": "blue",
}


def test_classes_are_dicts_and_text_to_the_model_and_objects_to_the_function() -> None:
    described = {each["name"]: each for each in everything.spec["parameters"]}
    assert [each["annotation"] for each in described.values()] == [
        "dict", "dict", "dict", "str", "Literal['red', 'blue']",
    ]  # fmt: skip
    assert described["colour"]["default"] == "red"
    assert everything.spec["returns"] == "list[dict]"
    assert 'at: {"x": float, "label" (optional): str}' in everything.spec["description"]
    assert everything.spec["schema"]["properties"]["at"]["description"] == "where it is"
    assert everything.spec["approval"] == "run"

    async def approve(made: Tool, arguments: dict[str, Any]) -> dict[str, Any]:
        return {"decision": "approve"}

    called = run_apart(
        call({"everything": everything}, "everything", ARGUMENTS, run_in_thread, validate, approve=approve)
    )
    assert json.loads(called["value"]) == [{"x": 1.0, "label": ""}, {"x": 3, "label": ""}]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"at": {"x": "1"}}, "everything(): at.x should be float, but is '1' (str)"),
        ({"at": {}}, "everything(): at.x is missing"),
        ({"colour": "green"}, "everything(): colour should be Literal['red', 'blue'], but is 'green' (str)"),
        ({"size": 1}, "everything(): size is not known; there are: at, colour, day, order, shop"),
        ({"day": 5}, "everything(): day should be str, but is 5 (int)"),
        ({"day": "soon"}, "everything(): day: Input should be a valid date"),
        ({"shop": {"name": 1}}, "shop.name should be str, but is 1 (int); shop.open is missing"),
    ],
)
def test_wrong_arguments_are_named(changed: dict[str, Any], words: str) -> None:
    plain = tool(everything.function)
    error = outcome(plain, **{**ARGUMENTS, **changed})["error"]
    assert error["kind"] == "TypeError"
    assert words in error["message"]


def test_whole_numbers_are_floats_and_truth_is_no_number() -> None:
    @tool
    def half(x: float, times: int = 1) -> float:
        """Half of it."""
        return x / 2

    assert outcome(half, x=3) == {"value": "1.5"}
    assert outcome(half)["error"]["message"] == "half(): x is missing"
    assert "x should be float, but is True (bool)" in outcome(half, x=True)["error"]["message"]
    assert "times should be int, but is '2' (str)" in outcome(half, x=1, times="2")["error"]["message"]


class _Scalar:
    """As numpy's: pydantic does not know it."""

    dtype = "int64"

    def tolist(self) -> int:
        return 7


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Point(1.5), {"x": 1.5, "label": ""}),
        (Order(item="i", count=2), {"item": "i", "count": 2}),
        (datetime.date(2026, 11, 21), "2026-11-21"),
        (Decimal("1.50"), "1.50"),
        ({3}, [3]),
        (Colour.RED, "red"),
        ((1, [_Scalar()]), [1, [7]]),
        (b"text", "text"),
        ({1: 2}, {"1": 2}),
    ],
)
def test_what_python_has_becomes_plain(value: Any, plain: Any) -> None:
    @tool
    def give() -> Any:
        """Give it."""
        return value

    assert json.loads(outcome(give)["value"]) == plain


class _Opaque:
    pass


_circular: list[Any] = []
_circular.append(_circular)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (_Opaque(), "a value of type _Opaque; return text, numbers, booleans, None, lists or dicts"),
        ([{"a": _Opaque()}], "a value of type _Opaque"),
        (float("nan"), "the number nan"),
        (_circular, "Circular reference"),
        (b"\xff", "invalid utf-8"),
    ],
)
def test_what_json_cannot_carry_is_told(value: Any, words: str) -> None:
    @tool
    def give() -> Any:
        """Give it."""
        return value

    error = outcome(give)["error"]
    assert error["kind"] == "BadResult"
    assert "give() returned something that JSON cannot carry: " in error["message"]
    assert words in error["message"]


def test_a_result_that_the_signature_does_not_allow_is_the_tools_fault() -> None:
    @tool
    def count() -> int:
        """Count."""
        return "many"  # type: ignore[return-value]

    assert outcome(count)["error"] == {
        "kind": "BadResult",
        "message": "count() is at fault, not the call: it returned what it says it does not. "
        "it should be int, but is 'many' (str)",
    }


def test_an_async_tool_and_its_progress() -> None:
    told = []

    @tool(timeout=5)
    async def slow(x: int, progress: Any) -> int:
        """Slow.

        Args:
            progress: told to the person
        """
        await asyncio.sleep(0)
        progress(0.5, "half")
        return x + 1

    assert [each["name"] for each in slow.spec["parameters"]] == ["x"]
    answered = run_apart(
        call({"slow": slow}, "slow", {"x": 1}, run_in_thread, validate, lambda *news: told.append(news))
    )
    assert answered == {"value": "2"}
    assert told == [(0.5, "half")]
    assert "progress is not known" in outcome(slow, x=1, progress=2)["error"]["message"]


def test_what_blocks_for_ever_is_given_up_and_keeps_nothing_alive() -> None:
    never = threading.Event()

    @tool(timeout=0.05)
    def hang() -> None:
        """Hang."""
        never.wait()

    assert outcome(hang)["error"] == {"kind": "TimeoutError", "message": "hang() did not answer within 0.05 s"}
    left = [each for each in threading.enumerate() if each.name == "codeact tool"]
    assert left
    assert all(each.daemon for each in left)
    never.set()
    for each in left:
        each.join()


@pytest.mark.parametrize("error", [StopIteration(3), SystemExit(1), KeyboardInterrupt()])
def test_whatever_a_thread_raises_is_heard(error: BaseException) -> None:
    @tool
    def leave() -> None:
        """Leave."""
        raise error

    assert type(error).__name__ in outcome(leave)["error"]["message"]


def test_unknown_options_are_refused() -> None:
    with pytest.raises(DeclarationError, match="@tool knows approval, rate and timeout, not speed"):
        tool(speed=3)


def test_a_large_value_is_written_down_in_the_thread() -> None:
    @tool
    def large() -> str:
        """100 MB."""
        return "x" * 100_000_000

    async def keep(name: str, text: str) -> dict[str, Any]:
        return {"file": f"/data/tool_results/{name}-1.json", "bytes": len(text)}

    answered = run_apart(
        call({"large": large}, "large", {}, run_in_thread, validate, keep_large=keep, tool_chars=5_000_000)
    )
    assert json.loads(answered["value"])["bytes"] == 100_000_002
