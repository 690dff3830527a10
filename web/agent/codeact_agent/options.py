"""What can be set of a run. Portable; one place for both hosts."""

from codeact_agent.errors import DeclarationError

__all__ = ["DEFAULT_MAX_STEPS", "Options"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

DEFAULT_MAX_STEPS = 20
MODES = ("code", "hybrid", "json")
APPROVALS = ("never", "risky", "always")
BUDGETS = ("tokens", "seconds", "money")


class Options:
    """The options of a run, checked. Names follow smolagents where it has one."""

    def __init__(
        self,
        max_steps: int = DEFAULT_MAX_STEPS,
        planning_interval: int | None = None,
        final_answer_checks: "tuple[Callable[..., Any], ...]" = (),
        answer_schema: "dict[str, Any] | None" = None,
        mode: str = "code",
        approval: str = "never",
        budget: "dict[str, float] | None" = None,
        instructions: str = "",
        step_callbacks: "tuple[Callable[..., Any], ...]" = (),
    ) -> None:
        """
        ``planning_interval``: a plan is made before the first step and renewed every so many steps.
        ``final_answer_checks``: ``check(answer, steps)``, see answer_checks.py. ``answer_schema``: a JSON
        Schema that the answer must fit. ``mode``: how the model acts, ``code``, ``json`` (one tool call) or
        ``hybrid`` (code in a tool call). ``approval``: which code waits for the person's leave, ``never``,
        ``risky`` or ``always``. ``budget``: the most of ``tokens``, ``seconds`` or ``money`` a run may use; then
        it must answer. ``step_callbacks`` are called with each ``step_finished`` event.

        Raises DeclarationError for what cannot be.
        """
        _check_count("max_steps", max_steps)
        if planning_interval is not None:
            _check_count("planning_interval", planning_interval)
        _check_one_of("mode", mode, MODES)
        _check_one_of("approval", approval, APPROVALS)
        for each in list(final_answer_checks) + list(step_callbacks):
            if not callable(each):
                raise DeclarationError(f"{each!r} is not a function: checks and callbacks are called")
        if answer_schema is not None and not isinstance(answer_schema, dict):
            raise DeclarationError("answer_schema must be a JSON Schema: a dict")
        self.max_steps = max_steps
        self.planning_interval = planning_interval
        self.final_answer_checks = tuple(final_answer_checks)
        self.answer_schema = answer_schema
        self.mode = mode
        self.approval = approval
        self.budget = _checked_budget(budget or {})
        self.instructions = instructions
        self.step_callbacks = tuple(step_callbacks)

    def changed(self, changes: dict[str, "Any"]) -> "Options":
        """The same but for ``changes``. Raises DeclarationError."""
        given = dict(self.__dict__)
        given.update(changes)
        for name in changes:
            if name not in self.__dict__:
                raise DeclarationError(f"there is no option named {name!r}")
        return Options(**given)


def _check_count(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise DeclarationError(f"{name} must be a whole number of 1 or more, not {value!r}")


def _check_one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise DeclarationError(f"{name} must be one of {', '.join(known)}, not {value!r}")


def _checked_budget(budget: dict[str, float]) -> dict[str, float]:
    for name in budget:
        _check_one_of("a budget", name, BUDGETS)
        value = budget[name]
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
            raise DeclarationError(f"the budget of {name} must be a number above 0, not {value!r}")
    return dict(budget)
