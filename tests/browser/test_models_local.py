"""Models in the browser: real GGUF files in wllama, WebLLM as far as it goes without weights, the Prompt API."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from codeact_agent.hosts.script.browser import arguments, find_browser
from codeact_server.serve import running_server
from codeact_server.settings import Settings
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Route, expect
from support.agent_page import AgentPage
from support.changed_site import copy_site
from support.complaints import Complaints
from support.kiosk_page import KioskPage, write_config
from support.tiny_gguf import write_tiny_gguf
from support.waiting import wait_until

pytestmark = pytest.mark.browser
PROMPTS = Path(__file__).parents[2] / "web" / "agent" / "codeact_agent" / "prompts"
LARGE = 60_000_000
WORDS = re.compile("conv|sho|the")  # of the prompts, which the models know
# Whether a file of that name is kept, and what wllama notes of it: it is whole.
IS_WHOLE = """async (name) => {
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('cache');
  for await (const [key, handle] of folder.entries()) {
    if (key.startsWith('__metadata__') && key.endsWith(name)) return (await handle.getFile()).size > 0;
  }
  return false;
}"""
HEAVY = re.compile(r"wllama|webllm|\.gguf")


def _offered(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name.lower(), "name": name, "engine": "wllama", "url": f"{name.lower()}.gguf", **more}


@pytest.fixture(scope="module")
def local_site(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Offers models: one that soon ends each reply, one that never does, and others that cannot be had."""
    made = tmp_path_factory.mktemp("made")
    words = " ".join(path.read_text() for path in sorted(PROMPTS.glob("*.md")))
    write_tiny_gguf(made / "brief.gguf", words)
    offered = [
        _offered("Brief", sha256=hashlib.sha256((made / "brief.gguf").read_bytes()).hexdigest().upper()),
        _offered("Foreign", sha256="0" * 64),
        _offered("Endless", context_window=4096),
        _offered("Large", bytes=LARGE),
        _offered("Missing"),
        _offered("Split", url="split-00001-of-00002.gguf"),
        {**_offered("Greedy", context_window=10_000_000), "url": "brief.gguf"},
        _offered("Picture"),
        {"id": "gpu", "name": "Graphics", "engine": "webllm", "url": "gpu/"},
    ]
    copy = copy_site(site, tmp_path_factory.mktemp("local") / "site", local_models=offered)
    for name in ("brief", "foreign"):
        (copy / f"{name}.gguf").hardlink_to(made / "brief.gguf")
    write_tiny_gguf(copy / "endless.gguf", words, ends=-100)
    (copy / "large.gguf").hardlink_to(copy / "brief.gguf")
    write_tiny_gguf(copy / "split.gguf", words, tensors=11)
    (copy / "picture.gguf").write_bytes(b"\x89PNG" * 1000)
    write_config(copy, free_task=True, model="local:large", max_steps=2)
    return copy


@pytest.fixture(scope="module")
def local(local_site: Path) -> Iterator[str]:
    with running_server(Settings(site=local_site)) as url:
        yield url


@pytest.fixture(scope="module")
def visit(browser: Browser) -> Iterator[BrowserContext]:
    """One browser profile for the tests of this file: what is fetched once stays."""
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def tab(visit: BrowserContext, local: str, complaints: Complaints) -> Iterator[AgentPage]:
    opened = visit.new_page()
    complaints.watch(opened)
    agent = AgentPage(opened).open(local)
    agent.ready()
    yield agent
    opened.close()


def _status(agent: AgentPage, words: str | re.Pattern[str]) -> None:
    expect(agent.page.locator("ca-model-status")).to_contain_text(words, timeout=30_000)


def _choose(agent: AgentPage, name: str) -> None:
    agent.page.get_by_role("combobox", name="Model").select_option(value=f"local:{name.lower()}")


