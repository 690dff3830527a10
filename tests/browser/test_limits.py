"""Each limit of docs/protocol.md: what the code is told, what the page is spared, and that the next step works."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from codeact_runtime.limits import Limits
from support.engines import Engine, in_one_engine
from support.sandbox import ECHO, Sandbox, opened

pytestmark = pytest.mark.browser

MB = 2**20
LOW = {
    "time_ms": 5_000, "grace_ms": 2_000, "memory_mb": 96, "code_chars": 2_000, "model_chars": 1_000,
    "person_chars": 60_000, "person_chars_per_s": 30_000, "tool_calls": 5, "tool_chars": 1_000,
    "display_items": 3, "display_chars": 2_000, "files": 20, "file_mb": 2, "files_mb": 5,
}  # fmt: skip


@pytest.fixture(scope="module")
def loaded(engine: Engine, served: str) -> Iterator[Sandbox]:
    with opened(engine, served) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(loaded: Sandbox) -> Sandbox:
    """A new conversation under low limits."""
    loaded.begin(limits=LOW)
    return loaded


@pytest.fixture
def kept(loaded: Sandbox) -> Sandbox:
    """The same, in the interpreter that is there: for what fills neither its memory nor its files."""
    loaded.clear(limits=LOW)
    return loaded


def shown(sandbox: Sandbox) -> str:
    """What the person was sent of the output."""
    return "".join(chunk["text"] for event in sandbox.events("output") for chunk in event["chunks"])


# Memory


def test_too_much_memory_is_a_memory_error_and_what_was_there_is_kept(sandbox: Sandbox) -> None:
    sandbox.run("kept = [1, 2]")
    assert sandbox.error("big = bytearray(200 * 2**20)") == "MemoryError"
    (refused,) = [event for event in sandbox.events("memory") if event["refused"]]
    assert refused["limit_bytes"] == 96 * MB
    assert refused["bytes"] <= 96 * MB
    assert sandbox.value("kept, 'big' in globals()") == "([1, 2], False)"


@in_one_engine
def test_growth_is_told_with_the_figure(sandbox: Sandbox) -> None:
    result = sandbox.run("big = bytearray(40 * 2**20)")
    grown = sandbox.events("memory")[-1]
    assert (grown["refused"], grown["limit_bytes"]) == (False, 96 * MB)
    assert 60 * MB < grown["bytes"] <= 96 * MB
    assert result["memory_mb"] == pytest.approx(grown["bytes"] / MB, abs=0.1)


@pytest.mark.parametrize(
    "fill",
    [
        "while True: a.append([None] * 10)",
        "while True: a.append({1: 2})",
        "while True: a.append(f'{len(a):0200}')",
        "while True:\n    try: a.append(bytes(len(a)))\n    except MemoryError: break\nwhile True: a.append([])",
    ],
)
@in_one_engine
def test_small_objects_up_to_the_last_byte_leave_a_sandbox_that_works(sandbox: Sandbox, fill: str) -> None:
    assert sandbox.error(f"a = []\n{fill}") == "MemoryError"
    assert sandbox.run("1")["memory_mb"] <= 96 + 16 + 4
    assert sandbox.value("len(a) > 1000") == "True"
    assert sandbox.error("b = 'more'\nprint(b)\ndel a") == ""
    assert sandbox.value("b") == "more"


@in_one_engine
def test_code_that_catches_the_memory_error_goes_on(sandbox: Sandbox) -> None:
    code = "try:\n    big = bytearray(200 * 2**20)\nexcept MemoryError:\n    caught = True\ncaught"
    assert sandbox.value(code) == "True"


# Output


def test_a_print_loop_is_held_to_its_rate_and_its_total(kept: Sandbox) -> None:
    result = kept.run("import time\nend = time.time() + 2.5\nwhile time.time() < end: print('x' * 99)")
    text = shown(kept)
    assert len(text) < LOW["person_chars"] * 1.1
    assert "not kept" in text.splitlines()[-1]
    assert len(result["stdout"]) < LOW["model_chars"] * 1.3
    assert result["stdout"].startswith("xxx")
    events = kept.events("output")
    seconds = (events[-1]["at"] - events[0]["at"]) / 1000
    assert len(events) < 30 * (seconds + 1)


@in_one_engine
def test_a_burst_is_cut_and_the_person_told_how_much_is_missing(kept: Sandbox) -> None:
    kept.run("for _ in range(2000): print('x' * 99)")
    text = shown(kept)
    assert len(text) < LOW["person_chars_per_s"] * 2
    assert "characters of output were not kept" in text


def test_one_enormous_line_is_cut(kept: Sandbox) -> None:
    result = kept.run("print('x' * 10_000_000)")
    assert len(shown(kept)) < LOW["person_chars_per_s"] * 2
    assert len(result["stdout"]) < LOW["model_chars"] * 1.3


@pytest.mark.parametrize("write", ["os.write(1, b'x' * 10_000)", "os.write(2, b'x' * 10_000)",
                                   "sys.__stdout__.write('x' * 10_000)"])  # fmt: skip
@in_one_engine
def test_writing_past_our_streams_is_held_to_the_same(kept: Sandbox, write: str) -> None:
    code = f"import os, sys, time\nend = time.time() + 0.5\nwhile time.time() < end: {write}"
    assert kept.error(code) == ""
    assert 0 < len(shown(kept)) < LOW["person_chars"] * 1.1


@in_one_engine
def test_the_next_step_may_print_as_much_again(kept: Sandbox) -> None:
    for _ in range(2):
        kept.forget()
        kept.run("for _ in range(100): print('x' * 99)")
        assert len(shown(kept)) == 100 * 100


# Tools


def test_more_tool_calls_than_allowed_raise_what_the_code_can_catch(kept: Sandbox) -> None:
    kept.set_tools(ECHO)
    code = "done = 0\nfor n in range(9):\n    echo(n)\n    done += 1"
    result = kept.run(code)
    assert (result["error"]["name"], "5 tool calls" in result["error"]["value"]) == ("ToolLimit", True)
    assert kept.value("done") == "5"
    assert kept.value("echo(7)") == "{'x': 7}"  # counted by the step


@in_one_engine
def test_arguments_of_a_tool_may_not_be_too_long(kept: Sandbox) -> None:
    kept.set_tools(ECHO)
    assert "1000 characters" in kept.run("echo('x' * 2000)")["error"]["value"].replace(",", "")
    assert kept.value("echo('y')") == "{'x': 'y'}"


@in_one_engine
def test_arguments_that_did_not_come_through_python_are_held_to_the_same(loaded: Sandbox) -> None:
    loaded.start(limits=LOW, hardened=False)
    loaded.set_tools(ECHO)
    forged = "import js\nfrom pyodide.ffi import to_js\nlong = '{\"x\": \"' + 'x' * 2000 + '\"}'\n"
    forged += "m = {'type': 'tool_called', 'run_id': 1, 'call_id': 1, 'name': 'echo', 'arguments': long}\n"
    forged += "js.postMessage(to_js(m, dict_converter=js.Object.fromEntries))\nwhile True: pass"
    assert loaded.run(forged)["kind"] == "unknown_message"
    assert loaded.value("'alive'") == "alive"


@in_one_engine
def test_a_tools_value_may_not_be_too_long(kept: Sandbox) -> None:
    kept.set_tools(ECHO)
    kept.page.evaluate("() => { codeact_tool = async () => ({ value: JSON.stringify('x'.repeat(2000)) }) }")
    result = kept.run("try:\n    echo(1)\nexcept Exception as error:\n    kind = error.kind\nkind")
    assert result["results"][0]["text/plain"] == "too_long"
    kept.page.evaluate("() => { codeact_tool = async (call) => ({ value: call.arguments }) }")
    assert kept.value("echo(2)") == "{'x': 2}"


# What is shown


@in_one_engine
def test_more_items_than_allowed_are_refused(kept: Sandbox) -> None:
    result = kept.run("for n in range(9): display(n)")
    assert "3 items" in result["error"]["value"]
    assert len(kept.events("displayed")) == 3
    assert kept.error("display(1)") == ""


@in_one_engine
def test_an_item_that_is_too_large_is_refused(kept: Sandbox) -> None:
    result = kept.run("display(HTML('x' * 5000))")
    assert "2,000" in result["error"]["value"]
    assert kept.events("displayed") == []


@in_one_engine
def test_forms_of_a_value_that_are_too_large_are_left_out(kept: Sandbox) -> None:
    (bundle,) = kept.run("HTML('x' * 5000)")["results"]
    assert "text/html" not in bundle
    assert len(bundle["text/plain"]) < 2_000


@in_one_engine
def test_all_items_together_may_not_be_too_large(loaded: Sandbox) -> None:
    loaded.start(limits={**LOW, "display_items": 100, "displays_chars": 5_000})
    loaded.forget()
    result = loaded.run("for n in range(9): display(HTML('x' * 1500))")
    assert "5,000 characters together" in result["error"]["value"]
    assert len(loaded.events("displayed")) == 3
    assert loaded.error("display(HTML('x' * 1500))") == ""  # of one step


@in_one_engine
def test_more_shown_than_allowed_ends_a_worker_that_speaks_past_python(loaded: Sandbox) -> None:
    loaded.start(limits={**LOW, "display_items": 100, "displays_chars": 5_000}, hardened=False)
    flood = "import js\nfrom pyodide.ffi import to_js\nb = {'text/plain': 'x' * 3000}\n"
    flood += "m = to_js({'type': 'displayed', 'run_id': 1, 'bundle': b}, dict_converter=js.Object.fromEntries)\n"
    assert loaded.run(f"{flood}js.postMessage(m); js.postMessage(m)\nwhile True: pass")["kind"] == "message_flood"
    assert loaded.value("'alive'") == "alive"


BOMB = """import struct, zlib
head = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
bomb = b"\\x89PNG\\r\\n\\x1a\\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
"""


@in_one_engine
def test_a_picture_of_too_many_pixels_is_refused(kept: Sandbox) -> None:
    error = kept.run(f"{BOMB}display(Image(bomb))")["error"]
    assert (error["name"], "60,000 × 60,000 pixels" in error["value"]) == ("PictureRefused", True)
    assert kept.events("displayed") == []
    (bundle,) = kept.run("Image(bomb)")["results"]
    assert (list(bundle), "not shown" in bundle["text/plain"]) == (["text/plain"], True)
    answer = kept.run("final_answer(Image(bomb))")["final_answer"]
    assert list(answer["bundle"]) == ["text/plain"]


# Files

FULL = "import errno\ntry:\n{}\nexcept OSError as error:\n    full = errno.errorcode[error.errno]\nfull"


def refused(sandbox: Sandbox, *lines: str) -> str:
    code = FULL.format("\n".join(f"    {line}" for line in lines))
    return sandbox.value(f"import os\n{code}")


@pytest.mark.parametrize("folder", ["/output", "/tmp", "/lib", "/home", "/dev/shm"])
@in_one_engine
def test_files_are_counted_wherever_they_lie(sandbox: Sandbox, folder: str) -> None:
    assert refused(sandbox, f"for n in range(99): open(f'{folder}/{{n}}', 'x').close()") == "ENOSPC"
    assert sandbox.value(f"sum(1 for name in os.listdir('{folder}') if name.isdigit()) <= 20") == "True"


@pytest.mark.parametrize("folder", ["/output", "/tmp", "/lib", "/dev/shm"])
@in_one_engine
def test_files_may_not_be_too_large_together(sandbox: Sandbox, folder: str) -> None:
    one = f"with open(f'{folder}/{{n}}', 'wb') as file: file.write(bytes(2**20))"
    assert refused(sandbox, "for n in range(9):", f"    {one}") == "ENOSPC"
    assert sandbox.value("n") == "5"


@pytest.mark.parametrize(
    "grow",
    [
        "open('/output/a', 'wb').write(bytes(3 * 2**20))",
        "open('/tmp/a', 'wb').truncate(3 * 2**20)",
        "os.truncate(os.open('/output/a', os.O_CREAT | os.O_RDWR), 3 * 2**20)",
        "f = open('/output/a', 'wb'); f.seek(3 * 2**20); f.write(b'x'); f.flush()",
        "os.pwrite(os.open('/output/a', os.O_CREAT | os.O_RDWR), b'x', 3 * 2**20)",
    ],
)
@in_one_engine
def test_one_file_may_not_be_too_large(sandbox: Sandbox, grow: str) -> None:
    assert refused(sandbox, grow) == "EFBIG"
    assert all(each["size"] <= 2 * MB for each in sandbox.call("codeact.listFiles()"))


@in_one_engine
def test_a_file_without_a_name_still_counts(sandbox: Sandbox) -> None:
    hide = [
        "f = open(f'/tmp/{n}', 'wb')",
        "f.write(bytes(2**20))",
        "f.flush()",
        "os.unlink(f.name)",
        "held.append(f)",
    ]
    assert refused(sandbox, "held = []", "for n in range(9):", *(f"    {line}" for line in hide)) == "ENOSPC"
    assert sandbox.value("len(held) <= 5") == "True"


@in_one_engine
def test_what_was_deleted_counts_no_more(kept: Sandbox) -> None:
    again = (
        "for n in range(30):\n    with open('/tmp/x', 'wb') as f: f.write(bytes(2**20))\n    os.remove('/tmp/x')"
    )
    assert kept.error(f"import os\n{again}") == ""


@in_one_engine
def test_a_pipe_holds_little(kept: Sandbox) -> None:
    code = "r, w = os.pipe()\ntotal = 0\ntry:\n    while total < 50 * 2**20: total += os.write(w, bytes(65536))\n"
    code += "except BlockingIOError: pass\n"
    assert kept.value(f"import os\n{code}total <= 2**20, os.read(r, 3)") == "(True, b'\\x00\\x00\\x00')"


def test_the_page_too_is_held_to_the_quota(kept: Sandbox) -> None:
    write = "codeact.writeFile(arg, new ArrayBuffer(3 * 2 ** 20))"
    assert kept.call(write, "/data/a")["kind"] == "quota"
    assert kept.call("codeact.listFiles()") == []


# Code, recursion, messages


@in_one_engine
def test_code_may_not_be_too_long(kept: Sandbox) -> None:
    result = kept.run("x = 1\n" + "# and so on\n" * 500)
    assert "the limit is 2,000" in result["error"]["value"]
    assert kept.value("'x' in globals()") == "False"


RECURSE = "def dive(n): return dive(n + 1)\n"


def test_recursion_ends_with_an_error(kept: Sandbox) -> None:
    assert kept.error(f"{RECURSE}dive(0)") == "RecursionError"
    assert kept.value("'alive'") == "alive"


@in_one_engine
def test_the_limit_of_recursion_is_the_same_for_each_step(kept: Sandbox) -> None:
    assert kept.value("import sys; sys.setrecursionlimit(5000); sys.getrecursionlimit()") == "5000"
    assert kept.value("sys.getrecursionlimit()") == str(Limits().recursion)
    assert kept.error("sys.setrecursionlimit(10)") in ("", "RecursionError")
    assert kept.value("'alive'") == "alive"


def test_recursion_past_the_stack_costs_the_interpreter_and_no_more(sandbox: Sandbox) -> None:
    sandbox.run("kept = 1")
    sandbox.call("codeact.save()")
    outcome = sandbox.run(f"import sys; sys.setrecursionlimit(10**8)\n{RECURSE}dive(0)")
    assert outcome.get("kind") == "interpreter_died" or outcome["error"]["name"] == "RecursionError"
    assert sandbox.value("kept") == "1"


def test_a_flood_of_messages_ends_the_worker(loaded: Sandbox) -> None:
    loaded.start(limits={**LOW, "messages_per_s": 50}, hardened=False)
    flood = "import js\nfrom pyodide.ffi import to_js\n"
    flood += "m = to_js({'type': 'booting', 'step': 'x'}, dict_converter=js.Object.fromEntries)\n"
    loaded.forget()
    assert loaded.run(f"{flood}for _ in range(10**6): js.postMessage(m)")["kind"] == "message_flood"
    assert len(loaded.events("booting")) <= 50 + 2 * 50  # the replacement boots, too
    assert loaded.value("1 + 1") == "2"


@pytest.mark.parametrize(
    "forged",
    [
        "{'type': 'output', 'run_id': 2, 'chunks': [{'stream': 'stdout', 'text': 'x' * 10_000}]}",
        "{'type': 'tool_called', 'run_id': 2, 'call_id': n, 'name': 'nope', 'arguments': '{}'}",
        "{'type': 'displayed', 'run_id': 2, 'bundle': {'text/plain': 'x'}}",
    ],
)
@in_one_engine
def test_what_a_step_may_send_holds_for_forged_messages(loaded: Sandbox, forged: str) -> None:
    loaded.start(limits=LOW, hardened=False)
    loaded.run("import js\nfrom pyodide.ffi import to_js")
    loaded.forget()
    send = f"js.postMessage(to_js({forged}, dict_converter=js.Object.fromEntries))"
    assert loaded.run(f"for n in range(200): {send}\nimport time; time.sleep(1)")["kind"] == "message_flood"
    assert len(shown(loaded)) <= LOW["person_chars"] * 3
    assert len(loaded.events("displayed")) <= LOW["display_items"]
    assert loaded.value("1 + 1") == "2"


# Who sets them


@in_one_engine
def test_callers_can_lower_and_cannot_raise(loaded: Sandbox) -> None:
    loaded.start(limits={"time_ms": 700, "memory_mb": 10**6, "person_chars": 5})
    limits = loaded.page.evaluate("() => codeact.limits")
    assert limits == {**vars(Limits()), "time_ms": 700, "person_chars": 5, "spare_workers": 0}
    result = loaded.run("while True: pass", time_ms=60_000)
    assert (result["timed_out"], "0.7 s" in result["error"]["value"]) == (True, True)


@pytest.mark.parametrize("limits", [{"patience": 1}, {"toString": 1}, {"time_ms": 0}, {"time_ms": -1},
                                    {"time_ms": 1.5}, {"time_ms": "5"}, {"time_ms": None}])  # fmt: skip
@in_one_engine
def test_limits_that_make_no_sense_are_refused(loaded: Sandbox, limits: dict[str, Any]) -> None:
    failed = loaded.start(limits=limits)
    assert failed["kind"] == "bad_limits"
    assert next(iter(limits)) in failed["message"]
    assert loaded.start()["type"] == "ready"


@pytest.mark.parametrize("time_ms", [-1, 1.5])
@in_one_engine
def test_a_steps_time_that_makes_no_sense_is_refused(loaded: Sandbox, time_ms: float) -> None:
    loaded.start()
    assert loaded.call("codeact.run('1', { time_ms: arg })", time_ms)["kind"] == "bad_limits"
    assert loaded.value("1 + 1") == "2"


def test_a_ceiling_below_what_the_interpreter_has_leaves_it_what_it_has(loaded: Sandbox) -> None:
    assert loaded.start(limits={"memory_mb": 1})["type"] == "ready"
    assert loaded.error("big = bytearray(40 * 2**20)") == "MemoryError"
    assert loaded.value("sum(range(100))") == "4950"
