"""The sandbox's page side: nothing that is waited for hangs, whatever happens to frame, worker or assets."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest
from codeact_server.serve import running_server
from codeact_server.settings import Settings
from support.engines import Engine, SandboxPage, in_one_engine

pytestmark = pytest.mark.browser

ECHO = [{"name": "echo", "description": "Echo.", "parameters": [{"name": "x", "annotation": ""}], "returns": ""}]


_BEGIN = """async (options) => {
  window.codeact_tool = async (call) => ({value: call.arguments});
  const ready = window.codeact && !options ? codeact.reset() : (window.codeact?.close(), codeact_start(options));
  await codeact.setTools([]);
  return ready;
}"""


class Driver(SandboxPage):
    """A sandbox whose one tool gives back its arguments."""

    _options: dict[str, Any] | None = None

    def __enter__(self) -> Driver:
        self.load()
        self.page.evaluate("() => { window.codeact_tool = async (call) => ({value: call.arguments}) }")
        return self

    def begin(self, *, anew: bool = False, **options: Any) -> None:
        """A fresh interpreter without tools: in the frame that is there, if it was started with these options.

        There the count of runs goes on; ``anew``, the next run is the first."""
        ready = self.page.evaluate(_BEGIN, None if options == self._options and not anew else options)
        assert ready["type"] == "ready", ready
        self._options = options

    def run(self, code: str, meanwhile: str = "") -> dict[str, Any]:
        """The result, or ``{kind, message}``; ``meanwhile`` is JavaScript run after 200 ms."""
        script = """async ({code, meanwhile}) => {
          if (meanwhile) setTimeout(() => (0, eval)(meanwhile), 200);
          const {result, error} = await codeact_run({code});
          return error ?? result;
        }"""
        answer: dict[str, Any] = self.page.evaluate(script, {"code": code, "meanwhile": meanwhile})
        return answer


Opener = Callable[[str], Driver]


@pytest.fixture
def open_at(engine: Engine) -> Iterator[Opener]:
    with ExitStack() as opened:
        yield lambda address: opened.enter_context(Driver(engine, address))


@pytest.fixture(scope="module")
def shared(engine: Engine, served: str) -> Iterator[Driver]:
    with Driver(engine, served) as driver:
        yield driver


LIMITS = {"time_ms": 600, "grace_ms": 600}


@pytest.fixture
def sandbox(shared: Driver) -> Driver:
    """With an interpreter of its own, and the page it is in as it was."""
    shared.begin(limits=LIMITS, hardened=False)  # attacked through `js`
    return shared


@pytest.fixture
def counted(shared: Driver) -> Driver:
    """As ``sandbox``; its next run has the number 1."""
    shared.begin(anew=True, limits=LIMITS, hardened=False)
    return shared


@pytest.fixture
def alone(open_at: Opener, served: str) -> Driver:
    """In a page of its own, which the test may change."""
    driver = open_at(served)
    driver.begin(limits=LIMITS, hardened=False)
    return driver


@pytest.mark.parametrize(
    ("meanwhile", "kind"),
    [
        ("document.querySelector('iframe').remove()", "frame_removed"),
        ("document.querySelector('iframe').src += '?again'", "frame_removed"),
        ("codeact.close()", "closed"),
        ("codeact.reset()", "stopped"),
    ],
)
def test_what_waits_is_told_and_the_next_run_works(sandbox: Driver, meanwhile: str, kind: str) -> None:
    sandbox.page.evaluate("() => { window.codeact_tool = () => new Promise(() => {}) }")
    sandbox.page.evaluate("(tools) => codeact.setTools(tools)", ECHO)
    began = time.monotonic()
    assert sandbox.run("echo(1)", meanwhile)["kind"] == kind
    assert time.monotonic() - began < 3
    assert sandbox.value("6 * 7") == "42"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("import os; os._exit(1)", "interpreter_died"),
        ("import os; os.abort()", "interpreter_died"),
        ("import js; js.close(); sum(range(10**11))", "killed"),
        ("import js; js.postMessage(None)", "unknown_message"),
        ("import js\nfor _ in range(10**6): js.postMessage('flood')", "unknown_message"),
        ("import js\nfrom pyodide.ffi import to_js\nm = to_js({'type': 'output', 'run_id': 1, 'chunks': []},"
         " dict_converter=js.Object.fromEntries)\nfor _ in range(10**6): js.postMessage(m)", "message_flood"),
        ("import js; js.setTimeout(js.Reflect.get, 0); import time; time.sleep(0.5)", "worker_error"),
        ("sum(range(10**11))", "killed"),
    ],
)  # fmt: skip
@in_one_engine
def test_a_worker_that_dies_or_lies_is_replaced(shared: Driver, code: str, kind: str) -> None:
    # Of what ends by itself a slow machine may take its time.
    limits = LIMITS if kind == "killed" else {**LIMITS, "time_ms": 10_000}
    shared.begin(anew=True, limits=limits, hardened=False)
    assert shared.run(code)["kind"] == kind
    assert shared.value("'alive'") == "alive"


@in_one_engine
def test_an_unknown_request_is_answered_with_a_named_error(open_at: Opener, served: str) -> None:
    script = """async () => {
      const run = codeact_run({code: 'import time; time.sleep(5)'});
      MessagePort.prototype.postMessage.call(window.port, {type: 'dance'});
      return (await run).error.kind;
    }"""
    driver = open_at(served)
    driver.page.evaluate("""() => {
      const post = MessagePort.prototype.postMessage;
      MessagePort.prototype.postMessage = function (...all) { window.port = this; return post.apply(this, all); };
    }""")
    driver.start()
    assert driver.page.evaluate(script) == "unknown_message"


@in_one_engine
def test_a_second_run_at_the_same_time_is_refused(sandbox: Driver) -> None:
    script = """async () => {
      const first = codeact_run({code: 'import time; time.sleep(0.3); 1'});
      await new Promise((resolve) => setTimeout(resolve, 50));
      const second = await codeact_run({code: '2'});
      return [(await first).result.results[0]['text/plain'], second.error.kind];
    }"""
    assert sandbox.page.evaluate(script) == ["1", "busy"]


@in_one_engine
def test_reset_leaves_nothing_behind(sandbox: Driver) -> None:
    sandbox.run("import builtins; left = 1; builtins.left_too = 2; open('/tmp/left', 'w').write('3')")
    sandbox.page.evaluate("async () => void (await codeact.reset())")
    seen = "['left' in globals(), hasattr(builtins, 'left_too'), os.path.exists('/tmp/left')]"
    assert sandbox.value(f"import os, builtins; {seen}") == "[False, False, False]"
    assert sandbox.run("1")["execution_count"] == 2


def test_tools_survive_a_killed_worker(sandbox: Driver) -> None:
    sandbox.page.evaluate("(tools) => codeact.setTools(tools)", ECHO)
    assert sandbox.run("sum(range(10**11))")["kind"] == "killed"
    assert sandbox.value("echo(5)") == "{'x': 5}"


def test_waiting_for_a_tool_does_not_count(sandbox: Driver) -> None:
    slow = "async () => { await new Promise((resolve) => setTimeout(resolve, 1500)); return {value: '7'} }"
    sandbox.page.evaluate(f"() => {{ window.codeact_tool = {slow} }}")
    sandbox.page.evaluate("(tools) => codeact.setTools(tools)", ECHO)
    assert sandbox.value("echo(1)") == "7"


Change = Callable[[str], str]
ServeChanged = Callable[[dict[str, Change | None]], str]
OpenChanged = Callable[[dict[str, Change | None]], Driver]


@pytest.fixture
def serve_changed(site: Path, tmp_path: Path) -> Iterator[ServeChanged]:
    """Serve the site with files, named by glob patterns, that are changed, or gone where there is None."""
    copy = tmp_path / "site"
    shutil.copytree(site, copy, ignore=shutil.ignore_patterns("*.br", "*.gz"))
    with ExitStack() as servers:

        def serve(changes: dict[str, Change | None]) -> str:
            for pattern, change in changes.items():
                for path in [*copy.glob(pattern)]:
                    if change:
                        path.write_text(change(path.read_text()))
                    else:
                        path.unlink()
            return servers.enter_context(running_server(Settings(site=copy)))

        yield serve


@pytest.fixture
def open_changed(serve_changed: ServeChanged, open_at: Opener) -> OpenChanged:
    """A page of the site changed so. It is closed before its server stops: what it still fetches is not cut."""
    return lambda changes: open_at(serve_changed(changes))


@pytest.mark.parametrize("missing", ["manifest.json", "assets/pyodide.*", "assets/image.*"])
@in_one_engine
def test_assets_that_cannot_be_fetched_are_a_sentence(open_changed: OpenChanged, missing: str) -> None:
    driver = open_changed({f"sandbox/{missing}": None})
    driver.complaints.allow("404")
    # Without a manifest the server allows the frame nothing.
    driver.complaints.allow("Content-Security-Policy")
    driver.complaints.allow("Content Security Policy")
    failed = driver.start()
    assert failed["kind"] == "assets_unreachable"
    assert "Check the connection and reload" in failed["message"]


# What has this in its address never comes, and all waits are a tenth as long.
NEVER = """(part) => {
  const { fetch } = window;
  const { timeout } = AbortSignal;
  AbortSignal.timeout = (milliseconds) => timeout.call(AbortSignal, milliseconds / 10);
  const never = (signal) => new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason));
  });
  window.fetch = (url, options) => (String(url).includes(part) ? never(options?.signal) : fetch(url, options));
}"""


@pytest.mark.parametrize("never", ["manifest.json", "limits.json", ".wasm"])
@in_one_engine
def test_assets_that_never_come_are_given_up(open_changed: OpenChanged, never: str) -> None:
    driver = open_changed({})  # at an address of which nothing is kept
    driver.page.evaluate(NEVER, never)
    failed = driver.start()
    assert failed["kind"] == "assets_unreachable"
    assert "it took longer than 60 s" in failed["message"]
    assert "Check the connection and reload" in failed["message"]


@in_one_engine
def test_a_wheel_that_never_comes_is_given_up(alone: Driver) -> None:
    alone.page.evaluate(NEVER, ".whl")
    assert "it took longer than 60 s" in alone.run("import humanize")["error"]["value"]
    assert alone.value("1 + 1") == "2"


@in_one_engine
def test_another_protocol_version_is_refused(open_changed: OpenChanged) -> None:
    older = {"*.js": lambda text: re.sub(r'"start",version:\d+', '"start",version:0', text)}
    driver = open_changed(older)
    driver.complaints.allow("net::ERR_")  # the boot is given up while assets are on their way
    failed = driver.start()
    assert failed["kind"] == "wrong_version"
    assert "reload the page" in failed["message"]


@in_one_engine
def test_a_text_may_be_as_long_as_the_operator_says(open_changed: OpenChanged) -> None:
    longer = {"sandbox/limits.json": lambda text: text.replace('"tool_chars": 5000000', '"tool_chars": 60000000')}
    driver = open_changed(longer)
    driver.start()
    driver.page.evaluate("(tools) => codeact.setTools(tools)", ECHO)
    for length in (8_000_000, 55_000_000):
        assert driver.value(f"len(echo('x' * {length})['x'])") == str(length)


def test_plain_boot_gives_the_same_sandbox(open_at: Opener, served: str) -> None:
    driver = open_at(served)
    assert driver.start(plain=True)["from_image"] is False
    assert driver.value("import math; math.hypot(3, 4)") == "5.0"


@in_one_engine
def test_without_jspi_it_boots_plainly_and_tools_are_awaited(open_changed: OpenChanged) -> None:
    """No browser of these two can switch JSPI off: take its functions away before any script of ours runs."""
    remove = "delete WebAssembly.Suspending; delete WebAssembly.promising; delete WebAssembly.SuspendError;"
    driver = open_changed(
        {scripts: lambda text: remove + text for scripts in ("*.js", "sandbox/assets/worker.*.js")}
    )
    ready = driver.start(limits={"time_ms": 600})
    assert (ready["can_block"], ready["from_image"]) == (False, False)
    driver.page.evaluate("(tools) => codeact.setTools(tools)", ECHO)
    assert driver.value("await echo(3)") == "{'x': 3}"
    assert driver.run("import time; time.sleep(5)")["timed_out"] is True
    assert driver.value("'alive'") == "alive"


class Quiet(SimpleHTTPRequestHandler):
    """A plain static server: no header of ours."""

    extensions_map: ClassVar = {**SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def plainly_served(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("static")
    (root / "some").mkdir()
    (root / "some" / "prefix").symlink_to(site)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root))) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/some/prefix"
        server.shutdown()


def test_any_static_server_will_do(open_at: Opener, plainly_served: str) -> None:
    driver = open_at(plainly_served)
    ready = driver.start(limits={"time_ms": 2_000})
    assert (ready["can_interrupt"], ready["can_block"]) == (False, True)
    driver.page.evaluate("(tools) => codeact.setTools(tools)", ECHO)
    assert driver.value("kept = echo(1); kept") == "{'x': 1}"
    assert driver.run("while True: pass")["timed_out"] is True
    assert driver.value("kept") == "{'x': 1}"
    assert driver.run("while True: pass", "codeact.interrupt()")["kind"] == "stopped"
    assert driver.value("'alive'") == "alive"


@in_one_engine
def test_a_forged_tool_call_does_not_stop_the_clock(sandbox: Driver) -> None:
    sandbox.page.evaluate("(tools) => codeact.setTools(tools)", ECHO)
    sandbox.page.evaluate(
        "() => { window.called = 0; window.codeact_tool = async () => { called++; return {value: '1'} } }"
    )
    forged = """
