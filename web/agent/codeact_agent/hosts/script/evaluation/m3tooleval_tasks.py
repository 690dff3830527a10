"""Import the tasks of a checkout of M3ToolEval. Standard library only: this file is also run inside the sandbox,
where the tools of the tasks do their work."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
import sys
import types
from collections.abc import Iterator
from typing import Any

__all__ = ["act", "import_tasks", "prompt"]

_PACKAGE = "m3tooleval_checkout"
_DOMAINS = ("message_decoder", "dna_sequencer", "trade_calculator", "travel_itinerary_planning", "web_browsing")


class _NotUsed:
    """Stands for what the checkout imports and we do not need: its shell (code runs in our sandbox), and tqdm."""


def import_tasks(folder: str) -> dict[str, Any]:
    """All tasks below ``folder``, the checkout's ``tasks``, by name. New objects each time: its ``Task.reset()``
    does not renew what a task's tools remember. Raises whatever the checkout's code raises."""
    for name in [name for name in sys.modules if name.split(".")[0] == _PACKAGE]:
        del sys.modules[name]
    package = types.ModuleType(_PACKAGE)
    package.__path__ = [folder]
    sys.modules[_PACKAGE] = package
    with (
        _stand_in(f"{_PACKAGE}.repl", "PythonREPL"),
        _stand_in("tqdm", "tqdm"),
        contextlib.redirect_stdout(io.StringIO()),
    ):
        base = importlib.import_module(f"{_PACKAGE}.base")
        for domain in _DOMAINS:
            importlib.import_module(f"{_PACKAGE}.impl.{domain}")
    return {task.name: task for tasks, _ in base.task_iterators for task in tasks}


def prompt(task: Any, mode: str) -> str:
    """What the checkout tells the model; ``mode`` is a name in its ``ActionMode``."""
    return str(task.get_prompt(_action_mode(mode)))


def act(task: Any, action: str, mode: str) -> str:
    """What the checkout makes of an action in its JSON or text format: the observation."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return str(task.execute_action(action, _action_mode(mode)))


def _action_mode(mode: str) -> Any:
    return sys.modules[f"{_PACKAGE}.base"].ActionMode[mode]


@contextlib.contextmanager
def _stand_in(module: str, name: str) -> Iterator[None]:
    """While the checkout is imported, ``from module import name`` works whether or not the module is installed."""
    before = sys.modules.get(module)
    stand_in = types.ModuleType(module)
    setattr(stand_in, name, _NotUsed)
    sys.modules[module] = stand_in
    try:
        yield
    finally:
        del sys.modules[module]
        if before is not None:
            sys.modules[module] = before
