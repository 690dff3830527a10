"""Play tasks of M3ToolEval under the paper's rules: 10 turns, one action in each; an answer may be tried again.

The checkout's tools and formats run in the sandbox, since its calculator evaluates what the model writes; prompt,
reading of replies and judge run here, on another copy of the task.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

from codeact_agent.errors import AgentError, ModelError
from codeact_agent.hosts.script.chat import open_client
from codeact_agent.hosts.script.evaluation import m3tooleval_tasks
from codeact_agent.hosts.script.evaluation.played import Planned, Played
from codeact_agent.hosts.script.host import ScriptHost
from codeact_agent.hosts.script.models import ModelOptions, choose_live
from codeact_agent.hosts.script.person import Functions
from codeact_agent.hosts.script.run_control import RunControl
from codeact_agent.model import ask
from codeact_agent.tokens import TokenMeter

if TYPE_CHECKING:
    from codeact_agent.host import Model
    from codeact_agent.hosts.script.sandbox import SandboxBrowser

__all__ = ["M3Player", "trimmed"]

TURNS = 10
_CODE_MS = 30_000
_MOST_CHARS = 2000
_FOLDER = "/data/m3tooleval"
_ACTION_MODES = {"code": "CODE_AS_ACTION", "json": "JSON_AS_ACTION", "text": "TEXT_AS_ACTION"}
_NO_OUTPUT = "[The code ran without output. Did you forget to print?]"
_WRONG = "That answer is not right. Try again. Give ONLY the answer (such as one number), without any other text."
_REMINDER = "\n*Extra reminder: "


class M3Player:
    """Gives each task a sandbox of its own."""

    def __init__(
        self, tasks: dict[str, Any], files: dict[str, bytes], model: str, browser: SandboxBrowser
    ) -> None:
        """``files`` are those of the checkout's ``tasks``, by their path in it."""
        self._tasks = tasks
        self._files = files
        self._model = model
        self._browser = browser

    async def play(self, planned: Planned) -> Played:
        """See ``Player``."""
        task = self._tasks[planned.id]
        started = time.monotonic()
        async with AsyncExitStack() as stack:
            host = ScriptHost(lambda event: None, self._browser, Functions(None, None), RunControl())
            stack.push_async_callback(host.close)
            client = await stack.enter_async_context(open_client())
            model = choose_live(self._model, host, client, ModelOptions())
            sandbox = _Actions(host, self._files, planned)
            stack.enter_context(host.control.running())
            run = _Run(task, planned.mode, model, host, sandbox)
            error = None
            try:
                await sandbox.start()
                await run.play()
            except AgentError as problem:
                error = str(problem)
        return Played(
            success=run.solved,
            answer=run.answer,
            verdict=None if run.solved or error else run.verdict,
            error=error,
            turns=run.turns,
            tokens=run.tokens,
            seconds=time.monotonic() - started,
            trace={
                "task": planned.id, "mode": planned.mode, "model": self._model, "messages": run.messages,
                "expected": repr(task.expected_output), "solved": run.solved, "error": error,
            },
            unreachable=error is not None and run.turns == 0,
        )  # fmt: skip


class _Actions:
    """The actions of one task, carried out in its sandbox."""

    def __init__(self, host: ScriptHost, files: dict[str, bytes], planned: Planned) -> None:
        self._host = host
        self._files = files
        self._planned = planned

    async def start(self) -> None:
        """Put the checkout into the sandbox and load the task. Raises AgentError."""
        await self._host.prepare([])
        assert self._host.sandbox is not None
        for name, data in self._files.items():
            await self._host.sandbox.write_file(f"{_FOLDER}/{name}", data)
        await self._load()

    async def _load(self) -> None:
        source = inspect.getsource(m3tooleval_tasks)
        code = (
            "import sys, types\n"
            "m3tooleval = sys.modules['m3tooleval'] = types.ModuleType('m3tooleval')\n"
            f"exec(compile({source!r}, 'm3tooleval', 'exec'), m3tooleval.__dict__)\n"
            f"m3tooleval.task = m3tooleval.import_tasks({_FOLDER!r})[{self._planned.id!r}]\n"
        )
        if self._planned.mode == "code":
            code += "globals().update({name: tool.function for name, tool in m3tooleval.task.tools.items()})\n"
        outcome = await self._run(code + "del sys, types, m3tooleval")
        problem = _problem(outcome)
        if problem:
            raise AgentError(f"The task {self._planned.id} did not load in the sandbox: {problem}")

    async def take(self, action: str) -> str:
        """The observation."""
        if self._planned.mode == "code":
            return await self._take_code(action)
        mode = _ACTION_MODES[self._planned.mode]
        outcome = await self._run(
            f"import m3tooleval\nfinal_answer(m3tooleval.act(m3tooleval.task, {action!r}, {mode!r}))"
        )
        answer = (outcome.get("result") or {}).get("final_answer")
        if answer:
            return str(json.loads(answer["json"]))
        return await self._failed(outcome)

    async def _take_code(self, action: str) -> str:
        outcome = await self._run(action)
        result = outcome.get("result")
        if result is None:
            return await self._failed(outcome)
        shown = [each["text/plain"] for each in result["results"]]
        error = [result["error"]["traceback"]] if result["error"] else []
        text = "\n".join(filter(None, [result["stdout"].rstrip("\n"), *shown, *error])) or _NO_OUTPUT
        return _value(text if len(text) <= _MOST_CHARS else f"{text[:_MOST_CHARS]}...\n[Output Truncated]")

    async def _failed(self, outcome: dict[str, Any]) -> str:
        """A tool raised; or the interpreter was replaced, and the task with it."""
        if "error" in outcome:
            await self._load()
        return f"Error: {_problem(outcome)}"

    async def _run(self, code: str) -> dict[str, Any]:
        return await self._host.execute({"code": code, "time_ms": _CODE_MS, "approval": "never", "images": False})


