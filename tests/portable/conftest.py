"""Runs the portable tests that are coroutines; the same files run under MicroPython without pytest."""

from __future__ import annotations

import inspect

import pytest
from support.loops import run_apart


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    run_apart(pyfuncitem.obj())
    return True
