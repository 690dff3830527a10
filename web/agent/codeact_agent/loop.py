"""A conversation: its messages, its runs, and how a run ends. Portable; does no I/O of its own."""

from codeact_agent.builtin_tools import with_builtin
from codeact_agent.context import Context
from codeact_agent.errors import AgentError, Stopped, internal_error
from codeact_agent.options import Options
from codeact_agent.prompt import system_prompt, task_message
from codeact_agent.run import Run, Stuck
from codeact_agent.tokens import TokenMeter

__all__ = ["Loop"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from codeact_agent.host import Host, Model
    from codeact_agent.sub_agents import SubAgent
    from codeact_agent.tools import Tool

_NOTHING_USED = {"prompt_tokens": 0, "completion_tokens": 0, "estimated": False}


class Loop:
    """One conversation. Its messages last from run to run, as the sandbox's variables do."""

    def __init__(
        self,
        host: "Host",
        options: Options | None = None,
        managed_agents: "tuple[SubAgent, ...]" = (),
        depth: int = 0,
    ) -> None:
        """``managed_agents`` can be called by the model's code; ``depth`` is 1 for such an agent."""
        self.host = host
        self.options = options or Options()
        self.managed_agents = managed_agents
        self.depth = depth
        self.prelude: list[Any] = []  # ``{name, source}``: Python that runs in the sandbox first
        self.approved: list[str] = []
        self.sandbox: dict[str, Any] = {}
        self.meter = TokenMeter()
        self.context = Context(self.meter)
        self.messages: list[Any] = [{"role": "system", "content": ""}]
        self._run: Run | None = None

    def resume(self, messages: list["Any"]) -> None:
        """Go on with a conversation that another loop had: its ``messages`` after the system prompt. A run
        that was cut off is closed."""
        self.messages.extend(messages)
        self._close_turn()

    async def run(
        self,
        task: str,
        model: "Model",
        tools: dict[str, "Tool"],
        task_id: str | None = None,
        files: list["Any"] | None = None,
    ) -> dict[str, "Any"]:
        """Solve ``task`` with ``model`` and ``tools`` (by name); gives the ``run_finished`` event. ``files`` are
        ``{path, size}`` (bytes) of what the person has uploaded for it. Never raises for what the model, its
        provider or the person does; what is our own fault is told as ``internal`` and raised."""
        files = files or []
        started = self.host.now()
        run = self._run = Run(self, model, tools)
        options = self.options
        self.host.emit({
            "type": "run_started", "task": task, "task_id": task_id, "model": model.name,
            "recorded": model.recorded, "max_steps": options.max_steps, "files": files, "mode": options.mode,
            "approval": options.approval, "planning_interval": options.planning_interval,
            "tools": [spec["name"] for spec in run.toolbox.specs],
        })  # fmt: skip
        answer = None
        error: AgentError | None = None
        try:
            await self._prepare(run)
            started = self.host.now()  # the boot of a sandbox is not the run's time
            self.messages.append({"role": "user", "content": task_message(task, files)})
            status, answer = await run.solve()
        except Stopped:
            status = "stopped"
        except Stuck as problem:
            status, error = "stuck", problem
        except AgentError as problem:
            status, error = "failed", problem
        except Exception as bug:
            self._close_turn()
            self._finish(run, "failed", None, internal_error(bug), started)
            raise
        self._close_turn()
        return self._finish(run, status, answer, error, started)

    async def _prepare(self, run: Run) -> None:
        specs = run.toolbox.specs
        self.host.forward = self.forward
        self.host.take_call = run.toolbox.call
        self.host.take_approval = run.toolbox.approve
        self.sandbox.update(await self.host.prepare(specs, with_builtin(self.prelude, specs)))
        options = self.options
        told = specs + self.sandbox["sandbox_tools"]
        self.messages[0]["content"] = system_prompt(told, self.sandbox, options.instructions, options.mode)

    def _finish(
        self,
        run: Run | None,
        status: str,
        answer: dict[str, "Any"] | None,
        error: AgentError | None,
        started: float,
    ) -> dict[str, "Any"]:
        finished = {
            "type": "run_finished",
            "status": status,
            "answer": answer,
            "error": {"kind": error.kind, "message": str(error)} if error else None,
            "steps": run.step if run else 0,
            "cap": run.cap if run else None,
            "usage": run.spending.usage if run else _NOTHING_USED,
            "cost": run.spending.cost if run else None,
            "duration_ms": int((self.host.now() - started) * 1000),
        }
        if run:
            run.ended = True
        self.host.emit(finished)
        return finished

    def forward(self, event: dict[str, "Any"]) -> None:
        """Pass on an event of the sandbox (output, displayed) with its step."""
        event["step"] = self._run.step if self._run else 0
        self.host.emit(event)

    def refuse(self, task: str, model_name: str, error: AgentError) -> dict[str, "Any"]:
        """Emit the events of a run that cannot begin; gives ``run_finished``."""
        self._run = None
        options = self.options
        self.host.emit({
            "type": "run_started", "task": task, "task_id": None, "model": model_name, "recorded": False,
            "max_steps": 0, "files": [], "mode": options.mode, "approval": options.approval,
            "planning_interval": None, "tools": [],
        })  # fmt: skip
        return self._finish(None, "failed", None, error, self.host.now())

    def _close_turn(self) -> None:
        """After a stop or a failure the next task must not look like an answer to this one."""
        if self.messages[-1]["role"] in ("user", "tool"):
            self.messages.append({"role": "assistant", "content": "(The run ended here.)"})
