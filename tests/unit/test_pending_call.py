"""Tools where the host cannot block: awaited in any way they run, used in any other way they say so."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from codeact_runtime.pending_call import PendingCall
from codeact_runtime.tools import make_tool
from support.fake_host import FakeHost
from support.loops import run_apart

SPEC: Any = {
    "name": "double",
    "description": "",
    "parameters": [{"name": "x", "annotation": "int"}],
    "returns": "int",
}


def double(x: int) -> Any:
    return make_tool(SPEC, FakeHost({"double": lambda x: 2 * x}, can_block=False))(x)


@pytest.fixture
def pending() -> PendingCall:
    call: PendingCall = double(1)
    yield call
    call.close()


def test_every_way_of_awaiting_runs_the_tool() -> None:
    async def all_ways() -> list[int]:
        task = asyncio.create_task(double(2))
        return [await double(1), await task, *await asyncio.gather(double(3), asyncio.wait_for(double(4), 1))]

    assert run_apart(all_ways()) == [2, 4, 6, 8]


@pytest.mark.parametrize(
    "use",
    [
        bool, str, len, list, int, float, "{}".format, print,
        lambda call: call["key"], lambda call: call + 1, lambda call: 1 + call, lambda call: call == 2,
        lambda call: "x" in call, lambda call: call < 2, lambda call: call(),
    ],
)  # fmt: skip
def test_every_other_use_says_to_await(pending: PendingCall, use: Any) -> None:
    with pytest.raises(TypeError, match="write `await double"):
        use(pending)


def test_an_attribute_says_to_await(pending: PendingCall) -> None:
    with pytest.raises(AttributeError, match="write `await double"):
        _ = pending.items
    assert not hasattr(pending, "_repr_html_")
    assert "write `await double" in repr(pending)


def test_a_call_that_nobody_awaited_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    double(1)
    assert "double(…) has not run" in capsys.readouterr().err
    run_apart(double(1))
    assert capsys.readouterr().err == ""
