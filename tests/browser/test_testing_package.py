"""``codeact_web.testing`` as those use it who embed the widget: an example project, and the page object."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from codeact_web.testing import (
    Deployment,
    Reply,
    RunFailed,
    ScriptedModel,
    WidgetError,
    WidgetPage,
    running_deployment,
)
from playwright.sync_api import Browser, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from support.asgi import serving
from support.waiting import wait_until

pytestmark = pytest.mark.browser

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "testing"
# The one thing that depends on the machine: which browser Playwright starts.
BROWSER = """
import pytest
from codeact_agent.hosts.script.browser import arguments, find_browser

@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args, playwright):
    path = find_browser(playwright.chromium.executable_path)
    return {**browser_type_launch_args, "executable_path": path, "args": arguments()}
"""


def test_the_example_project_passes_with_the_public_names_alone(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(BROWSER)
    shutil.copytree(EXAMPLE, tmp_path / "shop", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "pytest", "-q", "shop"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout


def test_loading_the_plugin_loads_nothing_of_weight() -> None:
    code = (
        "import sys, codeact_web.pytest_plugin\nprint({'playwright', 'starlette', 'uvicorn'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_a_folder_and_settings_of_ones_own_are_served(site: Path, codeact_model: ScriptedModel) -> None:
    with running_deployment(site, codeact_model, {"prompt_api": False, "sandbox": {"time_ms": 700}}) as deployment:
        told = httpx.get(f"{deployment.url}/site.json").json()
        assert (told["prompt_api"], told["widget_origins"], told["relay"]) == (False, ["*"], True)
        assert httpx.get(f"{deployment.url}/sandbox/limits.json").json()["time_ms"] == 700
        assert [each["id"] for each in httpx.get(f"{deployment.url}/v1/models").json()["data"]] == ["scripted"]
        assert codeact_model.requests == []


@pytest.fixture(scope="module")
def host(codeact_site: Deployment) -> Iterator[str]:
    """A page with two agents, under a policy that lets no inline script run."""
    script = f'<link rel="icon" href="data:,"><script type="module" src="{codeact_site.embed_url}"></script>'
    policy = f"default-src 'none'; script-src {codeact_site.url}; frame-src {codeact_site.url}"

    async def answer(request: Request) -> HTMLResponse:
        body = '<codeact-agent id="one"></codeact-agent><codeact-agent id="two" model="gpt-0"></codeact-agent>'
        return HTMLResponse(
            f'<link rel="icon" href="data:,">{script}{body}', headers={"content-security-policy": policy}
        )

    with serving(Starlette(routes=[Route("/", answer)])) as url:
        yield url


@pytest.fixture(scope="module")
def opened(browser: Browser, host: str) -> Iterator[Page]:
    page = browser.new_page()
    page.goto(host)
    yield page
    page.close()


@pytest.fixture
def widget(opened: Page, codeact_widget: Callable[..., WidgetPage]) -> WidgetPage:
    """The first of both, ready, with nothing of an earlier test's run."""
    found = codeact_widget(opened)
    found.wait_ready()
    found.element.evaluate("(element) => element.reset()")
    return found


def test_a_question_is_answered_by_words_or_by_choice(widget: WidgetPage, codeact_model: ScriptedModel) -> None:
    codeact_model.reply(
        "<code>\nwho = input('Who are you?')\nfinal_answer([who, ask_user('Which?', ['a', 'b'])])\n</code>"
    )
    widget.send("Ask me")
    widget.answer_question("Ada")
    widget.answer_question("b")
    assert widget.wait_for_end()["answer"] == ["Ada", "b"]
    expect(widget.steps).to_have_count(1)
    expect(widget.code(1)).to_contain_text("who = input")
    assert widget.messages[0]["content"].startswith("Ask me")


def test_code_is_edited_before_it_runs(widget: WidgetPage, codeact_model: ScriptedModel) -> None:
    widget.element.evaluate("(element) => element.setAttribute('approval', 'always')")
    codeact_model.reply("<code>\nfinal_answer('mine')\n</code>")
    widget.send("Say it")
    widget.approval().edit("final_answer('yours')")
    assert widget.wait_for_end()["answer"] == "yours"
    widget.element.evaluate("(element) => element.removeAttribute('approval')")


def test_files_and_stop_and_what_is_told(widget: WidgetPage, codeact_model: ScriptedModel, tmp_path: Path) -> None:
    (tmp_path / "rain.csv").write_text("97")
    widget.add_files(tmp_path / "rain.csv")
    codeact_model.reply("<code>\nprint(open('/data/rain.csv').read())\nwhile True: pass\n</code>")
    widget.send("Read, then go on for ever")
    assert widget.wait_for_event("output").detail["chunks"][0]["text"] == "97\n"
    widget.stop()
    assert widget.wait_for_end()["status"] == "stopped"


def test_a_slow_model_and_one_without_words(widget: WidgetPage, codeact_model: ScriptedModel) -> None:
    slow = Reply(text="One moment. <code>\nfinal_answer(1)\n</code>", hold_at=3)
    codeact_model.reply(slow)
    widget.send("Slowly")
    expect(widget.steps.first).to_contain_text("One moment")
    with pytest.raises(WidgetError, match=r"No answer from the widget in 0\.2 s\. It told: ready, "):
        widget.wait_for_end(seconds=0.2)
    slow.release()
    assert widget.wait_for_end()["answer"] == 1
    result = widget.run("Once more")
    assert result["status"] == "failed"
    assert "The test has no reply left" in result["error"]["message"]
    assert len(codeact_model.requests) == 2


def test_a_run_that_cannot_begin_is_an_error_of_its_kind(
    opened: Page,
    codeact_site: Deployment,
    codeact_model: ScriptedModel,
    codeact_widget: Callable[..., WidgetPage],
) -> None:
    second = codeact_widget(opened.locator("#two"))
    with pytest.raises(RunFailed, match="gpt-0") as raised:
        second.run("Anything")
    assert raised.value.kind == "unknown_model"
    codeact_model.models = ("gpt-0",)
    # The server remembers a service's models for some seconds.
    listed = "async (url) => (await (await fetch(`${url}/v1/models`)).text()).includes('gpt-0')"
    assert opened.context.browser
    with opened.context.browser.new_page() as page:
        page.goto(codeact_site.url)
        wait_until(page, listed, codeact_site.url, 15)
    opened.reload()
    assert second.wait_for_event("ready").detail["python"]
    codeact_model.reply("<code>\nfinal_answer(2)\n</code>")
    assert second.run("Anything")["answer"] == 2
    assert codeact_model.requests[-1].json["model"] == "gpt-0"
    assert codeact_widget(opened.locator("#one")).events("answer") == []
