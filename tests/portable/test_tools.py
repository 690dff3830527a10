"""Tools and how they are called. Runs under CPython and MicroPython; ``@tool`` is tests/unit's."""

import asyncio
import json

from codeact_agent.errors import DeclarationError
from codeact_agent.rate import Rate, RateLimited
from codeact_agent.tool_names import python_name
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
        "source": "python", "schema": {
            "type": "object", "properties": {"radius": {"type": "number"}}, "required": ["radius"],
            "additionalProperties": False,
        },
    }  # fmt: skip
    assert tool.result_schema == {"type": "number"}
    assert tool.name == "area"
    assert tool(2) == 12
    assert tool(2, pi=1) == 4


def test_a_tool_without_a_description_is_refused():
    for description in ("", " \n"):
        error = raises(DeclarationError, lambda text=description: Tool(_area, "area", [], "", text))
        assert "'area' needs a docstring" in str(error)


def test_a_tool_may_not_take_a_name_that_code_in_the_sandbox_has():
    for name in (
        "print",
        "final_answer",
        "display",
        "SVG",
        "True",
        "breakpoint",
        "TimeoutError",
        "for",
        "a b",
        "",
    ):
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
        assert error["kind"] == "BadResult", error
        assert "area() returned something that JSON cannot carry" in error["message"]
        assert error["message"].endswith("; return text, numbers, booleans, None, lists or dicts")


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


def declaration_error(**options):
    return str(raises(DeclarationError, lambda: Tool(_area, "area", RADIUS, "float", "Area.", **options)))


def test_options_that_cannot_be_are_refused():
    assert "approval is one of never, call, run, always, not 'maybe'" in declaration_error(approval="maybe")
    for timeout in (0, -1, "5", True):
        assert "timeout is a number of seconds above 0" in declaration_error(timeout=timeout)
    for rate in ("10", "0/minute", "x/minute", "10/fortnight", "-1/hour", 10):
        assert "a rate is such as '10/minute'" in declaration_error(rate=rate)


def test_a_parameter_must_have_the_name_of_one():
    error = raises(DeclarationError, lambda: Tool(_area, "area", [{"name": "a b", "annotation": ""}], "", "A."))
    assert "'a b' cannot be the name of a parameter" in str(error)


def refuse_text(schema, value):
    """A validator that knows one rule; the real ones are the hosts'."""
    return ["it is text"] if value in ("text", {"radius": "text"}) else []


async def test_what_the_validator_says_of_arguments_is_a_type_error():
    outcome = await call(made(_area), "area", {"radius": "text"}, validate=refuse_text)
    assert outcome == {"error": {"kind": "TypeError", "message": "area(): it is text"}}
    outcome = await call(made(_area), "area", ["text"])
    assert outcome["error"]["message"] == "area(): arguments are given by name, as a dict"


async def test_a_wrong_result_is_the_tools_fault():
    tools = {"area": Tool(lambda: "text", "area", [], "int", "Area.")}
    error = (await call(tools, "area", {}, validate=refuse_text))["error"]
    assert error["kind"] == "BadResult"
    assert error["message"].startswith("area() is at fault, not the call: it returned what it says it does not.")


async def test_a_rate_is_a_sliding_window():
    clock = [100.0]
    rate = Rate("2 / minute", lambda: clock[0])
    for at in (100.0, 130.0):
        clock[0] = at
        rate.take("area")
    clock[0] = 150.0
    assert str(raises(RateLimited, lambda: rate.take("area"))) == (
        "area() may be called 2/minute; the next call is possible in 10.0 s"
    )
    clock[0] = 160.0
    rate.take("area")
    assert raises(RateLimited, lambda: rate.take("area"))
    tools = {"area": Tool(_area, "area", RADIUS, "", "Area.", rate="1/day")}
    assert "value" in await call(tools, "area", {"radius": 1})
    assert (await call(tools, "area", {"radius": 1}))["error"]["kind"] == "RateLimited"


