"""The one lasting namespace of a conversation: the model's variables over our builtins."""

from __future__ import annotations

import builtins
import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

from codeact_runtime.asking import ask_for_line
from codeact_runtime.display import HTML, SVG, Image, mime_bundle
from codeact_runtime.errors import FinalAnswer, PictureRefused, SandboxError, ToolsRefused
from codeact_runtime.host import Host
from codeact_runtime.limits import Limits
from codeact_runtime.pictures import why_not_shown
from codeact_runtime.prelude import Prelude, PreludeTools
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
        self._builtins.update(HTML=HTML, SVG=SVG, Image=Image, input=self._input)
        self._fixed = set(self._builtins)
        # A real module, so that pickle finds the model's own classes (see pyodide_host.py).
        self.module = ModuleType("__main__")
        self.variables: dict[str, Any] = vars(self.module)
        self._pristine = dict(self._builtins)
        self._answer: object = Unset
        self.tools: dict[str, ToolSpec] = {}
        """The tools that can be called now, those of the sandbox among them."""
        self._ran: tuple[list[Prelude], list[str]] = [], []
        self._own: list[PreludeTools] = []
        self.mend()

    def mend(self) -> None:
        """Put back what code may have changed of builtins and tools. Variables of those names stay."""
        self._builtins.update(self._pristine)
        self.variables["__builtins__"] = self._builtins
        self.variables.setdefault("__name__", "__main__")

    def set_tools(self, specs: list[ToolSpec], prelude: list[Prelude]) -> list[ToolSpec]:
        """Replace the tools; the specs of those that ``prelude`` defines. Raises ToolsRefused, and then nothing
        has changed: a tool may not take the name of a builtin or of another tool."""
        tools: dict[str, Callable[..., Any]] = {}
        for spec in specs:
            name = spec["name"]
            if name in self._fixed:
                raise ToolsRefused(f"a tool cannot be named {name!r}: that is a builtin of Python")
            if name in tools:
                raise ToolsRefused(f"two tools are named {name!r}")
            try:
                tools[name] = make_tool(spec, self._host)
            except (TypeError, ValueError) as error:
                raise ToolsRefused(f"the tool {name!r} cannot be called: {error}") from None
        former = {name: self._builtins[name] for name in set(self._builtins) - self._fixed}
        self._replace(tools)
        try:
            own = self._run_prelude(prelude, list(tools))
        except ToolsRefused:
            self._replace(former)
            raise
        self._own, self._ran = own, (prelude, list(tools))
        found = {name: spec for each in own for name, spec in each.specs.items()}
        self._replace({**tools, **{name: each.functions[name] for each in own for name in each.functions}})
        self.tools = {**{spec["name"]: spec for spec in specs}, **found}
        return list(found.values())

    def _replace(self, tools: dict[str, Callable[..., Any]]) -> None:
        for name in set(self._builtins) - self._fixed:
            del self._builtins[name]
        self._builtins.update(tools)
        self._pristine = dict(self._builtins)

    def _run_prelude(self, prelude: list[Prelude], host_tools: list[str]) -> list[PreludeTools]:
        """What ran before is not run again: it may have made something that is to last."""
        if (prelude, host_tools) == self._ran:
            for each in self._own:
                self._builtins.update(each.functions)
            return self._own
        own = []
        for source in prelude:
            own.append(PreludeTools(source, self._builtins, host_tools, self._host))
            self._builtins.update(own[-1].functions)
        return own

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

    def _input(self, prompt: object = "", /) -> str:
        """Ask the person for a line."""
        ask = self._pristine.get("ask_user")
        return ask_for_line(prompt, ask, can_block=self._host.can_block)

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
