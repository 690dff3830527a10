"""An interrupt between a step's beginning and the task that goes on with it."""

from __future__ import annotations

import asyncio

from codeact_runtime.executor import Executor, Result, begin, finish
from support.fake_host import FakeHost
from support.loops import run_apart


def test_an_interrupt_before_the_steps_task_has_begun_ends_the_step() -> None:
    async def run() -> Result:
        executor = Executor(FakeHost())
        step = executor.run("import asyncio\nawait asyncio.sleep(60)")
        assert begin(step) is None

        async def go_on() -> Result:
            return await finish(step)

        task = asyncio.create_task(go_on())
        executor.interrupt()
        return await task

    error = run_apart(run())["error"]
    assert error is not None
    assert error["name"] == "KeyboardInterrupt"
