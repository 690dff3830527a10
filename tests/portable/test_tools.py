"""Tools and how they are called. Runs under CPython and MicroPython; ``@tool`` is tests/unit's."""

import json

from codeact_agent.errors import DeclarationError
from codeact_agent.tools import Tool, call
from scripted import raises

RADIUS = [{"name": "radius", "annotation": "float"}]


def _area(radius, pi=3):
    return pi * radius * radius


def made(function, name="area", parameters=()):
    return {name: Tool(function, name, list(parameters), "", "A tool.")}


async def error_of(function, **arguments):
    outcome = await call(made(function), "area", arguments)
    assert sorted(outcome) == ["error"], outcome
    return outcome["error"]


def test_a_tool_carries_its_spec_and_can_be_called():
    tool = Tool(_area, "area", RADIUS, "float", "Area of a circle.")
    assert tool.spec == {
        "name": "area", "description": "Area of a circle.", "parameters": RADIUS, "returns": "float",
    }  # fmt: skip
    assert tool.name == "area"
    assert tool(2) == 12
    assert tool(2, pi=1) == 4


def test_a_tool_without_a_description_is_refused():
    for description in ("", " \n"):
        error = raises(DeclarationError, lambda text=description: Tool(_area, "area", [], "", text))
        assert "'area' needs a docstring" in str(error)


def test_a_tool_may_not_take_a_name_that_code_in_the_sandbox_has():
    for name in ("print", "final_answer", "display", "SVG", "True"):
        error = raises(DeclarationError, lambda name=name: Tool(_area, name, [], "", "A tool."))
        assert repr(name) in str(error)


async def test_a_value_is_json_text():
    outcome = await call(made(_area), "area", {"radius": 2, "pi": 1})
    assert outcome == {"value": "4"}
    outcome = await call(made(lambda: {"a": [1, 2.5, None, True, "ü"]}), "area", {})
    assert json.loads(outcome["value"]) == {"a": [1, 2.5, None, True, "ü"]}


async def test_none_and_tuples_are_values():
    assert await call(made(lambda: None), "area", {}) == {"value": "null"}
    assert json.loads((await call(made(lambda: (1, 2)), "area", {}))["value"]) == [1, 2]


async def test_large_integers_stay_exact():
    outcome = await call(made(lambda: 2**70), "area", {})
    assert outcome["value"] == "1180591620717411303424"


async def test_an_error_is_given_by_kind_and_message():
    def fail():
        raise KeyError("no such city")

    error = await error_of(fail)
    assert error["kind"] == "KeyError"
    assert "no such city" in error["message"]


async def test_an_unknown_tool():
    outcome = await call({}, "nothing", {})
    assert outcome == {"error": {"kind": "NameError", "message": "there is no tool named 'nothing'"}}


async def test_wrong_arguments_are_an_error():
    assert (await error_of(_area, diameter=1))["kind"] == "TypeError"


async def test_a_value_that_json_cannot_carry_is_an_error():
    circular = []
    circular.append(circular)
    infinite = [float("inf")]
    for value in (
        {1, 2},
        object(),
        b"bytes",
        [object()],
        {"a": {3}},
        {(1, 2): 3},
        float("nan"),
        infinite,
        circular,
    ):
        error = await error_of(lambda value=value: value)
        assert error["kind"] == "TypeError", error
        assert "area() returned something that JSON cannot carry" in error["message"]


async def test_an_async_tool_is_awaited():
    async def slow(radius):
        return radius + 1

    assert await call(made(slow), "area", {"radius": 2}) == {"value": "3"}


async def test_an_async_tool_that_raises():
    async def slow():
        raise ValueError("late")

    assert await error_of(slow) == {"kind": "ValueError", "message": "late"}


async def test_blocking_tools_run_where_the_host_says():
    ran = []

    async def elsewhere(function):
        ran.append("elsewhere")
        return function()

    assert await call(made(_area), "area", {"radius": 1}, elsewhere) == {"value": "3"}
    assert ran == ["elsewhere"]


async def test_the_demo_tools_answer():
    from codeact_agent.demo_tools import DEMO_TOOLS

    outcome = await call(DEMO_TOOLS, "largest_cities", {"country": "Vietnam", "count": 2})
    assert outcome == {"value": '["Ho Chi Minh City", "Hanoi"]'}
    assert await call(DEMO_TOOLS, "city_population", {"city": "Hanoi"}) == {"value": "8054000"}
    outcome = await call(DEMO_TOOLS, "largest_cities", {"country": "France"})
    assert outcome["error"]["kind"] == "ValueError"