def test_an_engine_is_loaded_only_when_its_model_is_chosen_and_the_loop_copes_with_babble(tab: AgentPage) -> None:
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))
    tab.reload()
    tab.solve("laptops")
    tab.dialog("Settings")
    tab.page.keyboard.press("Escape")
    assert [url for url in asked if HEAVY.search(url)] == []
    groups = tab.page.locator("ca-model-picker optgroup").evaluate_all("(all) => all.map(({label}) => label)")
    assert groups == ["In this browser", "Recorded replies"]

    _choose(tab, "Brief")
    _status(tab, "Brief runs in this browser · 8,192 tokens of context")
    assert any(url.endswith("/brief.gguf") for url in asked)
    assert not any("webllm" in url for url in asked)
    settings = tab.dialog("Settings")
    expect(settings.get_by_text("Brief runs in this browser and acts by writing Python.")).to_be_visible()
    expect(settings.get_by_role("radio", name="By calling one tool at a time")).to_be_disabled()
    tab.page.keyboard.press("Escape")

    tab.new.click()
    tab.send("What is the answer?")
    expect(tab.steps).to_have_count(21, timeout=60_000)  # it is asked for code until the steps run out
    tab.wait_for_end()
    ends = re.compile("The steps ran out|without an answer")  # the latter where its last reply was empty
    expect(tab.ending.last).to_contain_text(ends)
    _status(tab, re.compile(r"tokens of context · [\d,.]+ tokens a second"))
    trace = _trace(tab)
    assert trace["model"] == "local:brief"
    usage = trace["steps"][0]["usage"]
    assert usage["tokens_per_s"] > 0
    assert usage["prompt_tokens"] > 1000
    assert not usage["estimated"]


def _trace(agent: AgentPage) -> dict[str, Any]:
    agent.page.locator("ca-ending").last.get_by_text("Save run as").click()
    with agent.page.expect_download() as saved:
        agent.page.get_by_role("button", name=re.compile("JSON|[Tt]race")).last.click()
    return dict(json.loads(saved.value.path().read_text()))


def test_what_was_fetched_is_kept_and_stop_ends_a_reply(tab: AgentPage, complaints: Complaints) -> None:
    complaints.allow("net::ERR_FAILED")
    _choose(tab, "Endless")
    _status(tab, "Endless runs in this browser · 4,096 tokens of context")
    tab.page.route("**/*.gguf", lambda route: route.abort())
    tab.reload()
    _choose(tab, "Endless")
    _status(tab, "Endless runs in this browser")

    for _ in range(2):  # the second shows that the first has left the engine whole
        tab.send("Go on for ever")
        expect(tab.steps.last).to_contain_text(WORDS, timeout=30_000)
        tab.stop.click()
        tab.wait_for_end(10)
        expect(tab.ending.last).to_contain_text("Stopped")

    settings = tab.dialog("Settings")
    settings.get_by_role("button", name="Remove Endless from cache").click()
    expect(settings.get_by_role("button", name="Remove Endless from cache")).to_be_hidden()
    tab.page.keyboard.press("Escape")
    _status(tab, "Endless is not loaded.")
    tab.send("Once more")
    expect(tab.ending.last).to_contain_text("Endless could not be fetched from 127.0.0.1", timeout=30_000)
    expect(tab.ending.last).to_contain_text("this browser does not keep it")


def test_a_file_from_disk_runs_and_others_are_told_from_it(
    tab: AgentPage, local_site: Path, tmp_path: Path, complaints: Complaints
) -> None:
    whole = (local_site / "brief.gguf").read_bytes()
    (tmp_path / "mine.gguf").write_bytes(whole)
    (tmp_path / "torn.gguf").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.gguf").write_text("not a model")
    for name, words in {
        "mine": "mine.gguf runs in this browser",
        "torn": "torn.gguf could not be started",
        "text": "text.gguf is not a GGUF file",
    }.items():
        tab.dialog("Settings").locator("input[type=file]").set_input_files(tmp_path / f"{name}.gguf")
        _status(tab, words)
    _choose(tab, "Greedy")
    _status(tab, "could not be started: there is not enough memory for it and its context")
    _choose(tab, "Picture")
    _status(tab, "Picture is not a GGUF file")
    _choose(tab, "Foreign")
    _status(tab, "Foreign is not the file that this site names, so nothing of it was kept.")
    digest = hashlib.sha256(whole).hexdigest()
    _status(tab, f"the SHA-256 of {tab.page.url}foreign.gguf is {digest}, not {'0' * 64}.")
    settings = tab.dialog("Settings")
    expect(settings.get_by_role("button", name="Remove Brief from cache")).to_be_visible()
    expect(settings.get_by_role("button", name="Remove Foreign from cache")).to_be_hidden()
    tab.page.keyboard.press("Escape")
    complaints.allow("404")
    _choose(tab, "Missing")
    _status(tab, "Missing could not be fetched")


