"""Whoever runs the script: answers the model's questions and approves of its code."""

from __future__ import annotations

import inspect
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol, TextIO

from anyio import to_thread

from codeact_agent.errors import AgentError
from codeact_agent.hosts.script.terminal import plain

__all__ = ["Functions", "NobodyThere", "Person", "TerminalPerson"]

Ask = Callable[[str, list[str] | None], str | Awaitable[str]]
Approve = Callable[[dict[str, Any]], dict[str, Any] | str | bool | Awaitable[dict[str, Any] | str | bool]]


class NobodyThere(AgentError):
    """The model asks, and there is neither a terminal nor a function to answer."""

    kind = "nobody_there"


class Person(Protocol):
    """Answers questions and approves of code and tool calls (docs/events.md)."""

    async def ask(self, question: str, choices: list[str] | None) -> str:
        """The answer. Raises NobodyThere."""
        ...

    async def approve(self, card: dict[str, Any]) -> dict[str, Any]:
        """``{decision, code?, reason?, remember?}``."""
        ...


class TerminalPerson:
    """Asks on the terminal, where there is one."""

    def __init__(self, source: TextIO | None = None, screen: TextIO | None = None) -> None:
        self._source = source or sys.stdin
        self._screen = screen or sys.stderr

    async def ask(self, question: str, choices: list[str] | None) -> str:
        """One line; a choice by its number or its words."""
        self._check()
        return await to_thread.run_sync(self._ask, question, choices, abandon_on_cancel=True)

    async def approve(self, card: dict[str, Any]) -> dict[str, Any]:
        """Yes, no, or edit."""
        self._check()
        return await to_thread.run_sync(self._approve, card, abandon_on_cancel=True)

    def _check(self) -> None:
        if not self._source.isatty():
            raise NobodyThere("There is no terminal to ask the person on; go on without asking.")

    def _ask(self, question: str, choices: list[str] | None) -> str:
        self._say(f"\n{question}\n")
        for number, choice in enumerate(choices or (), 1):
            self._say(f"  {number}. {choice}\n")
        while True:
            line = self._line("Your answer: ")
            if not choices:
                return line
            if line.isdecimal() and 1 <= int(line) <= len(choices):
                return choices[int(line) - 1]
            if line in choices:
                return line
            self._say(f"Type a number from 1 to {len(choices)}.\n")

    def _approve(self, card: dict[str, Any]) -> dict[str, Any]:
        if card["kind"] == "tool":
            arguments = ", ".join(f"{name}={value!r}" for name, value in card["arguments"].items())
            self._say(f"\nThe code wants to call {card['name']}({arguments}).\n")
            options = "Allow it? [y]es, [n]o: "
        else:
            self._say(f"\nThe code waits for your leave ({'; '.join(card['reasons'])}):\n\n{card['code']}\n\n")
            options = "Run it? [y]es, [n]o, [e]dit: "
        while True:
            line = self._line(options).lower()
            if line in ("y", "yes"):
                return {"decision": "approve"}
            if line in ("n", "no"):
                return {"decision": "deny", "reason": self._line("Why not? ")}
            if line in ("e", "edit") and card["kind"] == "code":
                return {"decision": "edit", "code": _edited(card["code"])}

    def _line(self, prompt: str) -> str:
        self._say(prompt)
        line = self._source.readline()
        if not line:
            raise NobodyThere("The terminal was closed before the person answered.")
        return line.strip()

    def _say(self, text: str) -> None:
        self._screen.write(plain(text))
        self._screen.flush()


class Functions:
    """The caller's own functions, each else the terminal's."""

    def __init__(self, ask: Ask | None, approve: Approve | None) -> None:
        self._ask = ask
        self._approve = approve
        self._terminal = TerminalPerson()

    async def ask(self, question: str, choices: list[str] | None) -> str:
        """What the function answers, as text."""
        if self._ask is None:
            return await self._terminal.ask(question, choices)
        return str(await _called(self._ask, question, choices))

    async def approve(self, card: dict[str, Any]) -> dict[str, Any]:
        """The function may give a decision, its name alone, or True or False. Without function and terminal
        nobody approves: it is denied."""
        if self._approve is None:
            try:
                return await self._terminal.approve(card)
            except NobodyThere:
                return {"decision": "deny", "reason": "nobody is there to approve of it"}
        given = await _called(self._approve, card)
        if isinstance(given, bool):
            return {"decision": "approve" if given else "deny"}
        return {"decision": given} if isinstance(given, str) else given


async def _called(function: Callable[..., Any], *args: Any) -> Any:
    if inspect.iscoroutinefunction(function):
        return await function(*args)
    return await to_thread.run_sync(function, *args, abandon_on_cancel=True)


def _edited(code: str) -> str:
    """``code`` as the person's editor leaves it."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "step.py"
        path.write_text(code, encoding="utf-8")
        subprocess.run([*shlex.split(editor), str(path)], check=True)
        return path.read_text(encoding="utf-8")