import js
from pyodide.ffi import to_js
message = {"type": "tool_called", "run_id": 999, "call_id": 1, "name": "echo", "arguments": "{}"}
js.postMessage(to_js(message, dict_converter=js.Object.fromEntries))
sum(range(10**11))
"""
    began = time.monotonic()
    assert sandbox.run(forged)["kind"] == "killed"
    assert time.monotonic() - began < 8
    assert sandbox.page.evaluate("called") == 0


@pytest.mark.parametrize("wait", ["time.sleep(0.001)", "await asyncio.sleep(0)", "echo(1)"])
@in_one_engine
def test_an_interrupt_is_never_lost_in_the_event_loop(shared: Driver, wait: str) -> None:
    """One that hit a callback of Pyodide's loop took with it what waited for the callback: 1 run in 100."""
    shared.begin(limits={"time_ms": 60, "grace_ms": 2000})
    shared.page.evaluate("(tools) => codeact.setTools(tools)", ECHO)
    for _ in range(40):
        outcome = shared.run(f"import asyncio, time\nwhile True: {wait}")
        assert outcome.get("timed_out") is True, outcome


SAY = """
import js
from pyodide.ffi import to_js
def say(**message):
    js.postMessage(to_js(message, dict_converter=js.Object.fromEntries))
"""


