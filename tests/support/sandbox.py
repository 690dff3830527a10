"""A sandbox in a page of its own, in each browser, that remembers the events it told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from support.engines import Engine, SandboxPage

__all__ = ["ECHO", "Sandbox", "opened"]

ECHO = [{"name": "echo", "description": "Echo.", "parameters": [{"name": "x", "annotation": ""}], "returns": ""}]

_WATCH = """() => {
  window.events = [];
  window.codeact_event = (event) => void window.events.push({ ...event, at: performance.now() });
  window.codeact_tool = async (call) => ({ value: call.arguments });
  window.asData = (promise) => promise.then((value) => value ?? null, ({ kind, message }) => ({ kind, message }));
}"""
_START = "async (options) => { window.codeact?.close(); return asData(codeact_start(options)); }"
# In the frame that is there: an interpreter costs half of what a frame and one cost.
_RESET = """async () => {
  const ready = codeact.reset();
  await codeact.setTools([]);
  return asData(ready);
}"""
_EMPTY = "for _name in [*globals()]:\n    if not _name.startswith('__'): del globals()[_name]\ndel _name"
_RUN = "async (step) => { const { result, error, restored } = await codeact_run(step);"
_RUN += " return { ...(error ?? result), restored }; }"


class Sandbox:
    """``page`` is Playwright's ``Page``, or its like in Firefox."""

    def __init__(self, opened: SandboxPage) -> None:
        self.engine = opened.engine
        self.page = opened.page
        self.complaints = opened.complaints
        self._opened = opened
        self._options: dict[str, Any] | None = None

    def load(self) -> None:
        """Load the page, anew if it has been loaded before."""
        self._opened.load()
        self._options = None
        self.page.evaluate(_WATCH)

    def start(self, **options: Any) -> dict[str, Any]:
        """A new conversation in a new frame: ``ready``, or ``{kind, message}`` of why not."""
        started: dict[str, Any] = self.page.evaluate(_START, options)
        self._options = options if started.get("type") == "ready" else None
        return started

    def begin(self, **options: Any) -> None:
        """A fresh interpreter, no tools, no events: in the frame that is there if it was started with these
        ``options``, else in a new one. Runs are counted on in a frame, ``run_id`` with them."""
        ready = self.page.evaluate(_RESET) if options == self._options else self.start(**options)
        assert ready.get("type") == "ready", ready
        self.forget()

    def clear(self, **options: Any) -> None:
        """As ``begin``, for what harms no interpreter: the one that is there is kept, without its variables."""
        if options != self._options:
            self.begin(**options)
        self.set_tools([])
        assert self.error(_EMPTY) == ""
        self.forget()

    def run(self, code: str, time_ms: int | None = None) -> dict[str, Any]:
        """A step's result, or ``{kind, message}``; with ``restored``, what came back before it or after."""
        step = {"code": code} | ({"time_ms": time_ms} if time_ms else {})
        outcome: dict[str, Any] = self.page.evaluate(_RUN, step)
        return outcome

    def value(self, code: str) -> str:
        """The plain text of what the code's last expression gave."""
        result = self.run(code)
        assert result.get("results"), result
        return str(result["results"][0]["text/plain"])

    def error(self, code: str) -> str:
        """The class of what the code raised, or "" if nothing."""
        result = self.run(code)
        assert "error" in result, result
        return result["error"]["name"] if result["error"] else ""

    def call(self, expression: str, arg: Any = None) -> Any:
        """What a method of the client gives: ``codeact.save()``; ``{kind, message}`` where it rejects."""
        return self.page.evaluate(f"(arg) => asData({expression})", arg)

    def events(self, kind: str) -> list[dict[str, Any]]:
        """Those of this type since ``forget``, oldest first; ``at`` is when, in milliseconds."""
        told: list[dict[str, Any]] = self.page.evaluate("(kind) => events.filter((e) => e.type === kind)", kind)
        return told

    def forget(self) -> None:
        """The events told so far."""
        self.page.evaluate("() => { events.length = 0 }")

    def wait_for(self, kind: str, count: int = 1) -> None:
        """Until so many events of this type have been told."""
        self.page.wait_for_function(f"() => events.filter((e) => e.type === '{kind}').length >= {count}")

    def set_tools(self, specs: list[dict[str, Any]]) -> None:
        """Replace the tools; calls are answered with their arguments, or by ``window.codeact_tool``."""
        self.page.evaluate("(specs) => codeact.setTools(specs)", specs)

    def file(self, path: str) -> Any:
        """A file's text, or ``{kind, message}``."""
        return self.call("codeact.readFile(arg).then((data) => new TextDecoder().decode(data))", path)

    def put(self, path: str, text: str) -> Any:
        """Write a file: None, or ``{kind, message}``."""
        return self.call("codeact.writeFile(arg[0], new TextEncoder().encode(arg[1]).buffer)", [path, text])


@contextmanager
def opened(engine: Engine, address: str) -> Iterator[Sandbox]:
    """A loaded page at the address of a server of the site; no sandbox has been started."""
    with engine.open(address) as page:
        sandbox = Sandbox(page)
        sandbox.load()
        yield sandbox
