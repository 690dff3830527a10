"""The service worker on a host that knows nothing of us: use without a network, updates, eviction, isolation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from codeact_server.bundle import PackageChoice, build_bundle
from playwright.sync_api import BrowserContext, Page, expect
from support.agent_page import AgentPage
from support.complaints import Complaints
from support.kiosk_page import KioskPage, add_recording, write_config
from support.plain_host import PlainHost, linked_site, replace
from support.waiting import wait_until

PACKAGE = "import sympy\nfinal_answer(str(sympy.factorint(2026)))"
TASKS = [{"show": "Laptops", "recording": "laptops"}, {"show": "Factors", "recording": "factors"}]
KEPT = """async () => {
  const all = (await caches.keys()).map(async (name) => (await caches.open(name)).keys());
  return (await Promise.all(all)).flat().map(({ url }) => url);
}"""
EVICT = "async () => { for (const name of await caches.keys()) await caches.delete(name); }"
MARKED = "getComputedStyle(document.body).getPropertyValue('--ca-marked').trim()"
NOTHING_NEW = """() => navigator.serviceWorker.getRegistration()
  .then(({ installing, waiting }) => !installing && !waiting)"""
CHECK = "() => navigator.serviceWorker.getRegistration().then((found) => found.update()).then(() => null)"
ONLINE = "() => { dispatchEvent(new Event('online')); }"
UNREADABLE = "CacheStorage.prototype.{} = () => Promise.reject(new DOMException('broken', 'UnknownError'));"


@pytest.fixture(scope="module")
def small(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with few packages: what is kept here is fetched again and again."""
    out = tmp_path_factory.mktemp("small")
    build_bundle(out, site, PackageChoice("sympy"))
    return out


@pytest.fixture
def host(small: Path, tmp_path: Path, complaints: Complaints) -> Iterator[PlainHost]:
    complaints.allow("404")  # the host has no relay
    complaints.allow("ERR_CONNECTION_REFUSED")  # and is cut off
    complaints.allow("ERR_FAILED")
    complaints.allow("500")
    complaints.allow("503")
    folder = linked_site(small, tmp_path / "site")
    write_config(folder, tasks=TASKS)
    add_recording(folder, "factors", PACKAGE)
    with PlainHost(folder) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "site"


def test_after_one_visit_all_works_without_a_network_and_survives_that_the_copy_is_lost(
    page: Page, host: PlainHost, folder: Path
) -> None:
    host.broken = "/sw.js"
    kiosk = KioskPage(page).open(host.url)
    assert host.failed.wait(60)
    _fail_once_more(page, host, "/index.html")
    wait_until(page, "() => navigator.serviceWorker.getRegistration().then((found) => !found)")
    host.broken = ""
    page.evaluate(ONLINE)
    kiosk.wait_until_kept()  # of the page that the first visit has opened
    host.cut()

    page.reload()
    kiosk.begin()
    expect(kiosk.solve("Laptops")).to_contain_text("winner")
    assert page.locator("iframe[sandbox]").count() == 0, "the worker's header isolates the frame"
    assert all(frame.evaluate("self.origin") == "null" for frame in page.frames[1:])
    kiosk.another()
    expect(kiosk.solve("Factors")).to_contain_text("1013: 1")  # a package, for a recording of the operator's own

    kept = page.evaluate(KEPT)
    assert all(url.startswith(host.url) for url in kept)
    assert not [url for url in kept if "/v1/" in url or url.endswith((".br", ".gz"))]

    assert not engines(kept), "its model is recorded"

    page.evaluate(EVICT)
    kiosk.another()
    kiosk.solve("Laptops")
    page.goto(f"{host.url}/kiosk.html")
    expect(page.get_by_text("This page needs the network once more")).to_be_visible()

    host.mend()
    host.moved["/index.html"] = "/"  # as some hosts do; a navigation takes no copy that says so
    small = {"id": "small", "name": "Small", "engine": "wllama", "url": "models/small.gguf"}
    replace(folder / "site.json", json.dumps({"local_models": [small, {**small, "id": "g", "engine": "webllm"}]}))
    write_config(folder, tasks=TASKS, model="local:small")
    page.reload()
    kiosk.begin()
    kiosk.solve("Laptops")
    last = "(kept) => kept.some((url) => url.includes('/wllama-'))"  # in the order of their names
    wait_until(page, f"() => ({KEPT})().then({last})")
    assert len(page.evaluate(KEPT)) >= len(kept) + 2
    assert engines(page.evaluate(KEPT)) == {"wllama"}, "and that of its model now"
    host.cut()
    page.goto(f"{host.url}/")
    agent = AgentPage(page)
    agent.ready()
    expect(agent.solve("Do factors.")).to_contain_text("1013: 1")