def test_a_missing_part_concerns_its_own_model_alone(tab: AgentPage, complaints: Complaints) -> None:
    first, second = "split-00001-of-00002.gguf", "split-00002-of-00002.gguf"
    complaints.allow("404")
    tab.page.route(f"**/{second}", lambda route: route.fulfill(status=404))
    _choose(tab, "Split")
    _status(tab, "Split could not be fetched")
    assert not tab.page.evaluate(IS_WHOLE, first)

    tab.page.unroute(f"**/{second}")
    held: list[Route] = []
    tab.page.route(
        f"**/{second}", lambda route: held.append(route) if route.request.method == "GET" else route.continue_()
    )
    tab.page.locator("ca-model-status").get_by_role("button", name="Try again").click()
    wait_until(tab.page, IS_WHOLE, first)
    tab.reload()  # in the middle of the fetch
    tab.page.unroute(f"**/{second}")
    _choose(tab, "Brief")
    _status(tab, "Brief runs in this browser")
    settings = tab.dialog("Settings")
    expect(settings.get_by_role("button", name="Remove Brief from cache")).to_be_visible()
    expect(settings.get_by_role("button", name="Remove Split from cache")).to_be_hidden()
    tab.page.keyboard.press("Escape")

    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url) if request.method == "GET" else None)
    _choose(tab, "Split")
    _status(tab, "Split runs in this browser")
    assert [url.rpartition("/")[2] for url in asked if url.endswith(".gguf")] == [second]


def test_a_kiosk_fetches_its_model_beside_the_visits(page: Page, local: str) -> None:
    fetched: list[Route] = []
    page.route("**/large.gguf", lambda route: fetched.append(route))
    with page.expect_request("**/large.gguf", timeout=20_000):
        kiosk = KioskPage(page).open(local)
    kiosk.begin()
    question = page.locator("textarea")
    ask = page.get_by_role("button", name="Ask", exact=True)
    question.fill("What is the answer?")
    ask.click()
    page.get_by_role("button", name="Stop").click()
    expect(kiosk.answer).to_contain_text("You have stopped it")
    fetched[0].continue_()
    kiosk.another()
    question.fill("What is the answer?")
    ask.click()
    babbled = re.compile("Answer|No answer was found")  # the latter where its last reply was empty
    expect(kiosk.answer).to_contain_text(babbled, timeout=30_000)
    assert len(fetched) == 1, "the visitor's Stop has ended the fetch"


def test_a_large_model_is_fetched_with_leave_and_the_fetch_can_be_stopped(tab: AgentPage) -> None:
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    held: list[Route] = []
    tab.page.route(
        "**/large.gguf", lambda route: held.append(route)
    )  # a host that answers nothing, not even a HEAD
    question = tab.page.get_by_role("dialog", name="Fetch this model?")
    _choose(tab, "Large")
    expect(question).to_be_visible()
    expect(tab.page.locator("ca-fetch-question")).to_contain_text("Large is 57 MB")
    assert not [each for each in asked if "large.gguf" in each]
    tab.page.get_by_role("button", name="Not now").click()
    _status(tab, "Large is not loaded.")

    tab.send("Hello")
    expect(question).to_be_visible()
    tab.page.get_by_role("button", name="Fetch 57 MB").click()
    _status(tab, "Fetching Large")
    tab.stop.click()
    tab.wait_for_end(5)
    expect(tab.ending.last).to_contain_text("Stopped")
    _status(tab, "Large is not loaded.")
    tab.new.click()
    expect(tab.runs).to_have_count(0)

    tab.page.unroute("**/large.gguf")
    tab.page.locator("ca-model-status").get_by_role("button", name="Load").click()
    tab.page.get_by_role("button", name="Fetch 57 MB").click()
    _status(tab, "Large runs in this browser")


