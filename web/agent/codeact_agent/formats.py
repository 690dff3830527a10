"""How a model acts: Python in its reply (``code``), Python in a tool call (``hybrid``), or a tool call (``json``).

The tools API is OpenAI's: https://platform.openai.com/docs/guides/function-calling
"""

import json

from codeact_agent.parsing import parse

__all__ = ["Action", "format_of"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_PYTHON = {
    "type": "function",
    "function": {
        "name": "python",
        "description": "Run Python in the sandbox. Variables last from call to call.",
        "parameters": {
            "type": "object",
            "properties": {"code": {"type": "string", "description": "the code to run"}},
            "required": ["code"],
        },
    },
}
_ANSWER = {
    "type": "function",
    "function": {
        "name": "final_answer",
        "description": "End the task with this answer.",
        "parameters": {
            "type": "object",
            "properties": {"answer": {"description": "number, text, list or object"}},
            "required": ["answer"],
        },
    },
}


class Action:
    """What a reply wants done. ``code`` to run, or ``call`` (``{id, name, arguments}``; arguments are JSON text),
    or neither; ``problem`` names a prompt that says what is wrong with it. ``message`` is what is kept of the
    reply in the transcript, None if nothing."""

    def __init__(
        self,
        thought: str,
        message: dict[str, "Any"] | None,
        code: str = "",
        call: dict[str, "Any"] | None = None,
        problem: str = "",
    ) -> None:
        self.thought = thought
        self.message = message
        self.code = code
        self.call = call
        self.problem = problem

    @property
    def key(self) -> str:
        """The same for the same action."""
        if self.call:
            return self.call["name"] + self.call["arguments"]  # type: ignore[no-any-return]
        return self.code or self.thought

    @property
    def has_called(self) -> bool:
        """Whether the reply was a tool call."""
        return self.message is not None and "tool_calls" in self.message

    def observed(self, text: str, images: list["Any"]) -> dict[str, "Any"]:
        """The message that tells the model what came of it; ``images`` are ``{mime, data}`` in base64.

        A tool's answer can hold no images in OpenAI's API: there they are left out.
        """
        if self.message is not None and self.has_called:
            return {"role": "tool", "tool_call_id": self.message["tool_calls"][0]["id"], "content": text}
        said = f"Observation:\n{text}"
        if not images:
            return {"role": "user", "content": said}
        parts: list[Any] = [{"type": "text", "text": said}]
        for image in images:
            parts.append(
                {"type": "image_url", "image_url": {"url": f"data:{image['mime']};base64,{image['data']}"}}
            )
        return {"role": "user", "content": parts}


class CodeFormat:
    """Code between tags in the reply's text."""

    name = "code"

    def tools(self, specs: list["Any"]) -> list["Any"] | None:
        """What is sent as ``tools`` with the request."""
        return None

    def read(self, reply: dict[str, "Any"]) -> Action:
        """The action in ``{text, tool_calls}``; never raises."""
        parsed = parse(reply["text"])
        message = {"role": "assistant", "content": parsed.kept} if parsed.kept else None
        problem = "" if parsed.code else "no_code" if parsed.thought else "empty"
        return Action(parsed.thought, message, parsed.code, problem=problem)


class HybridFormat(CodeFormat):
    """Code as the argument of the one tool ``python``; a model that writes it in its text is understood too."""

    name = "hybrid"

    def tools(self, specs: list["Any"]) -> list["Any"] | None:
        """The tool ``python``."""
        return [_PYTHON]

    def read(self, reply: dict[str, "Any"]) -> Action:
        """The code of the first call."""
        if not reply["tool_calls"]:
            action = CodeFormat.read(self, reply)
            if action.problem:
                action.problem = "no_call"
            return action
        call = reply["tool_calls"][0]
        message = _message(reply["text"], call)
        arguments = _arguments(call)
        code = arguments.get("code") if arguments else None
        if call["name"] != "python" or not isinstance(code, str) or not code.strip():
            return Action(reply["text"].strip(), message, problem="not_python")
        return Action(reply["text"].strip(), message, code)


class JsonFormat:
    """One tool call in each reply."""

    name = "json"

    def tools(self, specs: list["Any"]) -> list["Any"] | None:
        """Each tool as a function of the tools API, and ``final_answer``."""
        return [_function(each) for each in specs] + [_ANSWER]

    def read(self, reply: dict[str, "Any"]) -> Action:
        """The first call."""
        thought = reply["text"].strip()
        if not reply["tool_calls"]:
            message = {"role": "assistant", "content": thought} if thought else None
            return Action(thought, message, problem="no_call")
        call = reply["tool_calls"][0]
        problem = "" if _arguments(call) is not None else "not_json"
        return Action(thought, _message(thought, call), call=call, problem=problem)


def format_of(mode: str) -> "Any":
    """The format named ``mode``."""
    return {"code": CodeFormat, "hybrid": HybridFormat, "json": JsonFormat}[mode]()


def _message(text: str, call: dict[str, "Any"]) -> dict[str, "Any"]:
    """The reply with its first call alone: only that one is carried out."""
    function = {"name": call["name"], "arguments": call["arguments"]}
    called = {"id": call["id"], "type": "function", "function": function}
    return {"role": "assistant", "content": text.strip() or None, "tool_calls": [called]}


def _arguments(call: dict[str, "Any"]) -> dict[str, "Any"] | None:
    try:
        arguments = json.loads(call["arguments"] or "{}")
    except ValueError:
        return None
    return arguments if isinstance(arguments, dict) else None


def _function(spec: dict[str, "Any"]) -> dict[str, "Any"]:
    return {
        "type": "function",
        "function": {
            "name": spec["name"],
            "description": spec["description"],
            "parameters": spec.get("schema") or {"type": "object"},
        },
    }
