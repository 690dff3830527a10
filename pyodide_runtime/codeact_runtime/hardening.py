"""Take JavaScript out of Python's reach by name. Hygiene, not the boundary: see docs/security.md.

What is left are references inside Pyodide's own modules and C code, which it needs to run.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Any

__all__ = ["unregister_javascript"]

_HIDDEN = (
    "js", "pyodide_js", "_pyodide_core", "pyodide.ffi", "pyodide.http", "pyodide._run_js",
    "codeact_runtime.pyodide_host",
)  # fmt: skip


def unregister_javascript(run_sync: Callable[[Any], Any]) -> None:
    """After this, ``import js`` and its kin fail as for any module that is not there."""
    _free_event_loop(run_sync)
    from _pyodide._importhook import JsFinder, jsfinder

    for name in list(jsfinder.jsproxies):
        jsfinder.unregister_js_module(name)
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, JsFinder)]
    for name in list(sys.modules):
        if any(name == hidden or name.startswith(f"{hidden}.") for hidden in _HIDDEN):
            del sys.modules[name]
    sys.modules["_pyodide_core"] = None  # type: ignore[assignment] # built in: else any import brings it back
    # None makes an import fail; without it the built-in core, and what asks for it, would be imported anew.
    sys.modules.update(dict.fromkeys(_HIDDEN))  # type: ignore[arg-type]
    package = sys.modules["pyodide"]
    for name in ("ffi", "http", "_run_js"):
        if hasattr(package, name):
            delattr(package, name)


def _free_event_loop(run_sync: Callable[[Any], Any]) -> None:
    """Pyodide's loop imports its settings from ``pyodide_js`` at each call."""
    from pyodide.webloop import WebLoop

    def run_until_complete(self: Any, future: Any) -> Any:
        self._install_asyncgen_hooks()
        return run_sync(future)

    def run(main: Any, *, debug: bool | None = None, loop_factory: Any = None) -> Any:
        return asyncio.get_event_loop().run_until_complete(main)

    WebLoop.run_until_complete = run_until_complete  # type: ignore[method-assign]
    asyncio.run = run
