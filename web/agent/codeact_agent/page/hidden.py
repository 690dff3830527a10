"""An element that nobody sees: what would be asked of the person is answered at once."""

import js

from codeact_agent.page.declaring import tool
from codeact_agent.page.javascript import proxy

__all__ = ["NobodyToAsk", "hidden_element", "nobody_to_ask"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NOBODY = "There is nobody to ask: this raises NobodyToAsk. Decide yourself."
_TEXT = {"type": "string"}
_QUESTION = {
    "properties": {
        "question": _TEXT,
        "choices": {"anyOf": [{"type": "array", "items": _TEXT}, {"type": "null"}], "default": None},
    },
    "required": ["question"],
}


class NobodyToAsk(Exception):
    """The model's code asked the person something, and nobody sees the agent."""


def ask_user(question: str, choices: "Any" = None) -> str:
    """Instead of the loop's own (builtin_tools.py), which would wait for ever."""
    raise NobodyToAsk("nobody sees this agent: decide yourself, and say in the answer what you have assumed")


nobody_to_ask = tool(ask_user, description=_NOBODY, parameters=_QUESTION, returns=_TEXT)


def hidden_element(tag: str, model: str, src: str, packages: "Any") -> "Any":
    """Put one into the page. What needs a person's leave is denied, unless a listener decides."""
    element = js.document.createElement(tag)
    element.hidden = True
    for name, value in (("model", model), ("src", src), ("packages", " ".join(packages))):
        if value:
            element.setAttribute(name, value)

    def deny(event: "Any") -> None:
        if not event.defaultPrevented:
            event.preventDefault()
            event.detail.deny("nobody is there to be asked")

    # Its parent hears of it after all listeners of the element.
    place = js.document.createElement("div")
    place.hidden = True
    place.addEventListener("codeact-approval", proxy(deny))
    place.append(element)
    (js.document.body or js.document.documentElement).append(place)
    return element
