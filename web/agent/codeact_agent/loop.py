"""The CodeAct loop: run → step → query → parse → execute → observe. Portable; does no I/O of its own.

Wang et al., "Executable Code Actions Elicit Better LLM Agents", ICML 2024.
"""

import json

from codeact_agent.errors import AgentError, Stopped, internal_error
from codeact_agent.model import ask
from codeact_agent.observation import observe, without_variables
from codeact_agent.parsing import parse
from codeact_agent.prompt import message, system_prompt, task_message

__all__ = ["Loop"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from codeact_agent.host import Host, Model

DEFAULT_MAX_STEPS = 20
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


class Loop:
    """One conversation. Its messages last from run to run, as the sandbox's variables do."""

    def __init__(self, host: "Host", sandbox: dict[str, "Any"], instructions: str = "") -> None:
        """``sandbox`` is what the model is told of it: ``{limits, can_block, python, modules}`` (prompt.py);
        ``instructions`` are added to the system prompt."""
        self._host = host
        self._sandbox = sandbox
        self._instructions = instructions
        self._step = 0
        self.messages: list[Any] = [{"role": "system", "content": ""}]

    def resume(self, messages: list["Any"]) -> None:
        """Go on with a conversation that another loop had: its ``messages`` after the system prompt. A run
        that was cut off is closed."""
        self.messages.extend(messages)
        self._close_turn()

    async def run(
        self,
        task: str,
        model: "Model",
        tools: list["Any"],
        max_steps: int = DEFAULT_MAX_STEPS,
        task_id: str | None = None,
        files: list["Any"] | None = None,
    ) -> dict[str, "Any"]:
        """Solve ``task`` with ``model`` and ``tools`` (specs, see tools.py); gives the ``run_finished``
        event. ``files`` are ``{path, size}`` (bytes) of what the person has uploaded for it. Never raises for
        what the model, its provider or the person does; what is our own fault is told as ``internal`` and
        raised."""
        files = files or []
        started = self._host.now()
        self._step = 0
        self._model: Model = model
        self.messages[0]["content"] = system_prompt(tools, self._sandbox, self._instructions)
        self._emit("run_started", task=task, task_id=task_id, model=model.name, recorded=model.recorded,
                   max_steps=max_steps, files=files)  # fmt: skip
        self.messages.append({"role": "user", "content": task_message(task, files)})
        answer = error = None
        try:
            status, answer = await self._steps_until_answer(max_steps)
        except Stopped:
            status = "stopped"
        except AgentError as problem:
            status, error = "failed", problem
        except Exception as bug:
            self._close_turn()
            self._finish("failed", None, internal_error(bug), started)
            raise
        self._close_turn()
        return self._finish(status, answer, error, started)

    def _finish(
        self, status: str, answer: dict[str, "Any"] | None, error: AgentError | None, started: float
    ) -> dict[str, "Any"]:
        finished = {
            "type": "run_finished",
            "status": status,
            "answer": answer,
            "error": {"kind": error.kind, "message": str(error)} if error else None,
            "steps": self._step,
            "duration_ms": self._since(started),
        }
        self._host.emit(finished)
        return finished

    def forward(self, event: dict[str, "Any"]) -> None:
        """Pass on an event of the sandbox (output, displayed, tool_called, tool_returned) with its step."""
        event["step"] = self._step
        self._host.emit(event)

    def refuse(self, task: str, model_name: str, error: AgentError) -> dict[str, "Any"]:
        """Emit the events of a run that cannot begin; gives ``run_finished``."""
        self._step = 0
        self._emit("run_started", task=task, task_id=None, model=model_name, recorded=False, max_steps=0,
                   files=[])  # fmt: skip
        return self._finish("failed", None, error, self._host.now())

    async def _steps_until_answer(self, max_steps: int) -> tuple["Any", ...]:
        for _ in range(max_steps):
            answer = await self._one_step(forced=False)
            if answer is not None:
                return "answered", answer
        self.messages.append({"role": "user", "content": message("forced")})
        answer = await self._one_step(forced=True)
        return ("forced", answer) if answer is not None else ("unanswered", None)

    async def _one_step(self, forced: bool) -> dict[str, "Any"] | None:
        """The final answer, or None to go on."""
        self._step += 1
        started = self._host.now()
        self._emit("step_started", forced=forced)
        reply = await self._query()
        parsed = parse(reply)
        self._emit("code_parsed", thought=parsed.thought, code=parsed.code)
        outcome = None
        answer = None
        if parsed.code:
            outcome = await self._execute(parsed.code)
            observation = observe(outcome)
            answer = outcome.get("result", {}).get("final_answer")
        elif forced and parsed.thought:
            observation = ""
            text = parsed.thought
            answer = {"json": json.dumps(text), "text": text, "bundle": {"text/plain": text}}
        else:
            observation = message("no_code" if parsed.thought else "empty")
        self._observe(parsed.kept, observation, outcome, started)
        if self._host.stopping and answer is None:
            raise Stopped
        return answer

    async def _execute(self, code: str) -> dict[str, "Any"]:
        """The outcome, where the model can do something about it. Raises AgentError where it cannot."""
        outcome = await self._host.execute(code, self._model.time_ms)
        error = outcome.get("error")
        if error and error["kind"] not in _OBSERVED:
            problem = AgentError(f"The sandbox failed: {error['message']}")
            problem.kind = error["kind"]
            raise problem
        return outcome

    async def _query(self) -> str:
        started = self._host.now()

        def on_delta(text: str) -> None:
            self._emit("model_delta", text=text)

        def on_retry(text: str, attempt: int, delay_ms: int) -> None:
            self._emit("model_retried", message=text, attempt=attempt, delay_ms=delay_ms)

        reply = await ask(self._model, self.messages, self._host, on_delta, on_retry)
        if self._host.stopping:
            raise Stopped
        text = reply["text"]
        self._emit("model_replied", text=text, usage=reply.get("usage"), duration_ms=self._since(started))
        return text  # type: ignore[no-any-return]

    def _observe(self, kept: str, observation: str, outcome: dict[str, "Any"] | None, started: float) -> None:
        if kept:
            self.messages.append({"role": "assistant", "content": kept})
        if observation:
            self.messages.append({"role": "user", "content": f"Observation:\n{observation}"})
        result = outcome.get("result") if outcome else None
        self._emit("step_finished", observation=observation, result=result, error=(outcome or {}).get("error"),
                   difference=self._difference(observation), duration_ms=self._since(started))  # fmt: skip

    def _difference(self, observation: str) -> dict[str, "Any"] | None:
        """What a recording expected, where that is not what happened."""
        expected = self._model.expected(self._step - 1)
        if expected is None or without_variables(expected) == without_variables(observation):
            return None
        return {"recorded": expected, "real": observation}

    def _close_turn(self) -> None:
        """After a stop or a failure the next task must not look like an answer to this one."""
        if self.messages[-1]["role"] == "user" and self.messages[-1] is not self.messages[0]:
            self.messages.append({"role": "assistant", "content": "(The run ended here.)"})

    def _emit(self, kind: str, **fields: object) -> None:
        event: dict[str, Any] = {"type": kind}
        if kind != "run_started":
            event["step"] = self._step
        event.update(fields)
        self._host.emit(event)

    def _since(self, started: float) -> int:
        return int((self._host.now() - started) * 1000)