class _Run:
    """One run of the paper's loop."""

    def __init__(self, task: Any, mode: str, model: Model, host: ScriptHost, actions: _Actions) -> None:
        self._task = task
        self._model = model
        self._host = host
        self._actions = actions
        self._meter = TokenMeter()
        prompt = m3tooleval_tasks.prompt(task, _ACTION_MODES[mode])
        self.messages: list[dict[str, Any]] = [{"role": "user", "content": prompt}]
        self.solved = False
        self.answer: Any = None
        self.verdict = f"no right answer in {TURNS} turns"
        self.turns = 0
        self.tokens = 0

    async def play(self) -> None:
        """Until the answer is right or the turns are used up. Raises AgentError."""
        while not self.solved and self.turns < TURNS:
            try:
                reply = await self._ask()
            except ModelError as error:
                if self.turns and error.status == 400:  # as in the paper: mostly a context that is full
                    self.verdict = f"the model refused: {error}"
                    return
                raise
            self.messages.append({"role": "assistant", "content": reply})
            read = self._task.parse_generation(reply)
            told = await self._told(read["type"], read["content"])
            if not self.solved:
                extra = read.get("extra_info")
                self.messages.append({"role": "user", "content": told + (f"{_REMINDER}{extra}" if extra else "")})

    async def _told(self, kind: str, content: str) -> str:
        if kind == "action":
            observation = await self._actions.take(content)
            if self._task.is_single_tool_task:
                self._judge(observation)
            return observation
        if kind == "answer":
            self._judge(content)
            return _WRONG
        return content

    def _judge(self, answer: str) -> None:
        self.answer = answer
        self.solved = bool(self._task.check_answer(answer))
        if not self.solved:
            self.verdict = f"{answer[:200]!r} is not {str(self._task.expected_output)[:200]!r}"

    async def _ask(self) -> str:
        reply = await ask(self._model, self.messages, self._host, _nothing, _nothing)
        usage = self._meter.usage(reply, self.messages)
        self.tokens += usage["prompt_tokens"] + usage["completion_tokens"]
        self.turns += 1
        return trimmed(reply["text"])


def _problem(outcome: dict[str, Any]) -> str:
    """What went wrong in a step, in one line; empty if nothing did."""
    if "error" in outcome:
        return str(outcome["error"]["message"])
    error = outcome["result"]["error"]
    return str(error["traceback"].rstrip().split("\n")[-1]) if error else ""


def _nothing(*_: object) -> None:
    """Nobody watches the words come."""


def _value(text: str) -> str:
    """What the judge and the model see of code's output: a literal as Python writes it, other text as it is."""
    try:
        return str(ast.literal_eval(text.strip()))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text


def trimmed(reply: str) -> str:
    """``reply`` as the paper's harness takes it: what follows its first action or answer was made up.

    >>> trimmed("Action: f, 1 End Action\\nThought: it is 2. Answer: 2")
    'Action: f, 1 End Action'
    """
    reply = reply.lstrip()
    marks = [match.start() for match in re.finditer("Answer:|Action:", reply)]
    if len(marks) < 2:
        return reply
    reply = reply[: marks[1]].strip()
    begin = reply.find("Action:") + len("Action:")
    end = reply.find("End Action", begin)
    if end >= 0:
        reply = reply[: end + len("End Action")]
    thought = reply.find("Thought:", begin)
    return reply[:thought].strip() if thought >= 0 else reply
