"""Drives a stock WebKitGTK for webkit.py; run by the system's Python, which has its bindings. ``--check`` only
looks whether they are there.

JSON lines: ``{id, method, …}`` on standard input, each answered on standard output by ``{id, value}`` or
``{id, error}``; and unasked ``{event, page, …}``. The end of standard input ends it.
"""

from __future__ import annotations

import json
import sys
import threading
from typing import Any

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import GLib, Gtk, WebKit2  # noqa: E402

# As Playwright has it, text is an expression, and is called if it is a function. The answer comes as a message:
# what WebKit itself gives of an awaited value is now and then lost.
_EVALUATE = """
(async () => {
  const given = (() => (%(expression)s\n))();
  return { value: await (typeof given === 'function' ? given(%(argument)s) : given) ?? null };
})()
  .catch((error) => ({ error: { name: error?.name ?? 'Error', message: error?.message ?? String(error) } }))
  .then((answer) => webkit.messageHandlers.tell.postMessage(JSON.stringify({ id: %(id)d, ...answer })));
"""
_TELL = """
const tell = (message) => webkit.messageHandlers.tell.postMessage(JSON.stringify(message));
const asError = (message) => tell({ event: 'pageerror', name: 'Error', message: String(message) });
addEventListener('error', (event) => asError(event.message));
addEventListener('unhandledrejection', (event) => asError(event.reason));
const { error } = console;
console.error = (...values) => {
  tell({ event: 'console', type: 'error', text: values.join(' '), location: {} });
  error(...values);
};
"""


def say(message: dict[str, Any]) -> None:
    print(json.dumps(message), flush=True)


class Page:
    """One view in a window of its own, with storage that is forgotten."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._loading: int | None = None
        content = WebKit2.UserContentManager()
        content.register_script_message_handler("tell")
        content.connect("script-message-received::tell", self._on_told)
        top, start = WebKit2.UserContentInjectedFrames.TOP_FRAME, WebKit2.UserScriptInjectionTime.START
        content.add_script(WebKit2.UserScript.new(_TELL, top, start, None, None))
        context = WebKit2.WebContext.new_ephemeral()
        self._view = WebKit2.WebView(web_context=context, user_content_manager=content)
        self._view.connect("load-changed", self._on_load)
        self._view.connect("load-failed", self._on_load_failed)
        self._view.connect("web-process-terminated", self._on_end)
        self._view.connect("resource-load-started", self._on_request)
        self._window = Gtk.Window()
        self._window.add(self._view)
        self._window.show_all()

    def goto(self, sent: int, url: str) -> None:
        self._loading = sent
        self._view.load_uri(url)

    def evaluate(self, sent: int, expression: str, arg: Any = None, frame: int = 0) -> None:
        script = _EVALUATE % {"expression": expression, "argument": json.dumps(arg), "id": sent}
        self._view.evaluate_javascript(script, -1, None, None, None, self._on_begun, sent)

    def frames(self, sent: int) -> None:
        say({"id": sent, "value": [self._view.get_uri()]})

    def close(self, sent: int) -> None:
        self._window.destroy()
        say({"id": sent, "value": None})

    def _on_begun(self, view: WebKit2.WebView, result: Any, sent: int) -> None:
        try:
            view.evaluate_javascript_finish(result)
        except GLib.Error as error:
            # The promise itself cannot be handed out of the page, and is not wanted.
            if not error.matches(WebKit2.javascript_error_quark(), WebKit2.JavascriptError.INVALID_RESULT):
                say({"id": sent, "error": {"name": "WebKitError", "message": error.message}})

    def _on_load(self, view: WebKit2.WebView, event: WebKit2.LoadEvent) -> None:
        if event == WebKit2.LoadEvent.FINISHED and self._loading is not None:
            say({"id": self._loading, "value": None})
            self._loading = None

    def _on_load_failed(self, view: WebKit2.WebView, event: Any, url: str, error: GLib.Error) -> bool:
        say({"id": self._loading, "error": {"name": "LoadFailed", "message": f"{url}: {error.message}"}})
        self._loading = None
        return True

    def _on_end(self, view: WebKit2.WebView, reason: Any) -> None:
        self._tell(
            {"event": "pageerror", "name": "Error", "message": f"the web process ended: {reason.value_nick}"}
        )

    def _on_request(self, view: WebKit2.WebView, resource: Any, request: WebKit2.URIRequest) -> None:
        url, method = request.get_uri(), request.get_http_method()
        self._tell({"event": "request", "request": id(resource), "url": url, "method": method})

    def _on_told(self, content: Any, result: Any) -> None:
        self._tell(json.loads(result.get_js_value().to_string()))

    def _tell(self, message: dict[str, Any]) -> None:
        say(message if "id" in message else {**message, "page": self._number})


class Browser:
    """Answers requests on the main loop; they are read in a thread."""

    def __init__(self) -> None:
        self._pages: dict[int, Page] = {}

    def read(self) -> None:
        for line in sys.stdin:
            GLib.idle_add(self._handle, json.loads(line))
        GLib.idle_add(Gtk.main_quit)

    def _handle(self, request: dict[str, Any]) -> None:
        sent, method, page = request.pop("id"), request.pop("method"), request.pop("page", 0)
        if method == "new_page":
            self._pages[sent] = Page(sent)
            say({"id": sent, "value": sent})
        else:
            getattr(self._pages[page], method)(sent, **request)


def main() -> None:
    version = WebKit2.get_major_version(), WebKit2.get_minor_version(), WebKit2.get_micro_version()
    say({"id": 0, "value": "webkitgtk/" + ".".join(map(str, version))})
    threading.Thread(target=Browser().read, daemon=True).start()
    Gtk.main()


if __name__ == "__main__" and sys.argv[1:] != ["--check"]:
    main()