async def test_a_tool_that_hangs_is_given_up_after_its_timeout():
    async def hang():
        await asyncio.sleep(60)

    async def late():
        raise asyncio.TimeoutError("my own")  # noqa: UP041 - MicroPython has no other

    # In tasks of their own, as in the page: MicroPython's wait_for cannot be used at the top level.
    tools = {"area": Tool(hang, "area", [], "", "Area.", timeout=0.02)}
    outcome = await asyncio.create_task(call(tools, "area", {}))
    assert outcome == {"error": {"kind": "TimeoutError", "message": "area() did not answer within 0.02 s"}}
    tools = {"area": Tool(late, "area", [], "", "Area.", timeout=60)}
    outcome = await asyncio.create_task(call(tools, "area", {}))
    assert outcome == {"error": {"kind": "TimeoutError", "message": "my own"}}


async def test_stop_cancels_what_is_awaited():
    ended = []

    async def hang():
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("tool")

    waiting = asyncio.create_task(call(made(hang), "area", {}))
    await asyncio.sleep(0.01)
    waiting.cancel()
    try:
        await waiting
    except asyncio.CancelledError:
        ended.append("call")
    assert ended == ["tool", "call"]


async def test_progress_is_told_until_the_end():
    told = []
    kept = []

    def slow(progress):
        progress(0.5, "half")
        progress()
        kept.append(progress)
        return 1

    tools = {"area": Tool(slow, "area", [], "", "Area.", takes_progress=True)}
    assert await call(tools, "area", {}, progress=lambda fraction, text: told.append((fraction, text)))
    kept[0](1, "too late")
    assert told == [(0.5, "half"), (None, "")]
    assert await call(tools, "area", {}) == {"value": "1"}
    tools = {"area": Tool(lambda progress: progress(2), "area", [], "", "Area.", takes_progress=True)}
    assert (await call(tools, "area", {}))["error"]["kind"] == "ValueError"


async def test_the_person_is_asked_where_the_tool_wants_it():
    asked = []

    async def approve(tool, arguments):
        asked.append((tool.name, arguments))
        return {"decision": "approve"} if arguments["radius"] == 1 else {"decision": "deny", "reason": "too big"}

    tools = {"area": Tool(_area, "area", RADIUS, "", "Area.", approval="call")}
    assert tools["area"].spec["approval"] == "call"
    assert "value" in await call(tools, "area", {"radius": 1}, approve=approve)
    error = (await call(tools, "area", {"radius": 2}, approve=approve))["error"]
    assert error == {"kind": "Denied", "message": "the person did not allow area(): too big"}
    assert len(asked) == 2
    assert (await call(tools, "area", {"radius": 1}))["error"]["kind"] == "Denied"
    assert "value" in await call(made(_area), "area", {"radius": 1}, approve=approve)
    assert len(asked) == 2


async def test_a_large_value_goes_elsewhere():
    kept = []

    async def keep(name, text):
        kept.append((name, len(text)))
        return {"file": "/data/tool_results/area-1.json", "bytes": len(text)}

    tools = made(lambda: "x" * 2_000_000)
    outcome = await call(tools, "area", {}, keep_large=keep, tool_chars=1000)
    assert json.loads(outcome["value"])["bytes"] == 2_000_002
    assert kept == [("area", 2_000_002)]
    assert await call(made(lambda: "x"), "area", {}, keep_large=keep, tool_chars=1000) == {"value": '"x"'}


async def test_arguments_and_values_are_converted_where_the_tool_says():
    tools = {
        "area": Tool(_area, "area", RADIUS, "", "A.", accept=lambda a: {"radius": a["radius"] + 1}, plain=str)
    }
    assert await call(tools, "area", {"radius": 1}) == {"value": '"12"'}


def test_a_foreign_name_becomes_one_of_python():
    assert python_name("listPets") == "listPets"
    assert python_name("get-user/by.id") == "get_user_by_id"
    assert python_name("final_answer") == "final_answer_"
    assert python_name("print", of_tool=False) == "print"
    assert python_name("import", of_tool=False) == "import_"
    assert python_name("…", fallback="parameter") == "parameter"
    assert python_name("2fa") == "tool_2fa"
    taken = []
    for _ in range(3):
        taken.append(python_name("a.b", taken))
    assert taken == ["a_b", "a_b_2", "a_b_3"]