@in_one_engine
def test_a_forged_ready_does_not_stop_the_clock(sandbox: Driver) -> None:
    forged = "say(type='ready', boot_ms=1, from_image=True, can_block=True, can_interrupt=True, python='3')"
    assert sandbox.run(f"{SAY}{forged}\nsum(range(10**11))")["kind"] == "killed"
    assert sandbox.value("'alive'") == "alive"


@pytest.mark.parametrize(
    "message",
    [
        "type='finished', run_id=1, result=None",
        "type='finished', run_id=1, result={'stdout': 5}",
        "type='output', run_id=1, chunks=[{'stream': 'html', 'text': ''}]",
        "type='tool_called', run_id=1, call_id=1, name='echo', arguments={}",
        "type='constructor'",
    ],
)
@in_one_engine
def test_a_message_of_the_wrong_shape_ends_the_worker(counted: Driver, message: str) -> None:
    assert counted.run(f"{SAY}say({message})\nimport time; time.sleep(5)")["kind"] == "unknown_message"
    assert counted.value("'alive'") == "alive"


@pytest.mark.parametrize("end", ["codeact.close()", "document.querySelector('iframe').remove()"])
@in_one_engine
def test_a_start_that_is_broken_off_is_told(open_at: Opener, served: str, end: str) -> None:
    driver = open_at(served)
    began = time.monotonic()
    script = f"() => {{ const booting = codeact_start(); {end}; return booting.catch((error) => error.kind); }}"
    assert driver.page.evaluate(script) in ("closed", "frame_removed")
    assert time.monotonic() - began < 5
    assert driver.value("'alive'") == "alive"


