"""A process that saves namespaces, or one that restores them; each case in a fork of its own.

Reads cases from stdin as JSON, writes what happened to stdout. So that no object, and no table of cloudpickle's,
is shared between saving and restoring.
"""

from __future__ import annotations

import base64
import builtins
import importlib.util
import json
import linecache
import os
import signal
import sys
import traceback
from collections.abc import Callable
from types import ModuleType
from typing import Any

from codeact_runtime.checkpoint import Lost, Saver, Unchanged
from codeact_runtime.checkpoint_restore import Restorer

LIMITS = {"variable_bytes": 200_000, "total_bytes": 500_000}


def stock(item: str) -> int:
    """A tool."""
    return len(item)


def namespace(tools: dict[str, Any]) -> dict[str, Any]:
    """The variables of a fresh conversation, as ``codeact_runtime.namespace`` makes them."""
    module = ModuleType("__main__")
    variables = vars(module)
    variables["__builtins__"] = dict(vars(builtins)) | tools
    sys.modules["__main__"] = module
    return variables


def run(code: str, variables: dict[str, Any], filename: str) -> None:
    linecache.cache[filename] = (len(code), None, code.splitlines(keepends=True), filename)
    exec(compile(code, filename, "exec", dont_inherit=True), variables)


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def save_round(saver: Saver) -> dict[str, Any]:
    saved: dict[str, Any] = {}
    for name in saver.names():
        signal.setitimer(signal.ITIMER_REAL, 5)
        result = saver.save(name)
        signal.setitimer(signal.ITIMER_REAL, 0)
        if isinstance(result, Lost):
            saved[name] = {"lost": result.why}
        elif result is Unchanged:
            saved[name] = "unchanged"
        else:
            saved[name] = base64.b64encode(result).decode()
    return saved


def save(case: dict[str, Any]) -> dict[str, Any]:
    """One round of saving for each piece of code in ``make``."""
    variables = namespace({"stock": stock})
    saver = Saver(variables, **LIMITS | case.get("limits", {}))
    rounds = []
    for number, code in enumerate(case["make"], 1):
        run(code, variables, f"<step {number}>")
        rounds.append(save_round(saver))
    return {"rounds": rounds, "modules": saver.modules()}


def restore(case: dict[str, Any]) -> dict[str, Any]:
    """Bring back what ``save`` gave, then run the code of ``check``."""
    current: dict[str, str] = {}
    for each in case["rounds"]:
        current = {name: current[name] if value == "unchanged" else value for name, value in each.items()}
    saved = {name: base64.b64decode(value) for name, value in current.items() if isinstance(value, str)}
    variables = namespace({} if case.get("no_tools") else {"stock": stock})
    own = variables["__builtins__"]
    signal.setitimer(signal.ITIMER_REAL, 1)
    restored, lost = Restorer(variables, saved, case["modules"]).restore()
    signal.setitimer(signal.ITIMER_REAL, 0)
    names = [name for name in variables if not name.startswith("__")]
    failure = ""
    try:
        assert variables["__builtins__"] is own
        run(case.get("check", ""), variables, "<check>")
    except BaseException:  # noqa: BLE001 - told to the test
        failure = traceback.format_exc()
    return {"restored": restored, "lost": lost, "names": names, "failure": failure}


def in_a_fork(work: Callable[[dict[str, Any]], dict[str, Any]], case: dict[str, Any]) -> dict[str, Any]:
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.close(reading)
        with os.fdopen(writing, "w") as file:
            try:
                json.dump(work(case), file)
            except BaseException:  # noqa: BLE001 - told to the test
                json.dump({"failure": traceback.format_exc()}, file)
            file.flush()
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as file:
        text = file.read()
    os.wait()
    result: dict[str, Any] = json.loads(text or '{"failure": "the process died"}')
    return result


def main() -> None:
    for name in ("asyncio", "dataclasses", "enum", "sqlite3", "logging", "sympy"):
        if importlib.util.find_spec(name):
            importlib.import_module(name)
    signal.signal(signal.SIGALRM, interrupt)
    work = {"save": save, "restore": restore}[sys.argv[1]]
    cases = json.load(sys.stdin)
    json.dump({name: in_a_fork(work, case) for name, case in cases.items()}, sys.__stdout__)


if __name__ == "__main__":
    main()
