"""The system prompt and the other fixed messages, from the data files in prompts/."""

import json
import re

__all__ = ["message", "render_tools", "system_prompt", "task_message"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_HERE = __file__.rsplit("/", 1)[0] if "/" in __file__ else "."
_AWAIT = "In this browser the functions marked `async` must be awaited: `value = await name(...)`.\n\n"
_AT_ONCE = "They return their value. To run several calls at once: `await asyncio.gather(f(1), f(2))`.\n\n"
_cache: dict[str, "Any"] = {}


def message(name: str) -> str:
    """The text of ``prompts/<name>.md``."""
    if name not in _cache:
        with open(f"{_HERE}/prompts/{name}.md") as file:
            _cache[name] = file.read().strip()
    return _cache[name]  # type: ignore[no-any-return]


def system_prompt(
    tools: list["Any"], sandbox: dict[str, "Any"], instructions: str = "", mode: str = "code"
) -> str:
    """The first message to a model that acts by ``mode`` (formats.py).

    ``tools`` are tool specs; ``sandbox`` is ``{limits, can_block, python, modules}``: its limits, its version
    of Python, and what can be imported besides the standard library. Where it cannot block (a browser without
    JSPI) tools are coroutines, and the prompt says so.
    """
    if mode == "json":
        given = "\n" + instructions if instructions else ""
        return message("system_json").replace("{instructions}", given).strip()
    text = message("system").replace("{how}", message(f"how_{mode}"))
    limits = sandbox["limits"]
    can_block = sandbox["can_block"]
    values = {
        "python": sandbox["python"],
        "seconds": f"{limits['time_ms'] / 1000:g}",
        "grace_seconds": f"{limits['grace_ms'] / 1000:g}",
        "packages": _packages(sandbox["modules"]),
        "tools": _manner(tools, can_block) + render_tools(tools, can_block),
        "instructions": "\n" + instructions if instructions else "",
    }
    for name in limits:
        values[name] = str(limits[name])
    # In one pass: what is filled in may hold braces of its own.
    return re.sub(r"{(\w+)}", lambda found: values[found.group(1)], text).strip()


def _manner(tools: list["Any"], can_block: bool) -> str:
    if not tools:
        return ""
    return _AT_ONCE if can_block else _AWAIT


def _packages(modules: list["Any"]) -> str:
    if not modules:
        return "nothing can be installed"
    return "so are these packages, loaded when you import them; nothing else can be installed: " + ", ".join(
        modules
    )


def task_message(task: str, files: list["Any"]) -> str:
    """What the model is told of a task; ``files`` are ``{path, size}`` (bytes) of what was uploaded with it.

    >>> print(task_message("Sum it up.", [{"path": "/data/rain.csv", "size": 512}]))
    Sum it up.
    <BLANKLINE>
    The person has uploaded "/data/rain.csv" (512 bytes).
    """
    if not files:
        return task
    named = ", ".join([f"{json.dumps(each['path'])} ({each['size']} bytes)" for each in files])
    return f"{task}\n\nThe person has uploaded {named}."


def render_tools(tools: list["Any"], can_block: bool = True) -> str:
    """Tools as Python signatures with docstrings.

    >>> print(render_tools([{"name": "area", "description": "Area.", "returns": "float",
    ...     "parameters": [{"name": "radius", "annotation": "float"}]}]))
    def area(radius: float) -> float:
        \"\"\"Area.\"\"\"
    <BLANKLINE>
    def final_answer(answer) -> None:
        \"\"\"End the task with this answer.\"\"\"
    """
    rendered = [("" if can_block else "async ") + _render(spec) for spec in tools]
    rendered.append('def final_answer(answer) -> None:\n    """End the task with this answer."""')
    return "\n\n".join(rendered)


def _render(spec: dict[str, "Any"]) -> str:
    parameters = ", ".join([_parameter(each) for each in spec["parameters"]])
    returns = f" -> {spec['returns']}" if spec["returns"] else ""
    description = spec["description"].strip().replace("\n", "\n    ")
    return f'def {spec["name"]}({parameters}){returns}:\n    """{description}"""'


def _parameter(parameter: dict[str, "Any"]) -> str:
    text: str = parameter["name"]
    if parameter["annotation"]:
        text += f": {parameter['annotation']}"
    if "default" in parameter:
        text += f" = {parameter['default']!r}" if parameter["annotation"] else f"={parameter['default']!r}"
    return text
