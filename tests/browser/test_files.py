"""The conversation's files: what the page puts and gets, what the code may do, and paths that lead elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.engines import Engine, in_one_engine
from support.sandbox import ECHO, Sandbox, opened

pytestmark = pytest.mark.browser

LIMITS = {"time_ms": 3_000, "grace_ms": 1_000, "files": 30, "file_mb": 2, "files_mb": 4}


@pytest.fixture(scope="module")
def loaded(engine: Engine, served: str) -> Iterator[Sandbox]:
    with opened(engine, served) as sandbox:
        assert sandbox.start(limits=LIMITS)["type"] == "ready"
        yield sandbox


@pytest.fixture
def sandbox(loaded: Sandbox) -> Sandbox:
    loaded.call("codeact.reset().then(() => null)")
    loaded.forget()
    return loaded


def paths(sandbox: Sandbox) -> list[str]:
    return [each["path"] for each in sandbox.call("codeact.listFiles()")]


# To and from the page


def test_what_the_page_writes_the_code_reads(sandbox: Sandbox) -> None:
    assert sandbox.put("/data/sales/2026 März.csv", "a,b\n1,2\n") is None
    assert sandbox.value("open('/data/sales/2026 März.csv').read()") == "a,b\n1,2\n"
    assert sandbox.call("codeact.listFiles()") == [{"path": "/data/sales/2026 März.csv", "size": 8}]
    assert sandbox.file("/data/sales/2026 März.csv") == "a,b\n1,2\n"


def test_bytes_stay_as_they_are(sandbox: Sandbox) -> None:
    put = "codeact.writeFile('/data/b', Uint8Array.from({ length: 256 }, (_, n) => n).buffer)"
    assert sandbox.call(put) is None
    assert sandbox.value("open('/data/b', 'rb').read() == bytes(range(256))") == "True"
    sandbox.run("open('/output/b', 'wb').write(bytes(range(256)) * 1000)")
    length = "codeact.readFile('/output/b').then((data) => [data.byteLength, new Uint8Array(data)[511]])"
    assert sandbox.call(length) == [256_000, 255]


def test_a_file_is_replaced(sandbox: Sandbox) -> None:
    sandbox.put("/data/a", "the first, longer one")
    sandbox.put("/data/a", "second")
    assert sandbox.value("open('/data/a').read()") == "second"


def test_a_step_tells_what_it_wrote(sandbox: Sandbox) -> None:
    sandbox.put("/output/from_page", "1")
    code = "import os\nos.makedirs('sub/dir')\nopen('sub/dir/a', 'w').write('xyz')\nopen('/tmp/b', 'w').close()"
    assert sandbox.run(code)["files"] == [{"path": "/output/sub/dir/a", "size": 3}]  # /output is where code begins
    assert sandbox.run("1")["files"] == []
    assert sandbox.run("open('sub/dir/a', 'a').write('!')")["files"] == [{"path": "/output/sub/dir/a", "size": 4}]
    assert sandbox.run("os.rename('sub/dir/a', 'c')")["files"] == [{"path": "/output/c", "size": 4}]
    assert sandbox.run("os.remove('c')")["files"] == []


def test_what_a_failed_step_wrote_is_told(sandbox: Sandbox) -> None:
    result = sandbox.run("open('a', 'w').write('x')\n1 / 0")
    assert (result["error"]["name"], result["files"]) == ("ZeroDivisionError", [{"path": "/output/a", "size": 1}])


@pytest.mark.parametrize(
    "change",
    [
        "open('/data/a', 'w')",
        "open('/data/a', 'a')",
        "open('/data/new', 'w')",
        "os.remove('/data/a')",
        "os.rename('/data/a', '/output/a')",
        "os.mkdir('/data/sub')",
        "os.symlink('/output', '/data/link')",
        "os.truncate('/data/a', 0)",
    ],
)
@in_one_engine
def test_code_only_reads_what_was_uploaded(sandbox: Sandbox, change: str) -> None:
    sandbox.put("/data/a", "uploaded")
    assert sandbox.error(f"import os\n{change}") == "PermissionError"
    assert sandbox.value("open('/data/a').read(), os.listdir('/data')") == "('uploaded', ['a'])"


def test_while_a_step_waits_files_can_be_read_and_written(sandbox: Sandbox) -> None:
    sandbox.set_tools(ECHO)
    sandbox.page.evaluate("""() => { codeact_tool = async (call) => {
      await codeact.writeFile('/data/late', new TextEncoder().encode('in time').buffer);
      const seen = new TextDecoder().decode(await codeact.readFile('/output/early'));
      return { value: JSON.stringify(seen) };
    } }""")
    assert (
        sandbox.value("open('early', 'w').write('1'); [echo(1), open('/data/late').read()]") == "['1', 'in time']"
    )
    sandbox.page.evaluate("() => { codeact_tool = async (call) => ({ value: call.arguments }) }")


def test_while_a_step_computes_they_wait_for_it(sandbox: Sandbox) -> None:
    script = """async () => {
      const run = codeact.run("import time\\nend = time.time() + 0.5\\nwhile time.time() < end: pass");
      await new Promise((resolve) => setTimeout(resolve, 100));
      await codeact.writeFile('/data/a', new ArrayBuffer(3));
      return [(await run).error, (await codeact.listFiles()).length];
    }"""
    assert sandbox.page.evaluate(script) == [None, 1]


# Deleting


def test_a_deleted_file_is_gone_for_the_page_the_code_and_what_is_saved(sandbox: Sandbox) -> None:
    for path in ("/data/a", "/data/sub/deep/b", "/output/c"):
        sandbox.put(path, "x")
    sandbox.call("codeact.save()")
    for path in ("/data/sub/deep/b", "/output/c"):
        assert sandbox.call("codeact.deleteFile(arg)", path) is None
    assert paths(sandbox) == ["/data/a"]
    assert sandbox.value("import os; os.listdir('/data'), os.listdir('/output')") == "(['a'], [])"
    assert sandbox.file("/data/sub/deep/b")["kind"] == "no_file"
    stored = "(async () => codeact.checkpoint.files.map(({ path }) => path))()"
    assert sandbox.call(stored) == ["/data/a"]
    sandbox.call("codeact.save()")
    assert sandbox.call(stored) == ["/data/a"]
    sandbox.run("sum(range(10**12))", 300)
    assert paths(sandbox) == ["/data/a"]


def test_a_file_deleted_before_it_was_saved_does_not_come_back(sandbox: Sandbox) -> None:
    sandbox.set_tools(ECHO)
    sandbox.put("/data/a", "x")
    sandbox.put("/data/b", "x")
    sandbox.call("codeact.save()")
    sandbox.page.evaluate("""() => { codeact_tool = async (call) => {
      await codeact.deleteFile('/data/a');
      return { value: 'null' };
    } }""")
    sandbox.run("echo(1); sum(range(10**12))", 300)  # no checkpoint in between
    sandbox.page.evaluate("() => { codeact_tool = async (call) => ({ value: call.arguments }) }")
    assert paths(sandbox) == ["/data/b"]


def test_what_was_deleted_makes_room(sandbox: Sandbox) -> None:
    big = "codeact.writeFile(arg, new ArrayBuffer(1.9 * 2 ** 20))"
    for path in ("/data/a", "/data/b"):
        assert sandbox.call(big, path) is None
    assert sandbox.call(big, "/data/c")["kind"] == "quota"
    for _ in range(20):
        sandbox.call("codeact.deleteFile(arg)", "/data/a")
        assert sandbox.call(big, "/data/a") is None
    for number in range(40):
        assert sandbox.put(f"/data/sub{number}/x", "") is None  # a folder counts as well
        sandbox.call("codeact.deleteFile(arg)", f"/data/sub{number}/x")


def test_only_files_that_are_there_are_deleted(sandbox: Sandbox) -> None:
    sandbox.put("/data/a", "uploaded")
    code = "import os\nopen('/tmp/secret', 'w').write('secret')\nos.mkdir('/output/folder')\n"
    sandbox.run(f"{code}os.symlink('/tmp/secret', '/output/link')\nos.symlink('/tmp', '/output/dir')")
    wrong = ["/data/b", "/output/folder", "/output/link", "/output/dir/secret", "/data", "/tmp/secret", "/data/.."]
    for path in wrong:
        assert sandbox.call("codeact.deleteFile(arg)", path)["kind"] in ("no_file", "bad_path"), path
    assert sandbox.value("open('/tmp/secret').read(), sorted(os.listdir('/output'))") == (
        "('secret', ['dir', 'folder', 'link'])"
    )
    assert paths(sandbox) == ["/data/a"]


# Paths

WRONG = [
    "", "/", "a", "data/a", "/data", "/data/", "/output", "/data/../etc/passwd", "/data/./a", "/data//a",
    "/output/..", "/etc/passwd", "/lib/python3.14/os.py", "/database/a", "/data/a\0b", "/data/" + "x" * 5_000,
    "/data/" + "x/" * 300 + "x",
    "/data/__proto__", "/data/__proto__/a", "/output/sub/__proto__", "file:///data/a", "/DATA/a", "\\data\\a",
    "/data/" + "x" * 300,
]  # fmt: skip


@pytest.mark.parametrize("path", WRONG, ids=lambda path: repr(path[:30]))
@in_one_engine
def test_other_paths_are_refused(sandbox: Sandbox, path: str) -> None:
    assert sandbox.put(path, "x")["kind"] == "bad_path"
    assert sandbox.file(path)["kind"] in ("bad_path", "no_file")
    assert sandbox.call("codeact.listFiles()") == []
    assert sandbox.value("1 + 1") == "2"


@pytest.mark.parametrize("path", ["/data/constructor", "/data/toString", "/output/hasOwnProperty",
                                  "/data/ü \u202e😀.txt",
                                  "/data/.hidden", "/data/a b/c\td", "/data/…", "/output/length"])  # fmt: skip
@in_one_engine
def test_odd_names_are_names_like_others(sandbox: Sandbox, path: str) -> None:
    assert sandbox.put(path, "odd") is None
    assert paths(sandbox) == [path]
    assert sandbox.file(path) == "odd"
    assert sandbox.value(f"open({path!r}).read()") == "odd"


def test_what_is_not_there_is_no_file(sandbox: Sandbox) -> None:
    assert sandbox.file("/data/a")["kind"] == "no_file"
    sandbox.run("import os; os.mkdir('/output/folder')")
    assert sandbox.file("/output/folder")["kind"] == "no_file"
    assert sandbox.put("/output/folder", "x")["kind"] == "bad_path"
    assert sandbox.value("os.path.isdir('/output/folder')") == "True"


@pytest.mark.parametrize(
    ("make", "path"),
    [
        ("os.symlink('/lib/python3.14', '/output/link')", "/output/link/os.py"),
        ("os.symlink('/etc', '/output/link')", "/output/link/passwd"),
        ("os.symlink('/tmp/secret', '/output/link')", "/output/link"),
        ("os.symlink('/output/link', '/output/link')", "/output/link"),
        ("os.symlink('/data/a', '/output/link')", "/output/link"),
        ("os.symlink('..', '/output/link')", "/output/link/tmp/secret"),
    ],
)
@in_one_engine
def test_a_link_leads_nowhere(sandbox: Sandbox, make: str, path: str) -> None:
    sandbox.put("/data/a", "uploaded")
    sandbox.run(f"import os\nopen('/tmp/secret', 'w').write('secret')\n{make}")
    assert sandbox.put(path, "x")["kind"] == "bad_path"
    assert sandbox.file(path)["kind"] in ("bad_path", "no_file")
    assert paths(sandbox) == ["/data/a"]
    assert sandbox.value("open('/tmp/secret').read(), open('/data/a').read()") == "('secret', 'uploaded')"


@pytest.mark.parametrize(
    "break_it",
    [
        "os.chdir('/'); shutil.rmtree('/output')",
        "os.chdir('/'); os.rmdir('/output'); os.symlink('/tmp', '/output')",
        "os.chdir('/'); os.rmdir('/output'); open('/output', 'w').close()",
        "os.chmod('/data', 0o777); os.rmdir('/data')",
        "os.chmod('/data', 0o777); os.rename('/data', '/moved')",
        "os.chmod('/output', 0)",
        "[os.mkfifo('/output/pipe')]",
        "p = '/output'\nfor _ in range(25): p += '/d'; os.mkdir(p)",
    ],
)
def test_code_that_breaks_the_folders_breaks_only_its_own_files(sandbox: Sandbox, break_it: str) -> None:
    sandbox.run(f"import os, shutil\n{break_it}")
    for path in ("/data/a", "/output/a"):
        put = sandbox.put(path, "x")
        assert put is None or put["kind"] == "bad_path"
    assert isinstance(sandbox.call("codeact.listFiles()"), list)
    assert sandbox.call("codeact.save()") is None
    assert sandbox.value("1 + 1") == "2"
    assert sandbox.events("restored") == []  # the interpreter is the same


def test_our_own_writing_cannot_be_replaced_by_the_code(sandbox: Sandbox) -> None:
    sandbox.run("import builtins, os\nbuiltins.open = os.listdir = os.open = None")
    assert sandbox.put("/data/a", "x") is None
    assert paths(sandbox) == ["/data/a"]


# The quota


def test_a_file_that_does_not_fit_changes_nothing(sandbox: Sandbox) -> None:
    sandbox.put("/data/a", "first")
    big = "codeact.writeFile(arg[0], new ArrayBuffer(arg[1] * 2 ** 20))"
    assert sandbox.call(big, ["/data/a", 3])["kind"] == "quota"
    assert sandbox.file("/data/a") == "first"
    for name in "bcd":
        last = sandbox.call(big, [f"/data/{name}", 1.5])
    assert last["kind"] == "quota"
    assert paths(sandbox) == ["/data/a", "/data/b", "/data/c"]
    assert "2 MB each and 4 MB together" in last["message"]


def test_too_many_files_are_refused(sandbox: Sandbox) -> None:
    kinds = [sandbox.put(f"/data/{number}", "") for number in range(35)]
    assert kinds[:20] == [None] * 20
    assert kinds[-1]["kind"] == "quota"
    assert len(paths(sandbox)) <= 30
