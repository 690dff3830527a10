"""One run of the loop: step → query → parse → execute → observe, until there is an answer. Portable.

Wang et al., "Executable Code Actions Elicit Better LLM Agents", ICML 2024.
"""

import json

from codeact_agent.answer_checks import problems_of
from codeact_agent.budget import Spending
from codeact_agent.builtin_tools import ask_user
from codeact_agent.errors import AgentError, Stopped
from codeact_agent.formats import format_of
from codeact_agent.model import ask
from codeact_agent.observation import ANSWERED, observe, observe_call, without_variables
from codeact_agent.prompt import message
from codeact_agent.stuck import StuckDetector
from codeact_agent.toolbox import Toolbox

__all__ = ["Run", "Stuck"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from codeact_agent.formats import Action
    from codeact_agent.host import Model
    from codeact_agent.loop import Loop
    from codeact_agent.tools import Tool

# How a step's worker can end by what the code did (web/sandbox/errors.js); the rest is not the model's to mend.
_OBSERVED = (
    "killed",
    "stopped",
    "worker_died",
    "interpreter_died",
    "message_flood",
    "unknown_message",
    "worker_error",
)


class Stuck(AgentError):
    """The run goes in circles, and a nudge did not help."""

    kind = "stuck"


class Outcome:
    """What an action came to: the ``observation``, the sandbox's outcome if code ran, and the answer if one was
    given."""

    def __init__(
        self, observation: str, outcome: dict[str, "Any"] | None = None, answer: dict[str, "Any"] | None = None
    ) -> None:
        self.observation = observation
        self.outcome = outcome or {}
        self.answer = answer

    @property
    def result(self) -> dict[str, "Any"] | None:
        return self.outcome.get("result")

    @property
    def error(self) -> str | None:
        """Class and text of what the code raised."""
        error = (self.result or {}).get("error")
        return f"{error['name']}: {error['value']}" if error else None


class Run:
    """One task of a conversation."""

    def __init__(self, loop: "Loop", model: "Model", tools: dict[str, "Tool"]) -> None:
        self.host = loop.host
        self.model = model
        self.depth = loop.depth
        self.step = 0
        self.ended = False
        self.spending = Spending(loop.options.budget, model.price)
        self.cap: str | None = None
        self._options = loop.options
        self._sandbox = loop.sandbox
        self._messages = loop.messages
        self._context = loop.context
        self._meter = loop.meter
        self._told = 0  # messages that ``model_asked`` has told of
        self._format = format_of(loop.options.mode)
        self._stuck = StuckDetector()
        self._started = 0.0
        given = dict(tools)
        for agent in loop.managed_agents:
            given[agent.name] = agent.as_tool(self)
        self.toolbox = Toolbox(self.host, given, self.emit, loop.sandbox, loop.approved)
        given.setdefault("ask_user", ask_user(self.toolbox))

    def emit(self, kind: str, **fields: object) -> None:
        """Tell of something that happened in the step. After the end nobody hears of what is late."""
        if self.ended:
            return
        event: dict[str, Any] = {"type": kind, "step": self.step}
        event.update(fields)
        self.host.emit(event)

    def spend(self, finished: dict[str, "Any"]) -> None:
        """Count what a sub-agent has used."""
        self.spending.add_run(finished["usage"], finished["cost"])

    async def solve(self) -> tuple["Any", ...]:
        """``(status, answer)``. Raises Stopped, Stuck, and AgentError where the person must act."""
        self._started = self.host.now()
        for number in range(self._options.max_steps):
            self.cap = self.spending.exceeded(self.host.now() - self._started)
            if self.cap:
                break
            if self._options.planning_interval and number % self._options.planning_interval == 0:
                await self._plan(first=number == 0)
            answer = await self._one_step(forced=False)
            if answer is not None:
                return "answered", answer
        else:
            self.cap = "steps"
        self._messages.append({"role": "user", "content": message("forced")})
        answer = await self._one_step(forced=True)
        return ("forced", answer) if answer is not None else ("unanswered", None)

    async def _plan(self, first: bool) -> None:
        started = self.host.now()
        self._messages.append({"role": "user", "content": message("plan" if first else "plan_again")})
        sent = await self._fit(None)
        reply, usage, cost = await self._ask(sent, None, aloud=False)
        plan = reply["text"].strip()
        if plan:
            self._messages.append({"role": "assistant", "content": plan})
        self._messages.append({"role": "user", "content": message("plan_go")})
        self.emit("plan_made", step=self.step + 1, plan=plan, usage=usage, cost=cost,
                  duration_ms=self._since(started))  # fmt: skip

    async def _one_step(self, forced: bool) -> dict[str, "Any"] | None:
        """The final answer, or None to go on."""
        self.step += 1
        started = self.host.now()
        self.emit("step_started", forced=forced)
        action = self._format.read(await self._query())
        calls = [action.call] if action.call else []
        self.emit("code_parsed", thought=action.thought, code=action.code, calls=calls)
        outcome = await self._act(action, forced)
        if outcome.answer is not None:
            problems = await problems_of(outcome.answer, self._options, self.host, self.step)
            if problems:
                self.emit("answer_rejected", problems=problems)
                said = "\n".join([f"- {each}" for each in problems])
                outcome.answer = None
                outcome.observation = message("rejected").replace("{problems}", said)
        circle = None
        if outcome.answer is None and not forced:
            circle = self._stuck.take(action.key, without_variables(outcome.observation), outcome.error)
        is_first = not self._stuck.has_nudged
        if circle is not None and is_first:
            self._stuck.has_nudged = True
            self.emit("nudged", reason=circle)
            outcome.observation += "\n\n" + message("stuck").replace("{reason}", circle)
        self._observe(action, outcome, started)
        if self.host.stopping and outcome.answer is None:
            raise Stopped
        if circle is not None and not is_first:
            raise Stuck(f"The run went in circles ({circle}) and was ended. Say the task in another way, or give "
                        "the model more to go on.")  # fmt: skip
        return outcome.answer

    async def _act(self, action: "Action", forced: bool) -> Outcome:
        if action.problem:
            if forced and action.thought and not action.has_called:
                return Outcome("", answer=_answer_of(action.thought))
            return Outcome(message(action.problem))
        if action.call:
            return await self._call(action.call)
        outcome = await self._execute(action.code)
        answer = outcome.get("result", {}).get("final_answer")
        return Outcome(observe(outcome), outcome, answer)

    async def _call(self, called: dict[str, "Any"]) -> Outcome:
        """One tool call of a model that acts by JSON."""
        if called["name"] == "final_answer":
            arguments = json.loads(called["arguments"] or "{}")
            if "answer" not in arguments:
                return Outcome(message("no_answer"))
            return Outcome(ANSWERED, answer=_answer_of(arguments["answer"]))
        if called["name"] in [spec["name"] for spec in self._sandbox["sandbox_tools"]]:
            code = f"import json\nawait {called['name']}(**json.loads({called['arguments']!r}))"
            outcome = await self._execute(code)
            return Outcome(observe(outcome), outcome)
        calling = self.toolbox.call(called["name"], called["arguments"] or "{}")
        outcome = await self.host.until_stopped(calling)
        return Outcome(observe_call(outcome, self._sandbox["limits"]["model_chars"]))

    async def _execute(self, code: str) -> dict[str, "Any"]:
        """The outcome, where the model can do something about it. Raises AgentError where it cannot."""
        step = {
            "code": code,
            "time_ms": self.model.time_ms,
            "approval": self._options.approval,
            "images": self.model.takes_images,
        }
        outcome: dict[str, Any] = await self.host.execute(step)
        error = outcome.get("error")
        if error and error["kind"] not in _OBSERVED:
            problem = AgentError(f"The sandbox failed: {error['message']}")
            problem.kind = error["kind"]
            raise problem
        return outcome

    async def _query(self) -> dict[str, "Any"]:
        started = self.host.now()
        tools = self._format.tools(self.toolbox.specs + self._sandbox["sandbox_tools"])
        reply: dict[str, Any]
        sent = await self._fit(tools)
        added = self._messages[self._told :]
        self._told = len(self._messages)
        self.emit("model_asked", messages=self._told, added=added, tools=tools)
        reply, usage, cost = await self._ask(sent, tools)
        self.emit(
            "model_replied",
            text=reply["text"],
            tool_calls=reply["tool_calls"],
            usage=usage,
            cost=cost,
            duration_ms=self._since(started),
        )
        return reply

    async def _fit(self, tools: list["Any"] | None) -> list["Any"]:
        """The messages to send: the transcript, or what of it fits in the model's window."""
        sent, shortened = await self._context.fit(
            self._messages, self.model.context_window, json.dumps(tools) if tools else "", self._summarise
        )
        if shortened:
            self.emit("context_shortened", **shortened)
        return sent

    async def _ask(
        self, messages: list["Any"], tools: list["Any"] | None, aloud: bool = True
    ) -> tuple["Any", ...]:
        """``(reply, usage, cost)``; ``aloud``: the words are shown as they come."""

        def on_delta(text: str) -> None:
            if aloud:
                self.emit("model_delta", text=text)

        def on_retry(text: str, attempt: int, delay_ms: int) -> None:
            self.emit("model_retried", message=text, attempt=attempt, delay_ms=delay_ms)

        reply = await ask(self.model, messages, self.host, on_delta, on_retry, tools)
        if self.host.stopping:
            raise Stopped
        usage = self._meter.usage(reply, messages)
        return reply, usage, self.spending.add(usage)

    async def _summarise(self, messages: list["Any"]) -> str:
        asked = messages[:]
        asked.append({"role": "user", "content": message("summarise")})
        reply, _, _ = await self._ask(asked, None, aloud=False)
        return reply["text"].strip()  # type: ignore[no-any-return]

    def _observe(self, action: "Action", outcome: Outcome, started: float) -> None:
        if action.message:
            self._messages.append(action.message)
        observation = outcome.observation
        if observation:
            self._messages.append(action.observed(observation, outcome.outcome.get("images") or []))
        finished = {
            "observation": observation,
            "result": outcome.result,
            "error": outcome.outcome.get("error"),
            "difference": self._difference(observation),
            "duration_ms": self._since(started),
        }
        self.emit("step_finished", **finished)
        for callback in self._options.step_callbacks:
            callback(finished)

    def _difference(self, observation: str) -> dict[str, "Any"] | None:
        """What a recording expected, where that is not what happened."""
        expected = self.model.expected(self.step - 1)
        if expected is None or without_variables(expected) == without_variables(observation):
            return None
        return {"recorded": expected, "real": observation}

    def _since(self, started: float) -> int:
        return int((self.host.now() - started) * 1000)


def _answer_of(value: "Any") -> dict[str, "Any"]:
    text = value if isinstance(value, str) else json.dumps(value)
    return {"json": json.dumps(value), "text": text, "bundle": {"text/plain": text}}
