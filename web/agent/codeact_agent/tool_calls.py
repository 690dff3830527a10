"""One call of a tool: arguments checked, the person asked, the function run, its value checked. Portable."""

import asyncio
import json
import sys

__all__ = ["BadResult", "Denied", "ForeignError", "ToolError", "call"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_MICROPYTHON = sys.implementation.name == "micropython"  # its coroutines are generators
_TimeoutError = asyncio.TimeoutError
_INSTEAD = "return text, numbers, booleans, None, lists or dicts"
# Of a value's JSON text: what is longer is not compared with the schema, which would take seconds.
_CHECKED_CHARS = 1_000_000


class ToolError(Exception):
    """A tool that is elsewhere (an HTTP API, an MCP server) said that it failed."""


class ForeignError(Exception):
    """A tool in another language raised something; ``kind`` is its name there."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class BadResult(Exception):
    """A tool returned what its signature does not allow: whoever wrote the tool must mend it."""


class Denied(Exception):
    """The person did not allow the call; the message is the reason."""


async def call(
    tools: dict[str, "Any"],
    name: str,
    arguments: dict[str, "Any"],
    run_blocking: "Callable[..., Any] | None" = None,
    validate: "Callable[..., Any] | None" = None,
    progress: "Callable[..., None] | None" = None,
    approve: "Callable[..., Any] | None" = None,
    keep_large: "Callable[..., Any] | None" = None,
    tool_chars: int | None = None,
) -> dict[str, "Any"]:
    """Call a tool by name: ``{value}`` (JSON text) or ``{error: {kind, message}}``, as the sandbox is answered.

    What the host gives: ``await run_blocking(function)`` runs a function where it may block, such as a thread.
    ``validate(schema, value)`` gives sentences of what is wrong. ``progress(fraction, text)`` hears a tool that
    tells it, in whatever thread the tool runs. ``await approve(tool, arguments)`` gives a Decision, for tools
    that want one. ``await keep_large(name, json_text)`` puts a value longer than ``tool_chars`` elsewhere and
    gives what the code gets instead. Never raises but when it is cancelled, as Stop does.
    """
    try:
        if name not in tools:
            raise NameError(f"there is no tool named {name!r}")
        called = _Call(tools[name], run_blocking, validate)
        called.check(arguments)
        await called.ask(arguments, approve)
        if called.tool.rate:
            called.tool.rate.take(name)
        text = await called.run(arguments, progress)
        if keep_large and tool_chars is not None and len(text) > tool_chars:
            text = json.dumps(await keep_large(name, text))
        return {"value": text}
    except Exception as error:  # noqa: BLE001 - whatever a tool raises goes to the code that called it
        kind = error.kind if isinstance(error, ForeignError) else type(error).__name__
        return {"error": {"kind": kind, "message": str(error)}}


class _Call:
    def __init__(
        self, tool: "Any", run_blocking: "Callable[..., Any] | None", validate: "Callable[..., Any] | None"
    ) -> None:
        self.tool = tool
        self._run_blocking = run_blocking
        self._validate = validate
        self._over = False

    def check(self, arguments: "Any") -> None:
        """Raise TypeError for arguments that the signature does not allow."""
        if not isinstance(arguments, dict):
            raise TypeError(f"{self.tool.name}(): arguments are given by name, as a dict")
        problems = self._validate(self.tool.spec["schema"], arguments) if self._validate else []
        if problems:
            raise TypeError(f"{self.tool.name}(): {'; '.join(problems)}")

    async def ask(self, arguments: dict[str, "Any"], approve: "Callable[..., Any] | None") -> None:
        """Raise Denied where the person does not allow it."""
        if self.tool.approval == "never":
            return
        if approve is None:
            raise Denied(f"{self.tool.name}() wants a person's approval, and there is nobody to ask")
        decision = await approve(self.tool, arguments)
        if decision["decision"] == "deny":
            reason = decision.get("reason") or "no reason was given"
            raise Denied(f"the person did not allow {self.tool.name}(): {reason}")

    async def run(self, arguments: dict[str, "Any"], progress: "Callable[..., None] | None") -> str:
        """The value's JSON text. Raises what the tool raises, and TimeoutError."""
        given = dict(self.tool.accept(arguments) if self.tool.accept else arguments)
        if self.tool.takes_progress:
            given["progress"] = self._teller(progress)
        try:
            if self.tool.timeout is None:
                return await self._outcome(given)
            return await self._in_time(given)
        finally:
            self._over = True

    def _teller(self, progress: "Callable[..., None] | None") -> "Callable[..., None]":
        """What is told after the end, as by a thread that is not waited for any more, is not heard."""

        def tell(fraction: "Any" = None, text: str = "") -> None:
            if fraction is not None and not 0 <= fraction <= 1:
                raise ValueError(f"progress() takes a fraction from 0 to 1 or None, not {fraction!r}")
            if progress and not self._over:
                progress(fraction, str(text))

        return tell

    async def _in_time(self, given: dict[str, "Any"]) -> str:
        """A TimeoutError of the tool's own must not be taken for ours, so it crosses as a value."""

        async def settled() -> "Any":
            try:
                return await self._outcome(given), None
            except Exception as error:  # noqa: BLE001 - raised below
                return None, error

        try:
            text, error = await asyncio.wait_for(settled(), self.tool.timeout)
        except _TimeoutError:
            raise _TimeoutError(f"{self.tool.name}() did not answer within {self.tool.timeout:g} s") from None
        if error is not None:
            raise error
        return text  # type: ignore[no-any-return]

    async def _outcome(self, given: dict[str, "Any"]) -> str:
        def invoke() -> "Any":
            value = self.tool.function(**given)
            return value if _is_awaitable(value) else self._encoded(value)

        outcome = await self._run_blocking(invoke) if self._run_blocking else invoke()
        if not _is_awaitable(outcome):
            return outcome  # type: ignore[no-any-return]
        value = await outcome
        if self._run_blocking:  # a large value takes long to write down
            return await self._run_blocking(lambda: self._encoded(value))  # type: ignore[no-any-return]
        return self._encoded(value)

    def _encoded(self, value: "Any") -> str:
        """MicroPython's ``json.dumps`` writes down anything and CPython's NaN, so the value is looked at first."""
        name = self.tool.name
        try:
            value = self.tool.plain(value) if self.tool.plain else value
            check_json(value)
            text = json.dumps(value)
        except (TypeError, ValueError, RuntimeError) as error:  # RuntimeError: it holds itself
            raise BadResult(f"{name}() returned something that JSON cannot carry: {error}; {_INSTEAD}") from None
        if self._validate and self.tool.result_schema and len(text) <= _CHECKED_CHARS:
            problems = self._validate(self.tool.result_schema, value)
            if problems:
                raise BadResult(
                    f"{name}() is at fault, not the call: it returned what it says it does not. "
                    f"{'; '.join(problems)}"
                )
        return text


def _is_awaitable(value: "Any") -> bool:
    return hasattr(value, "__await__") or (_MICROPYTHON and hasattr(value, "send"))


def check_json(value: "Any") -> None:
    """Raise TypeError or ValueError for what is no JSON value, with words for it."""
    if value is None or isinstance(value, (bool, int, str)):
        return
    if isinstance(value, float):
        if value - value != 0:
            raise ValueError(f"the number {value}")
    elif isinstance(value, (list, tuple)):
        for each in value:
            check_json(each)
    elif isinstance(value, dict):
        for key in value:
            if not isinstance(key, (str, int, float)) and key is not None:
                raise TypeError(f"a key of type {type(key).__name__}")
            check_json(value[key])
    else:
        raise TypeError(f"a value of type {type(value).__name__}")
