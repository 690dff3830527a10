"""The text that a function of this page is written in: the page's scripts, or a module's file."""

import js

from codeact_agent.errors import DeclarationError

__all__ = ["texts_of"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_SCRIPTS = 'script[type="mpy"], mpy-script'
_fetched: dict[str, str] = {}


def texts_of(function: "Callable[..., Any]") -> list[str]:
    """The texts in which the function may be, the likeliest first. Raises DeclarationError."""
    module = getattr(function, "__globals__", {"__name__": "__main__"})
    if module["__name__"] != "__main__":
        return [_read(module)]
    current = js.document.currentScript
    found = [current] if current and current.matches(_SCRIPTS) else []
    listed = js.document.querySelectorAll(_SCRIPTS)
    found.extend([listed.item(number) for number in range(listed.length)])
    return [_text_of(script) for script in found]


def _read(module: dict[str, "Any"]) -> str:
    path = module.get("__file__", "")
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        raise DeclarationError(
            f"the source of the module {module['__name__']!r} is not there to be read"
        ) from None


def _text_of(script: "Any") -> str:
    """A script with ``src`` is asked for again: the answer is in the browser's cache, since it runs.

    Decorating cannot wait, so the request does not return before it is answered.
    """
    source = script.getAttribute("src")
    if not source:
        return str(script.textContent)
    address = str(js.URL.new(source, js.document.baseURI).href)
    if address not in _fetched:
        request = js.XMLHttpRequest.new()
        request.open("GET", address, False)
        request.send()
        _fetched[address] = str(request.responseText) if request.status == 200 else ""
    return _fetched[address]
