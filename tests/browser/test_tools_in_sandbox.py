"""Tools in the real sandbox: side by side, inside it, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from support.engines import Engine, in_one_engine
from support.sandbox import ECHO, Sandbox, opened

pytestmark = pytest.mark.browser

# Answers once as many calls wait as its argument says: one call after the other would never end.
TOGETHER = """() => {
  const waiting = [];
  window.codeact_tool = ({ arguments: args }) => new Promise((resolve) => {
    waiting.push(() => resolve({ value: args }));
    if (waiting.length === JSON.parse(args).x) waiting.splice(0).forEach((each) => each());
  });
}"""
NEVER = "() => { window.codeact_tool = () => new Promise(() => {}); }"
ECHOED = "() => { window.codeact_tool = async (call) => ({ value: call.arguments }); }"
CUBE = '@tool\ndef cube(x: int, y: list[int] | None = None) -> int:\n    """Cube of x."""\n    return x ** 3\n'
CUBE_SPEC = {
    "name": "cube",
    "description": "Cube of x.",
    "parameters": [
        {"name": "x", "annotation": "int"},
        {"name": "y", "annotation": "list[int] | None", "default": None},
    ],
    "returns": "int",
    "source": "sandbox",
}


@pytest.fixture(scope="module")
def loaded(engine: Engine, served: str) -> Iterator[Sandbox]:
    with opened(engine, served) as sandbox:
        sandbox.start(limits={"grace_ms": 900})
        yield sandbox


@pytest.fixture
def sandbox(loaded: Sandbox) -> Sandbox:
    loaded.page.evaluate(ECHOED)
    assert give(loaded, ECHO) == []
    return loaded


def give(sandbox: Sandbox, tools: list[dict[str, Any]], *sources: str) -> Any:
    """What ``setTools`` gives, or ``{kind, message}``."""
    prelude = [{"name": f"mine{n}", "source": source} for n, source in enumerate(sources)]
    return sandbox.call("codeact.setTools(arg[0], arg[1])", [tools, prelude])


def test_awaited_calls_run_side_by_side(sandbox: Sandbox) -> None:
    sandbox.page.evaluate(TOGETHER)
    code = "import asyncio\nawait asyncio.gather(*[echo(5) for _ in range(5)])"
    assert sandbox.value(code) == str([{"x": 5}] * 5)


def test_the_clock_stands_still_while_all_wait(sandbox: Sandbox) -> None:
    sandbox.page.evaluate(
        """() => { window.codeact_tool = async (call) => {
          await new Promise((resolve) => setTimeout(resolve, 900));
          return { value: call.arguments };
        }; }"""
    )
    result = sandbox.run("import asyncio\nlen(await asyncio.gather(echo(1), echo(2)))", 600)
    assert result["results"] == [{"text/plain": "2"}], result


def test_the_clock_goes_on_for_code_that_runs_beside_a_call(sandbox: Sandbox) -> None:
    sandbox.page.evaluate(NEVER)
    code = "import asyncio\nasync def spin():\n    while True: pass\nawait asyncio.gather(echo(1), spin())"
    assert sandbox.run(code, 500)["timed_out"] is True
    slices = "async def spin():\n    while True:\n        sum(range(30_000))\n        await asyncio.sleep(0)\n"
    assert sandbox.run(f"{slices}await asyncio.gather(echo(1), spin())", 500)["timed_out"] is True


def test_calls_that_wait_end_with_stop(sandbox: Sandbox) -> None:
    sandbox.page.evaluate(
        """() => { window.codeact_tool = () => {
          setTimeout(() => codeact.interrupt(), 50);
          return new Promise(() => {});
        }; }"""
    )
    result = sandbox.run("import asyncio\nawait asyncio.gather(echo(1), echo(2))")
    assert result["stopped"] is True, result
    assert sandbox.value("1 + 1") == "2"


def test_the_specs_of_sandbox_tools_are_told(sandbox: Sandbox) -> None:
    assert give(sandbox, ECHO, CUBE) == [CUBE_SPEC]
    assert sandbox.call("codeact.describe()")["sandbox_tools"] == [CUBE_SPEC]
    assert sandbox.value("cube(3)") == "27"


@in_one_engine
def test_sandbox_tools_survive_their_interpreter(sandbox: Sandbox) -> None:
    made = "class Point:\n    pass\n@tool\ndef point() -> object:\n    'A point.'\n    return Point()\n"
    give(sandbox, ECHO, CUBE + "made = []\n", made)
    sandbox.run("held = cube\np = point()\np.x = 5")
    sandbox.call("codeact.save()")
    outcome = sandbox.run("sum(range(10**11))", 500)
    assert outcome["kind"] == "killed", outcome
    assert set(outcome["restored"]["names"]) >= {"held", "p"}
    assert sandbox.value("cube(2), held is cube, p.x, echo(1)") == "(8, True, 5, {'x': 1})"
    sandbox.call("codeact.reset().then(() => null)")
    assert sandbox.value("cube(2), 'p' in globals()") == "(8, False)"


def test_a_prelude_may_import_packages(sandbox: Sandbox) -> None:
    source = (
        "import toolz\n@tool\ndef second(xs: list) -> object:\n    'The second.'\n    return toolz.second(xs)\n"
    )
    if "toolz" not in sandbox.call("codeact.describe()")["modules"]:
        pytest.skip("the site has no packages")
    assert [spec["name"] for spec in give(sandbox, [], source)] == ["second"]
    assert sandbox.value("second([1, 2])") == "2"


@in_one_engine
def test_a_reset_while_packages_of_a_prelude_are_fetched(sandbox: Sandbox) -> None:
    """They must not reach the next interpreter before it can take them."""
    source = "import humanize\n@tool\ndef comma(x: int) -> str:\n  'Commas.'\n  return humanize.intcomma(x)\n"
    script = """async (prelude) => {
      const { fetch } = window;
      const fetched = new Promise((resolve) => {
        window.fetch = async (url, options) => {
          if (!String(url).includes('humanize')) return fetch(url, options);
          resolve();
          const response = await fetch(url, options);
          await new Promise((later) => setTimeout(later, 50));
          return response;
        };
      });
      const given = codeact.setTools([], prelude).then(() => 'given', (error) => error.kind);
      await fetched;
      window.fetch = fetch;
      await codeact.reset();
      return given;
    }"""
    assert sandbox.page.evaluate(script, [{"name": "mine0", "source": source}]) in ("given", "stopped")
    assert sandbox.value("comma(1234)") == "1,234"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x = 1\nif", "sandbox tools 'mine0', line 2: invalid syntax"),
        ("x = 1\n1 / 0", "sandbox tools 'mine0', line 2: ZeroDivisionError: division by zero"),
        ("raise SystemExit", "sandbox tools 'mine0', line 1: SystemExit: "),
        ("import no_such_module", "sandbox tools 'mine0', line 1: ModuleNotFoundError: No module named"),
        ("while True: pass", "sandbox tools 'mine0', line 1: it ran longer than 5 s"),
        ("@tool\ndef f(x) -> int:\n    'F.'", "line 2: the parameter x of f() needs a type hint"),
        ("@tool\ndef f(x: int):\n    'F.'", "line 2: f() needs a type hint for what it returns"),
        ("@tool\ndef f(x: int) -> int: pass", "line 2: f() needs a docstring"),
        ("@tool\ndef f(*x: int) -> int:\n    'F.'", "line 2: f() has parameters that cannot be passed by name"),
        (
            "@tool\ndef f(x: set = {1}) -> int:\n    'F.'",
            "line 2: the default of x is nothing that JSON can carry",
        ),
        ("@tool\ndef print(x: int) -> int:\n    'F.'", "line 2: the name print is taken"),
        ("@tool\ndef echo(x: int) -> int:\n    'F.'", "line 2: the name echo is taken"),
        ("@tool()\ndef f(x: int) -> int:\n    'F.'", "line 1: "),
        ("-" * 10_000 + "1", "sandbox tools 'mine0': line 1: more than 600 operators"),
    ],
)
@in_one_engine
def test_a_prelude_that_fails_is_one_sentence(sandbox: Sandbox, source: str, message: str) -> None:
    refused = give(sandbox, ECHO, source)
    assert refused["kind"] == "bad_tools", refused
    assert message in refused["message"]
    assert sandbox.value("echo(1)") == "{'x': 1}"  # as before


@pytest.mark.parametrize(
    ("tools", "message"),
    [
        ([{**ECHO[0], "name": "print"}], "a tool cannot be named 'print': that is a builtin of Python"),
        ([*ECHO, *ECHO], "two tools are named 'echo'"),
        ([{**ECHO[0], "parameters": [{"name": "no name", "annotation": ""}]}], "the tool 'echo' cannot be called"),
        ([{"name": "x"}], "the tools have not the shape they should (KeyError: 'parameters')"),
    ],
)
def test_tools_that_cannot_be_are_one_sentence(sandbox: Sandbox, tools: Any, message: str) -> None:
    refused = give(sandbox, tools)
    assert refused["kind"] == "bad_tools", refused
    assert message in refused["message"]
    assert sandbox.value("echo(1)") == "{'x': 1}"


@in_one_engine
def test_a_prelude_before_the_start(sandbox: Sandbox) -> None:
    script = "(codeact.close(), codeact.setTools([], [{ name: 'a', source: arg }]))"
    assert sandbox.call(script, CUBE) == [CUBE_SPEC]
    assert (
        sandbox.call("(codeact.close(), codeact.setTools([], [{ name: 'a', source: 'x' }]))")["kind"]
        == "bad_tools"
    )
    sandbox.complaints.allow("sandbox tools 'a', line 1")
    assert sandbox.value("1") == "1"


@in_one_engine
def test_an_answer_for_a_step_that_has_ended_is_not_heard(sandbox: Sandbox) -> None:
    sandbox.page.evaluate(
        """() => {
          window.answers = [];
          window.codeact_approval = () => new Promise((resolve) => window.answers.push(resolve));
        }"""
    )
    stopped = """(async () => {
      const run = codeact_run({ code: 'late = 1', approval: 'always' });
      while (!answers.length) await new Promise((resolve) => setTimeout(resolve, 5));
      codeact.interrupt();
      const { result } = await run;
      const next = codeact_run({ code: "'late' in globals()", approval: 'always' });
      while (answers.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
      answers[0]({ approved: true, code: 'late = 2' });
      await new Promise((resolve) => setTimeout(resolve, 50));
      answers[1]({ approved: true });
      return [result.stopped, (await next).result.results];
    })()"""
    assert sandbox.call(stopped) == [True, [{"text/plain": "False"}]]


def test_the_person_is_asked_before_their_files_change(sandbox: Sandbox) -> None:
    sandbox.page.evaluate(
        """() => {
          window.cards = [];
          window.codeact_approval = async (card) => {
            cards.push(card);
            return { approved: false, reason: 'mine' };
          };
        }"""
    )
    sandbox.put("/data/a.csv", "1")
    run = "codeact.run(arg, { approval: 'risky' })"
    denied = sandbox.call(run, "open('/data/a.csv', 'w').write('2')")
    assert denied["error"]["traceback"] == "Denied: the person did not approve of this code: mine"
    assert denied["approval"] == {"decision": "deny", "reason": "mine"}
    assert sandbox.file("/data/a.csv") == "1"
    for unasked in ("open('/output/new.csv', 'w')", "open('/data/a.csv').read()", "def f(p): open(p, 'w')"):
        assert sandbox.call(run, unasked)["error"] is None, unasked
    assert sandbox.page.evaluate("() => cards.map((card) => card.reasons)") == [
        ["It overwrites files of the person's: /data/a.csv."]
    ]


@pytest.mark.parametrize("answer", ["throw new Error('no dialog')", "return null", "return 'yes'", "return {}"])
def test_no_answer_is_a_no(sandbox: Sandbox, answer: str) -> None:
    sandbox.complaints.allow("no dialog")
    sandbox.page.evaluate(f"() => {{ window.codeact_approval = async () => {{ {answer} }}; }}")
    result = sandbox.call("codeact.run('1', { approval: 'always' })")
    assert result["error"]["name"] == "Denied", result


@in_one_engine
def test_a_message_that_holds_itself_keeps_nobody_busy(engine: Engine, served: str) -> None:
    with opened(engine, served) as fresh:
        fresh.start(hardened=False, limits={"spare_workers": 0})
        code = (
            "import js\nmessage = js.Object.new()\nmessage.type = 'installed'\nmessage.run_id = 1\n"
            "message.itself = message\njs.postMessage(message)\n'alive'"
        )
        assert fresh.value(code) == "alive"
        assert fresh.value("1 + 1") == "2"
