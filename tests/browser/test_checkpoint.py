"""What the interpreter held comes back after its end, and what does not is named; nothing comes back uncalled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from support.engines import Engine, in_one_engine
from support.sandbox import ECHO, Sandbox, opened

pytestmark = pytest.mark.browser

# One long call into C: no interrupt reaches it.
HANG = "sum(range(10**12))"
DIE = "import os; os.abort()"
LIMITS = {"time_ms": 5_000, "grace_ms": 500}
SOON = 300  # ms


@pytest.fixture(scope="module")
def loaded(engine: Engine, served: str) -> Iterator[Sandbox]:
    with opened(engine, served) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(loaded: Sandbox) -> Sandbox:
    """A new conversation; ``hardened`` off, since some code ends its interpreter on purpose."""
    loaded.begin(limits=LIMITS, hardened=False)
    return loaded


def saved(sandbox: Sandbox, code: str) -> dict[str, Any]:
    """Run a step that must go well, and the checkpoint that follows it."""
    sandbox.forget()
    result = sandbox.run(code)
    assert result.get("error", result) is None, result
    sandbox.call("codeact.save()")
    sandbox.wait_for("checkpointed")
    return sandbox.events("checkpointed")[-1]


def kill(sandbox: Sandbox, code: str = DIE) -> dict[str, Any]:
    """End the interpreter: the report on what came back, however long that took."""
    told = len(sandbox.events("restored"))
    outcome = sandbox.run(code, SOON)
    assert outcome.get("kind") in ("killed", "interpreter_died"), outcome
    sandbox.wait_for("restored", told + 1)
    return sandbox.events("restored")[-1]


EVERYTHING = """
import math, collections as c, xml.dom.minidom
rate = 1.5
rows = [{"a": n, "b": [n]} for n in range(3)]
same = rows[0]
def total(values): return math.fsum(values) * rate
class Point:
    def __init__(self, x): self.x = x
    def twice(self): return Point(self.x * 2)
class Named(Point):
    def __repr__(self): return f"Named({self.x})"
named = Named(4)
counted = c.Counter("hello")
counter = (n for n in range(3))
handle = open("/output/log.txt", "w"); handle.write("one"); handle.flush()
"""


def test_everything_that_can_comes_back_and_the_rest_is_named(sandbox: Sandbox) -> None:
    saved(sandbox, EVERYTHING)
    report = kill(sandbox, HANG)
    assert report["reason"] == "killed"
    assert {"math", "c", "xml", "rate", "rows", "total", "Point", "Named", "named"} <= set(report["names"])
    lost = {each["name"]: each["why"] for each in report["lost"]}
    assert set(lost) == {"counter", "handle"}
    assert "generators cannot be saved" in lost["counter"]
    assert "files cannot be saved" in lost["handle"]
    assert report["behind"] is False
    assert sandbox.value("total([1, 1]), named, Point(2).twice().x, counted['l']") == "(3.0, Named(4), 4, 2)"
    assert (
        sandbox.value("same is rows[0], type(named) is Named, c.Counter is type(counted)") == "(True, True, True)"
    )
    assert sandbox.value("xml.dom.minidom.Document().nodeName") == "#document"
    assert sandbox.value("rate = 2; total([1])") == "2.0"  # functions see the live namespace
    assert sandbox.file("/output/log.txt") == "one"


@in_one_engine
def test_steps_are_counted_on(sandbox: Sandbox) -> None:
    saved(sandbox, "x = 1")
    saved(sandbox, "x = 2")
    kill(sandbox)
    assert sandbox.run("x")["execution_count"] == 3


@in_one_engine
def test_tracebacks_of_restored_functions_show_their_source(sandbox: Sandbox) -> None:
    saved(sandbox, "def broken(n):\n    return n / 0  # here")
    kill(sandbox)
    assert "return n / 0  # here" in sandbox.run("broken(1)")["error"]["traceback"]


@in_one_engine
def test_the_report_is_told_once(sandbox: Sandbox) -> None:
    saved(sandbox, "x = 1")
    kill(sandbox)
    assert sandbox.run("x")["restored"] is None


@in_one_engine
def test_a_step_that_was_not_saved_is_told(sandbox: Sandbox) -> None:
    saved(sandbox, "x = 1")
    both = "codeact.run('x = 2').then(() => codeact.run(arg[0], { time_ms: arg[1] }))"
    assert sandbox.call(both, [HANG, SOON])["kind"] == "killed"
    report = sandbox.events("restored")[-1]
    assert report["behind"] is True
    assert sandbox.value("x") == "1"


def test_a_crash_of_the_interpreter_is_mended_alike(sandbox: Sandbox) -> None:
    saved(sandbox, "x = [1]")
    report = kill(sandbox, DIE)
    assert (report["reason"], report["lost"]) == ("interpreter_died", [])
    assert sandbox.value("x") == "[1]"


def test_stop_of_what_cannot_be_interrupted_keeps_what_was_saved(sandbox: Sandbox) -> None:
    saved(sandbox, "x = [1]")
    stopped = "setTimeout(() => codeact.interrupt(), 100), codeact.run(arg)"
    assert sandbox.call(f"({stopped})", HANG)["kind"] == "stopped"
    assert sandbox.value("x") == "[1]"


@in_one_engine
def test_tools_are_there_again_and_variables_may_refer_to_them(sandbox: Sandbox) -> None:
    sandbox.set_tools(ECHO)
    saved(sandbox, "mine = echo\nresult = mine(3)")
    assert kill(sandbox)["lost"] == []
    assert sandbox.value("mine(4), result") == "({'x': 4}, {'x': 3})"


@in_one_engine
def test_a_second_end_brings_back_the_same(sandbox: Sandbox) -> None:
    saved(sandbox, "x = [1]")
    kill(sandbox)
    kill(sandbox)
    assert sandbox.value("x") == "[1]"


@in_one_engine
def test_what_was_deleted_does_not_come_back(sandbox: Sandbox) -> None:
    saved(sandbox, "x, y = 1, 2; open('/output/a', 'w').close()")
    saved(sandbox, "import os; del x; os.remove('/output/a')")
    kill(sandbox)
    assert sandbox.value("'x' in globals(), y") == "(False, 2)"
    assert sandbox.call("codeact.listFiles()") == []


@in_one_engine
def test_only_what_has_changed_is_sent_again(sandbox: Sandbox) -> None:
    first = saved(sandbox, "big = 'x' * 10**6; small = 1")
    second = saved(sandbox, "small = 2")
    assert first["bytes"] > 10**6
    assert second["bytes"] < 1000


# What is hostile when it is saved or brought back

DIES = """
class Trap:
    def __reduce__(self):
        import os
        return (os.abort if {restoring} else int), ()
