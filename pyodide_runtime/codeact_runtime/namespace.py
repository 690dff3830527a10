"""The one lasting namespace of a conversation: the model's variables over our builtins."""

from __future__ import annotations

import builtins
import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

from codeact_runtime.display import HTML, SVG, Image, mime_bundle
from codeact_runtime.errors import FinalAnswer, PictureRefused, SandboxError
from codeact_runtime.host import Host
from codeact_runtime.limits import Limits
from codeact_runtime.pictures import why_not_shown
from codeact_runtime.tools import ToolSpec, make_tool
from codeact_runtime.truncation import truncate

__all__ = ["Answer", "Namespace", "Unset"]

Answer = dict[str, Any]


class Unset:
    """Stands for "no final answer yet", since None is a possible answer."""


class Namespace:
    """``variables`` is what the code runs in. Tools and helpers live in its ``__builtins__``, so a
    variable of the same name shadows them as any builtin, and ``del`` brings them back."""

    def __init__(self, host: Host, limits: Limits) -> None:
        self._host = host
        self._limits = limits
        self._builtins: dict[str, Any] = dict(vars(builtins))
        self._builtins.update(final_answer=self._final_answer, display=self._display)
        self._builtins.update(HTML=HTML, SVG=SVG, Image=Image)
        self._fixed = set(self._builtins)
        # A real module, so that pickle finds the model's own classes (see pyodide_host.py).
        self.module = ModuleType("__main__")
        self.variables: dict[str, Any] = vars(self.module)
        self._pristine = dict(self._builtins)
        self._answer: object = Unset
        self.mend()

    def mend(self) -> None:
        """Put back what code may have changed of builtins and tools. Variables of those names stay."""
        self._builtins.update(self._pristine)
        self.variables["__builtins__"] = self._builtins
        self.variables.setdefault("__name__", "__main__")

    def set_tools(self, specs: list[ToolSpec]) -> None:
        """Replace the tools. A tool may not take the name of a builtin."""
        tools: dict[str, Callable[..., Any]] = {}
        for spec in specs:
            if spec["name"] in self._fixed:
                raise SandboxError(f"a tool cannot be named {spec['name']!r}: that is a builtin of Python")
            tools[spec["name"]] = make_tool(spec, self._host)
        for name in set(self._builtins) - self._fixed:
            del self._builtins[name]
        self._builtins.update(tools)
        self._pristine = dict(self._builtins)

    def take_answer(self) -> object:
        """The answer given since the last call, or Unset.

        ``final_answer = x`` counts as ``final_answer(x)``: models write it, and it can mean nothing else.
        """
        if "final_answer" in self.variables:
            assigned = self.variables.pop("final_answer")
            self._answer = self._answer if callable(assigned) else assigned
        answer, self._answer = self._answer, Unset
        return answer

    def _final_answer(self, answer: object = None) -> None:
        """End the task with this answer."""
        self._answer = answer
        raise FinalAnswer(answer)

    def _display(self, *values: object) -> None:
        """Show values to the person: pictures, tables, markup, or their repr."""
        for value in values:
            bundle = mime_bundle(value, self._limits.model_chars)
            size = sum(len(data) for data in bundle.values())
            if size > self._limits.display_chars:
                raise SandboxError(
                    f"display(): {size:,} characters is more than the {self._limits.display_chars:,} "
                    "that can be shown; draw fewer points or show a part"
                )
            for mime, data in bundle.items():
                if refused := why_not_shown(mime, data):
                    raise PictureRefused(f"display(): {refused}")
            if not self._host.display(bundle):
                raise SandboxError(
                    f"display(): a step may show {self._limits.display_items} items of "
                    f"{self._limits.displays_chars:,} characters together; show fewer or smaller ones"
                )


def describe_answer(value: object, limits: Limits) -> Answer:
    """``{json, text, bundle}``: the value as JSON text, or None where JSON has no such value or it is longer
    than ``display_chars``; a text of at most about ``person_chars``; and its MIME bundle."""
    bundle = mime_bundle(value, limits.model_chars, limits.display_chars)
    text = value if isinstance(value, str) else bundle["text/plain"]
    try:
        encoded = json.dumps(value, allow_nan=False)
        if isinstance(value, (dict, list)):
            text = json.dumps(value, ensure_ascii=False, indent=2)
    except (TypeError, ValueError, RecursionError):
        encoded = None
    if encoded is not None and len(encoded) > limits.display_chars:
        encoded = None
    return {"json": encoded, "text": truncate(text, limits.person_chars), "bundle": bundle}
