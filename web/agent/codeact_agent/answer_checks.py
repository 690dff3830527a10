"""Whether an answer is accepted: a JSON Schema, and functions of the caller."""

import json

__all__ = ["problems_of"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from codeact_agent.host import Host
    from codeact_agent.options import Options


async def problems_of(answer: dict[str, "Any"], options: "Options", host: "Host", steps: int) -> list["Any"]:
    """A sentence for each thing that is wrong with ``answer`` (``{json, text, bundle}``).

    A check is called with the answer's value and the number of steps; it may be async. It accepts by giving
    None or True; a text says what is wrong, and so does an exception.
    """
    value = answer["text"] if answer["json"] is None else json.loads(answer["json"])
    problems = []
    if options.answer_schema is not None:
        if answer["json"] is None:
            problems.append("The answer is not a JSON value: give a dict, list, text, number, bool or None.")
        else:
            problems.extend(host.validate(options.answer_schema, value))
    if problems:
        return problems  # the functions may rely on the schema
    for check in options.final_answer_checks:
        problem = await _problem(check, value, steps)
        if problem:
            problems.append(problem)
    return problems


async def _problem(check: "Any", value: "Any", steps: int) -> str | None:
    try:
        verdict = check(value, steps)
        if hasattr(verdict, "__await__") or hasattr(verdict, "send"):
            verdict = await verdict
    except Exception as error:  # noqa: BLE001 - a check says by raising what is wrong, as with assert
        return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if verdict is None or verdict is True:
        return None
    if isinstance(verdict, str):
        return verdict
    return f"The check {getattr(check, '__name__', 'of the answer')} did not accept the answer."
