"""Packages of the default bundle: each is fetched, checked, installed and used; what cannot be is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.engines import Engine, in_one_engine
from support.sandbox import Sandbox, opened

pytestmark = pytest.mark.browser

LIMITS = {"time_ms": 60_000, "grace_ms": 1_000}

# Package → code that does something real with it, and what it gives.
USES = {
    "attrs": ("import attrs\n@attrs.define\nclass P:\n    x: int = 2\nattrs.asdict(P(3))", "{'x': 3}"),
    "beautifulsoup4": (
        "from bs4 import BeautifulSoup\n"
        "[a['href'] for a in BeautifulSoup('<p><a href=x>1</a><a href=y>', 'html.parser').select('p > a')]",
        "['x', 'y']",
    ),
    "cloudpickle": ("import cloudpickle\ncloudpickle.loads(cloudpickle.dumps(lambda n: n + 1))(2)", "3"),
    "et-xmlfile": (
        "import io, et_xmlfile\nout = io.BytesIO()\nwith et_xmlfile.xmlfile(out) as f:\n"
        "    with f.element('a'): f.write('b')\nout.getvalue()",
        "b'<a>b</a>'",
    ),
    "flexcache": ("import flexcache\nflexcache.DiskCache('/tmp').__class__.__name__", "DiskCache"),
    "flexparser": ("import flexparser\nflexparser.parse.__name__", "parse"),
    "holidays": (
        "import holidays\nholidays.country_holidays('DE', years=2026, language='de').get('2026-10-03')",
        "Tag der Deutschen Einheit",
    ),
    "html5lib": ("import html5lib\nhtml5lib.parse('<p>a', namespaceHTMLElements=False).find('.//p').text", "a"),
    "humanize": ("import humanize\nhumanize.naturalsize(3_000_000)", "3.0 MB"),
    "importlib-metadata": ("import importlib_metadata\nimportlib_metadata.version('zipp')", "4.1.2"),
    "lark": ("import lark\nlark.Lark('start: \"a\"+').parse('aaa').data", "start"),
    "markdown": ("import markdown\nmarkdown.markdown('**a**')", "<p><strong>a</strong></p>"),
    "more-itertools": ("import more_itertools as m\nlist(m.chunked(range(5), 2))", "[[0, 1], [2, 3], [4]]"),
    "mpmath": ("import mpmath\nmpmath.mp.dps = 30\nmpmath.nstr(mpmath.pi, 25)", "3.141592653589793238462643"),
    "msgspec": (
        "import msgspec\nclass P(msgspec.Struct):\n    x: int\nmsgspec.json.decode(b'{\"x\": 3}', type=P).x", "3"),
    "narwhals": ("import narwhals\nnarwhals.Int64().is_integer()", "True"),
    "networkx": ("import networkx\nnetworkx.shortest_path(networkx.path_graph(5), 0, 3)", "[0, 1, 2, 3]"),
    "openpyxl": (
        "import openpyxl\nbook = openpyxl.Workbook()\nbook.active.append(['a', 1])\n"
        "book.save('/output/book.xlsx')\nbook = openpyxl.load_workbook('/output/book.xlsx')\n"
        "[cell.value for cell in book.active[1]]",
        "['a', 1]",
    ),
    "packaging": ("from packaging.version import Version\nVersion('1.10') > Version('1.9')", "True"),
    "pint": ("import pint\nstr(round(pint.UnitRegistry()('3 km').to('mile'), 3))", "1.864 mile"),
    "platformdirs": ("import platformdirs\nplatformdirs.user_data_dir('x').endswith('x')", "True"),
    "plotly": (
        "import plotly.graph_objects as go\nfigure = go.Figure(go.Bar(x=['a'], y=[3]))\n"
        "figure.data[0].y, len(figure.to_json()) > 100",
        "((3,), True)",
    ),
    "pygal": ("import pygal\nb'<svg' in pygal.Bar().add('a', [1, 2]).render()", "True"),
    "pyparsing": ("import pyparsing as pp\npp.Word(pp.alphas).parse_string('abc1').as_list()", "['abc']"),
    "pypdf": (
        "import io, pypdf\nw = pypdf.PdfWriter(); w.add_blank_page(72, 72)\nout = io.BytesIO(); w.write(out)\n"
        "len(pypdf.PdfReader(out).pages)",
        "1",
    ),
    "python-dateutil": ("import dateutil.parser\nstr(dateutil.parser.parse('3 May 2026').date())", "2026-05-03"),
    "ruamel-yaml": (
        "from ruamel.yaml import YAML\ndict(YAML(typ='safe', pure=True).load('a: [1, 2]'))",
        "{'a': [1, 2]}",
    ),
    "simplejson": ("import simplejson\nsimplejson.loads('[1.5]', use_decimal=True)", "[Decimal('1.5')]"),
    "six": ("import six\nsix.ensure_str(b'a')", "a"),
    "sortedcontainers": ("import sortedcontainers\nlist(sortedcontainers.SortedList([3, 1, 2]))", "[1, 2, 3]"),
    "soupsieve": ("import bs4, soupsieve\nsoupsieve.escape('a.b')", "a\\.b"),
    "sqlparse": ("import sqlparse\nsqlparse.format('select 1', keyword_case='upper')", "SELECT 1"),
    "sympy": ("import sympy\nx = sympy.Symbol('x')\nsympy.integrate(sympy.sin(x) * x, x)", "-x*cos(x) + sin(x)"),
    "tabulate": ("import tabulate\ntabulate.tabulate([[1, 2]], tablefmt='plain')", "1  2"),
    "toolz": ("import toolz\ntoolz.groupby(len, ['a', 'bb', 'c'])", "{1: ['a', 'c'], 2: ['bb']}"),
    "typing-extensions": ("import typing_extensions as t\nt.get_args(t.Literal[1])", "(1,)"),
    "tzdata": (
        "import tzdata, zoneinfo, datetime\n"
        "str(datetime.datetime(2026, 7, 1, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin')))[-6:]",
        "+02:00",
    ),
    "webencodings": ("import webencodings\nwebencodings.lookup('latin1').name", "windows-1252"),
    "xlrd": ("import xlrd\nxlrd.xldate_as_tuple(46_000, 0)[:3]", "(2025, 12, 9)"),
    "xlsxwriter": (
        "import xlsxwriter\nbook = xlsxwriter.Workbook('/output/new.xlsx')\n"
        "book.add_worksheet().write(0, 0, 'a')\nbook.close()\nopen('/output/new.xlsx', 'rb').read(2)",
        "b'PK'",
    ),
    "xmltodict": ("import xmltodict\nxmltodict.parse('<a><b>1</b></a>')['a']", "{'b': '1'}"),
    "zipp": (
        "import io, zipfile, zipp\nfile = io.BytesIO()\n"
        "with zipfile.ZipFile(file, 'w') as z: z.writestr('a/b', 'c')\nzipp.Path(file, 'a/b').read_text()",
        "c",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def loaded(engine: Engine, served: str) -> Iterator[Sandbox]:
    with opened(engine, served) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def shared(engine: Engine, served: str) -> Iterator[Sandbox]:
    """One conversation that gathers all packages."""
    with opened(engine, served) as sandbox:
        assert sandbox.start(limits=LIMITS)["type"] == "ready"
        yield sandbox


@pytest.fixture
def sandbox(loaded: Sandbox) -> Sandbox:
    """A new conversation with no package installed."""
    loaded.begin(limits=LIMITS)
    return loaded


def test_every_package_of_the_bundle_is_used_here(site: Path) -> None:
    assert {path.name.split("-")[0].replace("_", "-") for path in (site / "sandbox/packages").iterdir()} == set(
        USES
    )


@pytest.mark.parametrize("engine", ["chromium"], indirect=True, scope="session")  # Python's, not the browser's
@pytest.mark.parametrize("package", USES)
def test_each_package_can_be_imported_and_used(shared: Sandbox, package: str) -> None:
    code, value = USES[package]
    assert shared.value(code) == value


def test_packages_come_with_what_they_need_and_progress_is_told(sandbox: Sandbox) -> None:
    assert sandbox.value("import sympy; sympy.factor('x**2 - 1')") == "(x - 1)*(x + 1)"
    progress = sandbox.events("package_progress")
    assert {event["name"] for event in progress} == {"sympy", "mpmath"}
    for name in ("sympy", "mpmath"):
        loaded = [event["loaded"] for event in progress if event["name"] == name]
        assert loaded == sorted(loaded)
        assert loaded[-1] > 100_000
    sandbox.forget()
    assert sandbox.error("import sympy, mpmath") == ""
    assert sandbox.events("package_progress") == []


@in_one_engine
def test_fetching_does_not_count_as_the_codes_time(sandbox: Sandbox) -> None:
    sandbox.page.evaluate("""() => {
      const { fetch } = window;
      window.fetch = async (...all) => {
        if (String(all[0]).endsWith('.whl')) await new Promise((resolve) => setTimeout(resolve, 5_000));
        return fetch(...all);
      };
    }""")
    try:
        result = sandbox.run("import humanize; humanize.ordinal(3)", time_ms=4_000)
        assert result["results"] == [{"text/plain": "3rd"}]
    finally:
        sandbox.load()


@in_one_engine
def test_unpacking_does_not_count_as_the_codes_time(sandbox: Sandbox) -> None:
    sandbox.start(limits={**LIMITS, "time_ms": 1_000, "grace_ms": 300})
    code = "if False:\n    import sympy, networkx, plotly, openpyxl, holidays, pypdf\n'done'"
    script = """async (code) => {
      const began = performance.now();
      const { result, error } = await codeact_run({ code });
      return { took: performance.now() - began, result, error };
    }"""
    outcome = sandbox.page.evaluate(script, code)
    assert outcome["result"]["results"] == [{"text/plain": "done"}], outcome
    assert outcome["result"]["results"] == [{"text/plain": "done"}]
    assert outcome["took"] > 500  # or it was no test
    hang = "import markdown\nsum(range(10**12))"
    assert sandbox.run(hang)["kind"] == "killed"


@in_one_engine
def test_an_import_in_a_function_or_by_a_package_is_found(sandbox: Sandbox) -> None:
    assert (
        sandbox.value("def f():\n    from dateutil.easter import easter\n    return easter(2026)\nstr(f())")
        == "2026-04-05"
    )


@in_one_engine
def test_a_chart_is_shown(sandbox: Sandbox) -> None:
    assert sandbox.error("import pygal\ndisplay(SVG(pygal.Bar().add('a', [1, 2]).render().decode()))") == ""
    (shown,) = sandbox.events("displayed")
    assert "<svg" in shown["bundle"]["image/svg+xml"]


@in_one_engine
def test_what_is_not_in_the_bundle_is_refused_with_what_is(sandbox: Sandbox) -> None:
    error = sandbox.run("import tensorflow")["error"]
    assert error["name"] in ("ImportRefused", "ImportError", "ModuleNotFoundError")
    assert "tensorflow" in error["traceback"]
    assert "networkx" in error["traceback"]


@in_one_engine
def test_packages_come_back_with_the_variables(sandbox: Sandbox) -> None:
    sandbox.run("import networkx as nx, toolz\ngraph = nx.path_graph(4)\nadd = toolz.curry(max)")
    sandbox.call("codeact.save()")
    outcome = sandbox.call("codeact.run('sum(range(10**12))', { time_ms: 300 })")
    assert outcome["kind"] == "killed"
    sandbox.wait_for("restored")
    assert sandbox.events("restored")[-1]["lost"] == []
    assert sandbox.value("nx.shortest_path(graph, 0, 3), add(1)(2)") == "([0, 1, 2, 3], 2)"


@in_one_engine
def test_what_needs_a_package_that_is_gone_is_lost_and_says_so(sandbox: Sandbox) -> None:
    sandbox.run("import networkx\ngraph = networkx.path_graph(4)\nkept = [1]")
    sandbox.call("codeact.save()")
    sandbox.page.evaluate("""() => {
      const { fetch } = window;
      const gone = () => Promise.reject(new TypeError('gone'));
      window.fetch = (...all) => (String(all[0]).endsWith('.whl') ? gone() : fetch(...all));
    }""")
    try:
        assert sandbox.call("codeact.run('sum(range(10**12))', { time_ms: 300 })")["kind"] == "killed"
        sandbox.wait_for("restored")
        lost = {each["name"]: each["why"] for each in sandbox.events("restored")[-1]["lost"]}
        assert set(lost) == {"networkx", "graph"}
        assert sandbox.value("kept") == "[1]"
    finally:
        sandbox.load()


@in_one_engine
def test_a_page_that_may_not_hash_says_where_packages_work(sandbox: Sandbox) -> None:
    """As over plain http from another machine, where browsers take `crypto.subtle` away."""
    sandbox.page.evaluate("() => Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined })")
    try:
        error = sandbox.run("import humanize")["error"]
        assert "Packages need https or localhost" in error["value"]
        assert sandbox.value("1 + 1") == "2"
    finally:
        sandbox.load()


# What can go wrong on the way

WHEEL = "**/humanize-*.whl"


@pytest.fixture
def chromium(sandbox: Sandbox) -> Iterator[Sandbox]:
    """For tests in one engine: Playwright changes answers on their way in no other."""
    yield sandbox
    sandbox.page.unroute(WHEEL)
    sandbox.load()


@in_one_engine
def test_a_wheel_with_another_hash_is_not_installed(chromium: Sandbox) -> None:
    def damaged(route) -> None:
        body = bytearray(route.fetch().body())
        body[len(body) // 2] ^= 1
        route.fulfill(body=bytes(body))

    chromium.page.route(WHEEL, damaged)
    error = chromium.run("import humanize")["error"]
    assert "its hash is not the lock's" in error["value"]
    chromium.page.unroute(WHEEL)
    assert chromium.value("import humanize; humanize.ordinal(1)") == "1st"


@pytest.mark.parametrize("status", [404, 500])
@in_one_engine
def test_a_wheel_that_is_not_there_is_told_and_tried_again(chromium: Sandbox, status: int) -> None:
    chromium.complaints.allow("Failed to load resource")
    chromium.page.route(WHEEL, lambda route: route.fulfill(status=status))
    error = chromium.run("import humanize")["error"]
    assert "Could not load" in error["value"]
    assert str(status) in error["value"]
    chromium.page.unroute(WHEEL)
    assert chromium.value("import humanize; humanize.ordinal(1)") == "1st"


@in_one_engine
def test_a_connection_that_breaks_is_told(chromium: Sandbox) -> None:
    chromium.complaints.allow("ERR_FAILED")
    chromium.page.route(WHEEL, lambda route: route.abort())
    assert "Could not load" in chromium.run("import humanize")["error"]["value"]
    assert chromium.value("1 + 1") == "2"


@in_one_engine
def test_a_second_sandbox_takes_them_from_the_cache(chromium: Sandbox) -> None:
    chromium.page.context.new_cdp_session(chromium.page).send("Network.clearBrowserCache")
    chromium.run("import tabulate")
    chromium.start(limits=LIMITS)
    assert chromium.value("import tabulate; tabulate.tabulate([[3]], tablefmt='plain')") == "3"
    sizes = chromium.page.evaluate("""() => performance.getEntriesByType('resource')
      .filter((entry) => entry.name.includes('tabulate')).map((entry) => entry.transferSize)""")
    assert len(sizes) == 2
    assert sizes[0] > 10_000
    assert sizes[1] < 1_000  # nothing, or the headers of a 304