def test_a_version_comes_whole_or_not_at_all_and_is_told_of(
    page: Page, context: BrowserContext, small: Path, tmp_path: Path, complaints: Complaints
) -> None:
    complaints.allow("404")
    complaints.allow("integrity")
    source, out = tmp_path / "source", tmp_path / "out"
    build_bundle(source, small, PackageChoice("none"))
    build_bundle(out, source, PackageChoice("none"))
    write_config(out)
    replace(out / "site.json", json.dumps({"offline": True}))
    marked = "--ca-marked: {}"
    for number, name in enumerate(("kiosk.css", "page.css")):
        _mark(source / "styles" / name, marked.format(number))
    with PlainHost(out) as host:
        kiosk = KioskPage(page).open(host.url)
        kiosk.wait_until_kept()
        assert engines(page.evaluate(KEPT)) == {"wllama"}, "a person of the page may open a GGUF file"
        kiosk.begin()

        # Half a deployment: the list is there, and a file is still the former one.
        former = (out / "styles" / "kiosk.css").read_text()
        build_bundle(out, source, PackageChoice("none"))
        write_config(out)
        replace(out / "site.json", json.dumps({"offline": True}))
        new = (out / "styles" / "kiosk.css").read_text()
        assert new != former
        replace(out / "styles" / "kiosk.css", former)
        page.evaluate(CHECK)
        wait_until(page, NOTHING_NEW)
        other = context.new_page()
        other.goto(f"{host.url}/")
        assert _value(other) == "", "all of the former version, though the host has another page.css"

        replace(out / "styles" / "kiosk.css", new)
        page.evaluate(CHECK)
        expect(page.get_by_text("A new version is ready")).to_be_visible(timeout=60_000)
        assert _value(page) == "", "a visitor is not disturbed"
        other.reload()
        notice = other.get_by_role("status", name="Notices")
        expect(notice).to_contain_text("A new version is ready")
        with page.expect_navigation():
            kiosk.choose("Laptops")
            page.get_by_role("button", name="Back to the start").click()
        expect(kiosk.begin_button).to_be_visible()
        assert _value(page) == "0", "taken when the visit was over, by a page from before there was a worker"
        expect(notice).to_contain_text("Another tab has loaded a new version")
        notice.get_by_role("button", name="Reload").click()
        other.wait_for_function(f"() => {MARKED} === '1'")


def _fail_once_more(page: Page, host: PlainHost, path: str) -> None:
    host.failed.clear()
    host.broken = path
    for _ in range(60):
        page.evaluate(ONLINE)
        if host.failed.wait(0.5):
            return
    raise AssertionError(f"The kiosk did not ask for {path}.")


def engines(kept: list[str]) -> set[str]:
    return {name for name in ("wllama", "webllm") for url in kept if name in url}


def _mark(style: Path, declaration: str) -> None:
    text = style.read_text()
    replace(style, f"{text}\nbody {{ {declaration}; }}\n")
    record = style.parents[1] / ".codeact-web-files"
    gone = [f"styles/{style.name}{ending}" for ending in (".br", ".gz")]
    record.write_text("".join(f"{name}\n" for name in record.read_text().splitlines() if name not in gone))


def _value(page: Page) -> str:
    return str(page.evaluate(f"() => {MARKED}"))


def test_a_page_is_isolated_where_the_operator_says_so_and_stop_keeps_variables(
    page: Page, context: BrowserContext, host: PlainHost, folder: Path
) -> None:
    replace(folder / "site.json", json.dumps({"isolate": True}))
    add_recording(folder, "spin", "kept = 42", "while True:\n    pass")
    add_recording(folder, "look", "final_answer(f'still {kept}')")
    agent = AgentPage(page).open(host.url)
    agent.ready()
    assert page.evaluate("crossOriginIsolated") is False
    page.wait_for_function("() => Boolean(navigator.serviceWorker.controller)")
    host.moved["/start"] = "/"  # as a sign-on before the site does
    page.goto(f"{host.url}/start")
    agent.ready()
    assert page.evaluate("crossOriginIsolated") is True
    expect(agent.boot).not_to_contain_text("SharedArrayBuffer")
    agent.send("Do spin.")
    expect(agent.steps.nth(1)).to_contain_text("Running", timeout=30_000)
    agent.stop.click()
    agent.wait_for_end()
    expect(agent.solve("Do look.")).to_contain_text("still 42")
    expect(page.locator(".restored")).to_have_count(0)
    assert not [url for url in page.evaluate(KEPT) if "page.js" in url], "isolation alone keeps no copy"

    storage = {"origin": host.url, "quotaSize": 1}
    context.new_cdp_session(page).send("Storage.overrideQuotaForOrigin", storage)
    replace(folder / "site.json", json.dumps({"isolate": True, "own_model": False}))
    answer = page.evaluate("fetch('site.json').then((got) => got.json())")
    assert answer["own_model"] is False, "it is the server's, though nothing more can be kept"

    context.service_workers[0].evaluate(f"() => {{ {UNREADABLE.format('open')} }}")
    page.add_init_script(UNREADABLE.format("match"))
    agent.reload()