def test_stop_does_not_wait_for_what_cannot_be_stopped_nor_end_what_the_choice_began(tab: AgentPage) -> None:
    held: list[Route] = []
    tab.page.route("**/wllama-*.js", lambda route: held.append(route))
    with tab.page.expect_request("**/wllama-*.js"):
        tab.reload()  # where models may be kept, their list needs the engine too
        _choose(tab, "Brief")
    tab.send("Hello")
    expect(tab.steps).to_have_count(1)  # it waits for the model
    tab.stop.click()
    tab.wait_for_end(5)
    expect(tab.ending.last).to_contain_text("Stopped")
    tab.new.click()
    expect(tab.runs).to_have_count(0)
    held[0].continue_()
    _status(tab, "Brief runs in this browser")


def test_several_threads_where_the_page_is_isolated(
    visit: BrowserContext, local: str, complaints: Complaints
) -> None:
    opened = visit.new_page()
    complaints.watch(opened)
    opened.add_init_script("Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', {get: () => 4})")
    agent = AgentPage(opened).open(local)
    agent.ready()
    _choose(agent, "Brief")
    _status(agent, "2 threads")
    agent.send("Anything")
    expect(agent.steps.first).to_contain_text(WORDS, timeout=30_000)
    agent.stop.click()
    agent.wait_for_end(10)
    opened.close()


GPU = ("--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--enable-features=Vulkan")


def test_webllm_says_what_it_misses(tab: AgentPage, playwright: Playwright, local: str) -> None:
    """Without WebGPU, and with it but without the weights, which cannot be had here."""
    _choose(tab, "gpu")
    _status(tab, "Graphics needs WebGPU")
    found = find_browser(playwright.chromium.executable_path)
    software = playwright.chromium.launch(executable_path=found, args=[*arguments(), *GPU])
    opened = software.new_page()
    agent = AgentPage(opened).open(local)
    agent.ready()
    _choose(agent, "gpu")
    _status(agent, re.compile("Graphics could not be loaded from 127.0.0.1.*model.wasm are there"))
    software.close()


# As https://webmachinelearning.github.io/prompt-api/ has it, with a model that says what it was asked.
STAND_IN = """
globalThis.LanguageModel = class LanguageModel {
  static state = 'downloadable';
  static async availability() { return LanguageModel.state; }
  static async create({ initialPrompts = [], monitor, signal }) {
    signal.throwIfAborted();
    if (LanguageModel.state === 'downloadable') {
      const target = new EventTarget();
      monitor(target);
      for (const loaded of [0, 0.5, 1]) {
        target.dispatchEvent(new ProgressEvent('downloadprogress', { loaded, total: 1, lengthComputable: true }));
      }
      LanguageModel.state = 'available';
    }
    if (initialPrompts.some(({ role }, at) => role === 'system' && at > 0)) throw new TypeError('system later');
    (globalThis.created ??= []).push(initialPrompts.map(({ role }) => role));
    return Object.assign(new LanguageModel(), { contextWindow: 9216 });
  }
  promptStreaming(text, { signal }) {
    const words = text.includes('for ever') ? null : ['Sure. <code>', 'final_answer(6 * 7)', '</code>'];
    return new ReadableStream({
      async pull(controller) {
        if (words?.length === 0) return controller.close();
        if (words) return controller.enqueue(words.shift());
        controller.enqueue('on and on ');
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
    });
  }
  destroy() { globalThis.destroyed = (globalThis.destroyed ?? 0) + 1; }
};
"""


def test_the_prompt_api_is_offered_only_where_it_is_there(
    tab: AgentPage, local: str, complaints: Complaints
) -> None:
    """This Chromium has the API and no model; the adapter runs against a stand-in."""
    expect(tab.page.locator("option[value=browser]")).to_have_count(0)
    opened: Page = tab.page.context.new_page()
    complaints.watch(opened)
    opened.add_init_script(STAND_IN)
    agent = AgentPage(opened).open(local)
    agent.ready()
    opened.get_by_role("combobox", name="Model").select_option(value="browser")
    _status(agent, "Built into this browser runs in this browser · 9,216 tokens of context")
    expect(agent.solve("Six times seven?")).to_contain_text("42")
    assert opened.evaluate("created.at(-1)") == ["system"]
    agent.send("Talk for ever")
    expect(agent.steps.last).to_contain_text("on and on", timeout=20_000)
    agent.stop.click()
    agent.wait_for_end(10)
    expect(agent.ending.last).to_contain_text("Stopped")
    assert opened.evaluate("[created.length, destroyed]") == [3, 3]
    opened.close()