trap = Trap()
kept = [1]
open("/output/a", "w").write("kept")
"""


def test_bringing_back_what_ends_the_interpreter_is_tried_once(sandbox: Sandbox) -> None:
    saved(sandbox, DIES.format(restoring=True) + "\nfile = open('/output/a').read()")
    sandbox.forget()
    sandbox.run(DIE)
    result = sandbox.run("1 + 1")
    assert result["results"] == [{"text/plain": "2"}]
    assert len(sandbox.events("ready")) == 2  # the one that died restoring, and the one that works
    (report,) = [event for event in sandbox.events("restored") if event["lost"]]
    assert {"trap", "kept"} <= {each["name"] for each in report["lost"]}
    assert "ended the interpreter" in report["lost"][0]["why"]
    assert sandbox.file("/output/a") == "kept"
    kill(sandbox)
    assert sandbox.value("2 + 2") == "4"


@pytest.mark.parametrize("forever", ["while True: pass", "while True:\n            try: pass\n"
                                     "            except BaseException: pass"])  # fmt: skip
@in_one_engine
def test_saving_what_never_ends_costs_only_itself(sandbox: Sandbox, forever: str) -> None:
    code = f"class Slow:\n    def __reduce__(self):\n        {forever}\n"
    checkpoint = saved(sandbox, code + "before = [1]\nslow = Slow()\nafter = [2]")
    (lost,) = checkpoint["lost"]
    assert lost == {"name": "slow", "why": "took too long to save"}
    assert sandbox.value("before, after") == "([1], [2])"
    kill(sandbox)
    assert sandbox.value("before, after") == "([1], [2])"


@in_one_engine
def test_bringing_back_what_never_ends_is_given_up_and_does_not_hold_up_what_has_ended(sandbox: Sandbox) -> None:
    code = "class Slow:\n    def __setstate__(self, state):\n        while True: pass\n"
    saved(sandbox, code + "before = [1]\nslow = Slow(); slow.x = 1\nafter = [2]")
    script = """async ([code, time_ms]) => {
      const booted = new Promise((resolve) => {
        const tell = window.codeact_event;
        window.codeact_event = (event) => (event.type === 'ready' && resolve(performance.now()), tell(event));
      });
      const { error, restored } = await codeact_run({ code, time_ms });
      return { kind: error.kind, restored, held: performance.now() - (await booted) };
    }"""
    ended = sandbox.page.evaluate(script, [HANG, SOON])
    assert ended["kind"] == "killed"
    assert ended["held"] < 3_500
    (lost,) = ended["restored"]["lost"]
    assert "after the next step" in lost["why"]
    assert sandbox.events("restored") == []
    result = sandbox.run("before, after")
    assert result["results"] == [{"text/plain": "([1], [2])"}]
    assert [each["name"] for each in result["restored"]["lost"]] == ["slow"]
    sandbox.load()


@in_one_engine
def test_what_raises_when_saved_or_brought_back_costs_only_itself(sandbox: Sandbox) -> None:
    code = "class A:\n    def __reduce__(self): raise SystemExit\n"
    code += "class B:\n    def __setstate__(self, state): 1 / 0\n"
    saved(sandbox, code + "a, b, c = A(), B(), [3]\nb.x = 1")
    report = kill(sandbox)
    assert {each["name"] for each in report["lost"]} == {"a", "b"}
    assert sandbox.value("c") == "[3]"


@pytest.mark.parametrize(
    "code",
    [
        "globals()['n' * 2_000] = 1",
        "for n in range(12_000): globals()[f'v{n}'] = n",
        "odd = type('T' * 20_000, (), {'__reduce__': lambda self: 1 / 0})()",
        "globals()[5] = 1; globals()[None] = 2",
        "globals()['__proto__'] = 1; globals()['constructor'] = 2",
        "globals()['\\ud800'] = 1",
        "raise type('E' * 6_000_000, (Exception,), {})",
        "deep = []\nfor _ in range(100_000): deep = [deep]",
        "kept.append(kept); many = [kept] * 100",
    ],
)
@in_one_engine
def test_odd_names_and_numbers_do_no_harm(sandbox: Sandbox, code: str) -> None:
    saved(sandbox, "kept = [1]")
    sandbox.run(code)
    assert sandbox.call("codeact.save()") is None
    assert sandbox.value("kept[0]") == "1"
    sandbox.run(DIE)
    assert sandbox.value("kept[0]") == "1"


@in_one_engine
def test_what_is_too_large_is_lost_and_said_so(loaded: Sandbox) -> None:
    loaded.start(limits={**LIMITS, "variable_mb": 1, "checkpoint_mb": 2})
    checkpoint = saved(
        loaded, "big = b'x' * (2 * 2**20); a = b'a' * 900_000; b = b'b' * 900_000; c = b'c' * 900_000"
    )
    lost = {each["name"]: each["why"] for each in checkpoint["lost"]}
    assert lost == {"big": "larger than 1 MB", "c": "the variables together would be larger than 2 MB"}
    kill(loaded, HANG)
    assert loaded.value("len(a), len(b), 'c' in globals()") == "(900000, 900000, False)"


# Steps and checkpoints at once


@in_one_engine
def test_a_step_that_comes_first_goes_first_and_the_rest_is_saved_after_it(sandbox: Sandbox) -> None:
    slow = "class Slow:\n    def __reduce__(self):\n        for _ in range(10**6): pass\n        return list, ()\n"
    sandbox.run(slow + "for n in range(20): globals()[f'v{n}'] = Slow()")
    sandbox.forget()
    took = sandbox.page.evaluate("""async () => {
      const saving = codeact.save();
      await new Promise((resolve) => setTimeout(resolve, 100));
      const began = performance.now();
      await codeact.run("late = [1]");
      const took = performance.now() - began;
      await saving;
      return took;
    }""")
    assert sandbox.events("checkpointed")[0]["complete"] is False
    assert took < 2_000
    sandbox.wait_for("checkpointed", 2)
    assert sandbox.events("checkpointed")[1]["complete"] is True
    kill(sandbox)
    assert sandbox.value("late, v0, v19") == "([1], [], [])"


def test_a_step_does_not_wait_for_saving_that_cannot_be_interrupted(sandbox: Sandbox) -> None:
    saved(sandbox, "kept = [1]")
    forever = "class Slow:\n    def __reduce__(self): return sum(range(10**12)), ()\n"
    sandbox.run(forever + "slow = Slow(); late = [2]")
    sandbox.forget()
    took, result = sandbox.page.evaluate("""async () => {
      codeact.save().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 100));
      const began = performance.now();
      const { result, restored } = await codeact_run({ code: "kept, 'late' in globals()", time_ms: 500 });
      return [performance.now() - began, { ...result, restored }];
    }""")
    assert result["results"] == [{"text/plain": "([1], False)"}]
    assert (result["restored"]["reason"], result["restored"]["behind"]) == ("unsaved", True)
    ready = sandbox.events("ready")[0]
    assert took - ready["boot_ms"] < 8_000
    assert sandbox.value("kept") == "[1]"


@in_one_engine
def test_a_checkpoint_comes_by_itself_after_a_step(sandbox: Sandbox) -> None:
    sandbox.run("x = [1]")
    sandbox.wait_for("checkpointed")
    kill(sandbox)
    assert sandbox.value("x") == "[1]"


# New conversations, stored ones, twins


def test_reset_leaves_no_trace_and_brings_nothing_back(sandbox: Sandbox) -> None:
    saved(sandbox, "x = 1; open('/output/a', 'w').close(); open('/tmp/b', 'w').close()")
    sandbox.put("/data/c", "1")
    sandbox.call("codeact.reset().then(() => null)")
    result = sandbox.run("import os; 'x' in globals(), os.path.exists('/tmp/b'), os.listdir('/output')")
    assert (result["results"][0]["text/plain"], result["restored"]) == ("(False, False, [])", None)
    assert result["execution_count"] == 1
    assert sandbox.call("codeact.listFiles()") == []
    sandbox.run(DIE)
    assert sandbox.value("'x' in globals()") == "False"


@in_one_engine
def test_a_reset_while_what_was_saved_is_brought_back_brings_back_nothing(sandbox: Sandbox) -> None:
    slow = "class Slow:\n    def __setstate__(self, state):\n        for _ in range(10**7): pass\n"
    saved(sandbox, slow + "slow = Slow(); slow.x = 1")
    sandbox.forget()
    sandbox.page.evaluate("(arg) => void codeact.run(arg, { time_ms: 300 }).catch(() => 0)", HANG)
    sandbox.wait_for("ready")  # of the replacement, which is being brought back what was saved
    sandbox.call("codeact.reset().then(() => null)")
    result = sandbox.run("sorted(name for name in globals() if name[0] != '_')")
    assert (result["results"][0]["text/plain"], result["restored"]) == ("[]", None)


def test_a_frame_that_was_removed_comes_back_with_the_variables(sandbox: Sandbox) -> None:
    saved(sandbox, "x = [1]")
    sandbox.page.evaluate("() => document.querySelector('iframe').remove()")
    sandbox.page.wait_for_function("() => document.querySelector('iframe') === null")
    result = sandbox.run("x")
    if "kind" in result:  # told of the removal only now
        assert result["kind"] == "frame_removed"
        result = sandbox.run("x")
    assert result["results"] == [{"text/plain": "[1]"}]
    assert result["restored"]["reason"] == "frame_removed"


@in_one_engine
def test_when_nothing_was_saved_that_is_said(sandbox: Sandbox) -> None:
    report = kill(sandbox)
    assert (report["names"], report["lost"], report["behind"]) == ([], [], False)


STORED = (
    "(async () => { window.stored = structuredClone(codeact.checkpoint); return Object.keys(stored).sort(); })()"
)


def test_a_stored_conversation_goes_on_in_another_sandbox(sandbox: Sandbox) -> None:
    saved(sandbox, "x = [1]; open('/output/a', 'w').write('text')")
    assert sandbox.call(STORED) == ["execution_count", "files", "modules", "packages", "sources", "variables"]
    assert sandbox.start(limits=LIMITS)["type"] == "ready"
    report = sandbox.call("codeact.restore(stored)")
    assert (report["reason"], report["names"]) == ("reloaded", ["x"])
    result = sandbox.run("x")
    assert (result["results"], result["execution_count"]) == ([{"text/plain": "[1]"}], 2)
    assert result["restored"]["reason"] == "reloaded"
    assert sandbox.file("/output/a") == "text"
    kill(sandbox, HANG)  # before any checkpoint of its own
    assert sandbox.value("x") == "[1]"


@in_one_engine
def test_a_step_asked_for_while_a_conversation_is_restored_waits_for_it(sandbox: Sandbox) -> None:
    saved(sandbox, "x = [1]")
    sandbox.call(STORED)
    sandbox.start(limits=LIMITS)
    script = "(codeact.restore(stored), codeact.run('x').then((result) => result.results[0]['text/plain']))"
    assert sandbox.call(script) == "[1]"


@in_one_engine
def test_twins_go_their_own_ways(sandbox: Sandbox) -> None:
    saved(sandbox, "x = [1]; open('/output/a', 'w').write('common')")
    fork = "codeact.fork({ onEvent() {} }).then((twin) => { window.twin = twin; return null; })"
    assert sandbox.call(fork) is None
    other = "twin.run(arg).then((result) => result.results[0]?.['text/plain'] ?? null)"
    assert sandbox.call(other, "x.append(2); open('/output/a', 'w').write('twin'); x") == "[1, 2]"
    assert sandbox.value("x.append(3); x") == "[1, 3]"
    assert sandbox.file("/output/a") == "common"
    sandbox.run(DIE)
    assert sandbox.call(other, "x") == "[1, 2]"
    assert sandbox.value("x") in ("[1, 3]", "[1]")
    sandbox.call("Promise.resolve(twin.close())")
