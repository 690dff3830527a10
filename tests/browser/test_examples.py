"""The pages of docs/examples, as `make examples` serves them, with a model that says what the test has written."""

from __future__ import annotations

import importlib.util
import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import ModuleType

import pytest
from codeact_web.testing import Deployment, ScriptedModel, WidgetPage
from playwright.sync_api import Browser, BrowserContext, Page, expect
from support.complaints import Complaints
from support.replies import code
from support.tiny_gguf import write_tiny_gguf

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
AGENT = "http://127.0.0.1:8000"
PAGES = ("shop", "data", "teacher", "pyscript", "local_model")


def _module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("serve_examples", EXAMPLES / "serve.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def examples(codeact_site: Deployment, site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Their address; they embed the agent of this test, whose only model is chosen by itself."""
    folder = tmp_path_factory.mktemp("examples") / "pages"
    shutil.copytree(EXAMPLES, folder)
    for path in folder.glob("*/*.html"):
        path.write_text(path.read_text().replace(AGENT, codeact_site.url))
    words = " ".join(path.read_text() for path in sorted((ROOT / "web" / "agent").glob("*/prompts/*.md")))
    write_tiny_gguf(folder / "small.gguf", words)
    handler = partial(_module().Handler, pages=folder, site=site, model=folder / "small.gguf")
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def visit(browser: Browser) -> Iterator[BrowserContext]:
    """One browser profile: what is fetched once stays."""
    with browser.new_context(viewport={"width": 1100, "height": 900}) as context:
        yield context


Open = Callable[[str], tuple[Page, WidgetPage]]


@pytest.fixture
def opened(
    visit: BrowserContext, examples: str, complaints: Complaints, codeact_model: ScriptedModel
) -> Iterator[Open]:
    """Open an example; its page and its widget, ready."""
    page = visit.new_page()
    complaints.watch(page)

    def open_example(name: str) -> tuple[Page, WidgetPage]:
        widget = WidgetPage(page)
        page.goto(f"{examples}/{name}")
        widget.wait_ready()
        return page, widget

    yield open_example
    page.close()


def test_the_shop_asks_before_it_orders(opened: Open, codeact_model: ScriptedModel) -> None:
    page, widget = opened("shop/")
    codeact_model.reply(
        code(
            "rake = search('rake')[0]\n"
            "try:\n    add_to_basket(rake['id'], 5)\nexcept Exception as error:\n    print(error)\n"
            "add_to_basket(rake['id'], 2)\norder()"
        ),
        code("final_answer('Two rakes are ordered.')"),
    )
    widget.send("Two rakes, please")
    card = widget.approval()
    expect(page.locator("#basket")).to_contain_text("2 × Leaf rake")
    expect(page.locator("#basket")).to_contain_text("€37.00")
    expect(page.locator("#order")).to_be_empty()
    card.approve()
    assert widget.wait_for_end()["answer"] == "Two rakes are ordered."
    expect(page.locator("#order")).to_have_text("Ordered for €37.00. Thank you.")
    assert "there are only 4 left" in codeact_model.requests[-1].messages[-1]["content"]


def test_the_data_page_shows_the_answer_in_its_own_table(opened: Open, codeact_model: ScriptedModel) -> None:
    page, widget = opened("data/")
    codeact_model.reply(
        code("final_answer('Tokyo')"),  # no rows: the schema has it asked again
        code(
            "import csv\nrows = list(csv.DictReader(open('/data/rain.csv')))\nwettest = {}\n"
            "for row in rows:\n    wettest[row['city']] = max(wettest.get(row['city'], 0), int(row['mm']))\n"
            "final_answer([{'City': city, 'mm': mm} for city, mm in wettest.items()])"
        ),
    )
    page.get_by_role("button", name="Show it").click()
    assert widget.wait_for_event("answer").detail["status"] == "answered"
    expect(page.locator("#answer tr")).to_have_text(["Citymm", "Lisbon100", "Oslo92", "Tokyo235", "Accra87"])
    expect(page.locator("#state")).to_be_empty()


def test_the_pupil_predicts_before_the_code_runs(opened: Open, codeact_model: ScriptedModel) -> None:
    page, widget = opened("teacher/")
    codeact_model.reply(
        code("for n in range(3):\n    print(n * n)"), code("final_answer('It squares the numbers 0 to 2.')")
    )
    page.get_by_role("button", name="Write one").click()
    expect(page.locator("#code")).to_have_text("for n in range(3):\n    print(n * n)")
    assert not widget.events("output")
    page.locator("#guess").fill("0\n1\n3")
    page.get_by_role("button", name="Now run it").click()
    widget.wait_for_event("answer")
    expect(page.locator("#verdict")).to_have_text("You predicted 2 of 3 lines. It squares the numbers 0 to 2.")


@pytest.mark.parametrize("name", ["index", "pyodide"])
def test_python_of_the_page_is_called(name: str, opened: Open, codeact_model: ScriptedModel) -> None:
    page, widget = opened(f"pyscript/{name}.html")
    codeact_model.reply(
        code(
            "km = {car: 1200 / litres_per_100_km(car) for car in ('van', 'small')}\n"
            "book('van', '2027-05-01')\nfinal_answer(round(sum(km.values())))"
        )
    )
    expect(page.locator("html")).to_have_class("python-runs", timeout=30_000)
    page.get_by_role("button", name="How far").click()
    widget.approval().approve()
    expect(page.locator("#answer")).to_have_text("366")
    assert "def litres_per_100_km(car: str) -> float:" in codeact_model.requests[-1].messages[0]["content"]


def test_a_local_model_answers_in_the_tab(opened: Open) -> None:
    _page, widget = opened("local_model/")
    widget.send("What is 2 + 3?")
    ending = widget.wait_for_end(120)
    assert ending["steps"] >= 1  # it babbles, and the loop copes
    assert ending["usage"]["completion_tokens"] > 0


@pytest.mark.parametrize("name", PAGES)
def test_an_example_fits_a_phone_and_is_told_of(name: str, visit: BrowserContext, examples: str) -> None:
    page = visit.new_page()
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{examples}/{name}/", wait_until="domcontentloaded")
    page.locator("codeact-agent").wait_for(state="attached")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.close()
    assert len((EXAMPLES / name / "README.md").read_text().strip().splitlines()) <= 8
    assert f"]({name})" in (EXAMPLES / "README.md").read_text()
