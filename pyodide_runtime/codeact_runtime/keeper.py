"""Save and restore a conversation's variables under the same clock as its steps. Called by pyodide_host."""

from __future__ import annotations

from typing import Any

from codeact_runtime import tracebacks
from codeact_runtime.checkpoint import Lost, Saver
from codeact_runtime.checkpoint_restore import Restorer
from codeact_runtime.host import Host
from codeact_runtime.limits import Limits

__all__ = ["Keeper"]

MB = 2**20
# For one variable: pickling may run the model's own __reduce__, which may never end.
_SAVE_MS = 500
# For one variable or import, and for all.
_RESTORE_ONE_MS = 10_000
_RESTORE_MS = 25_000


class Keeper:
    """``variables`` is the namespace of the model's code."""

    def __init__(self, host: Host, limits: Limits, variables: dict[str, Any]) -> None:
        self._host = host
        self._variables = variables
        self._saver = Saver(
            variables, variable_bytes=limits.variable_mb * MB, total_bytes=limits.checkpoint_mb * MB
        )
        self._pickles: dict[str, bytes] = {}
        self._modules: dict[str, str] = {}

    def names(self) -> list[str]:
        """What can be saved now, in order."""
        return self._saver.names()

    def save(self, name: str) -> bytes | str:
        """A variable's pickle; as text ``""`` where it has not changed, or why it is lost."""
        saved: object
        disarm = self._host.disarm
        try:
            self._host.set_deadline(_SAVE_MS)
            saved = self._saver.save(name)
        except BaseException as error:  # noqa: BLE001 - the interrupt may come a little later
            saved = f"saving it failed ({type(error).__name__})"
        disarm()
        if isinstance(saved, Lost):
            return saved.why
        return saved if isinstance(saved, (bytes, str)) else ""  # Unchanged

    def rest(self) -> dict[str, Any]:
        """What a checkpoint holds besides pickles: ``{modules, sources}``."""
        self._saver.end()
        return {"modules": self._saver.modules(), "sources": tracebacks.sources()}

    def begin(self, modules: dict[str, str], sources: dict[str, str]) -> None:
        """Begin to restore; takes what ``rest`` gave."""
        tracebacks.restore_sources(sources)
        self._modules = modules
        self._pickles = {}

    def add(self, name: str, pickle: bytes) -> None:
        """Take a variable's pickle."""
        self._pickles[name] = pickle

    def end(self) -> dict[str, Any]:
        """Restore: ``{names, lost: [{name, why}]}``."""
        until = self._host.now_ms() + _RESTORE_MS

        def arm() -> None:
            self._host.set_deadline(max(1.0, min(_RESTORE_ONE_MS, until - self._host.now_ms())))

        restorer = Restorer(self._variables, self._pickles, self._modules, arm)
        names: list[str] = []
        lost: dict[str, str] = {}
        disarm = self._host.disarm
        try:
            arm()
            names, lost = restorer.restore()
        except BaseException as error:  # noqa: BLE001 - unpickling runs the model's own code
            lost = {"…": f"restoring the rest failed ({type(error).__name__})"}
        disarm()
        self._pickles = {}
        return {"names": names, "lost": [{"name": name, "why": why} for name, why in lost.items()]}