@in_one_engine
def test_resets_and_runs_at_once_all_settle(sandbox: Driver) -> None:
    sandbox.run("left = 1")
    script = (
        """() => Promise.all([codeact.reset(), codeact.reset(), codeact_run({code: "'left' in globals()"})])"""
    )
    *_, last = sandbox.page.evaluate(script)
    assert last["result"]["results"][0]["text/plain"] == "False"


def test_a_worker_that_dies_between_steps_is_replaced_and_gets_back_what_was_saved(sandbox: Driver) -> None:
    dies_later = (
        "from pyodide.ffi import create_proxy\nimport js\njs.setTimeout(create_proxy(lambda: 1 / 0), 1500)"
    )
    sandbox.run(f"kept = 1\n{dies_later}")
    sandbox.page.evaluate("() => codeact.save()")
    sandbox.page.wait_for_timeout(2000)
    assert sandbox.value("kept") == "1"


@in_one_engine
def test_the_clock_runs_again_after_a_call_nobody_answered(sandbox: Driver) -> None:
    sandbox.page.evaluate("(tools) => codeact.setTools(tools)", ECHO)
    sandbox.run("import asyncio\nkept = 1\nasync def later():\n    await asyncio.sleep(0.1)\n    echo(1)")
    sandbox.run("task = asyncio.ensure_future(later())")
    sandbox.page.wait_for_timeout(300)
    assert sandbox.run("echo(2)\nwhile True: pass")["timed_out"] is True
    assert sandbox.value("kept") == "1"
