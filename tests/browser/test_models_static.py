"""The page on a plain static server under a path prefix: no server of ours, the person's own endpoint and key."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from codeact_web.testing import Reply, ScriptedModel
from playwright.sync_api import BrowserContext, Page, expect
from support.agent_page import AgentPage
from support.changed_site import change_file, copy_site
from support.complaints import Complaints

pytestmark = pytest.mark.browser
OWN_KEY = "sk-own-9f8e7d6c5b4a"
PREFIX = "some/prefix"


class Quiet(SimpleHTTPRequestHandler):
    """Python's http.server, but for its log."""

    requests: list[str] = []  # noqa: RUF012 - of the one server of this file

    def log_message(self, *args: object) -> None:
        """Keep what was asked, headers included."""
        self.requests.append(f"{self.requestline} {self.headers}")


@pytest.fixture(scope="module")
def static(site: Path, partner: ScriptedModel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of two sites on a static server: ``built``, and ``open``, which lets its pages ask other origins."""
    root = tmp_path_factory.mktemp("static")
    (root / PREFIX).mkdir(parents=True)
    (root / PREFIX / "built").symlink_to(site)
    offered = {"name": "Offered", "base_url": f"{partner.base_url}/", "models": ["second"]}
    opened = copy_site(site, root / PREFIX / "open", endpoints=[offered])
    change_file(
        opened / "index.html",
        lambda text: text.replace("connect-src 'self'", "connect-src 'self' http://127.0.0.1:*"),
    )
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/{PREFIX}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def service() -> Iterator[ScriptedModel]:
    """What lets pages of any origin ask it."""
    with ScriptedModel(models=("first", "second"), cors=True) as scripted:
        yield scripted


@pytest.fixture(scope="module")
def partner() -> Iterator[ScriptedModel]:
    """One that the operator offers."""
    with ScriptedModel(models=("first", "second"), cors=True) as scripted:
        yield scripted


@pytest.fixture
def own(page: Page, static: str, service: ScriptedModel) -> AgentPage:
    """The page where it may ask others, ready."""
    service.reset()
    agent = AgentPage(page).open(f"{static}/open")
    agent.ready()
    return agent


def _connect(agent: AgentPage, address: str, key: str = "", remember: bool = False) -> None:
    settings = agent.dialog("Settings")
    if address:
        settings.get_by_label("Address").fill(address)
    settings.get_by_label("Key, if it wants one").fill(key)
    settings.get_by_role("checkbox", name="Remember the key").set_checked(remember)
    settings.get_by_role("button", name="Connect", exact=True).click()


def _told(agent: AgentPage, words: str) -> None:
    expect(agent.page.locator("ca-endpoints [role=status]")).to_contain_text(words, timeout=20_000)


def test_without_our_server_python_starts_and_recorded_tasks_are_solved(
    page: Page, static: str, upstream: ScriptedModel, complaints: Complaints
) -> None:
    agent = AgentPage(page).open(f"{static}/built")
    agent.ready()
    expect(agent.boot).not_to_contain_text("did not start")
    expect(page.locator("p.notice")).to_be_hidden()
    expect(agent.solve("laptops")).to_contain_text("Laptop B")

    complaints.allow("Content Security Policy")
    _connect(agent, upstream.base_url)
    _told(agent, f"does not allow its pages to ask {upstream.base_url[7:-3]}")
    _told(agent, "codeact-web bundle --connect")
    assert upstream.requests == []


def test_an_own_endpoint_answers_and_its_key_goes_nowhere_else(own: AgentPage, service: ScriptedModel) -> None:
    _connect(own, f"{service.base_url}/", OWN_KEY)
    _told(own, "Connected: 2 models.")
    expect(own.dialog("Settings").get_by_label("Key, if it wants one")).to_have_value("")
    own.page.keyboard.press("Escape")
    own.choose_model("second")
    service.reply(Reply(text="<code>print(6 * 7)</code>"), Reply(text="<code>final_answer('forty-two')</code>"))
    expect(own.solve("Six times seven?")).to_contain_text("forty-two")
    asked = [each for each in service.requests if each.path.endswith("/completions")]
    assert [each.json["model"] for each in asked] == ["second", "second"]
    assert {each.headers["authorization"] for each in asked} == {f"Bearer {OWN_KEY}"}

    for form in ("JSON", "Notebook", "Python", "Markdown"):
        own.page.locator("ca-ending").last.get_by_text("Save run as").click()
        with own.page.expect_download() as saved:
            own.page.locator("ca-ending").last.get_by_role("button", name=re.compile(f"^{form}")).click()
        exported = saved.value.path().read_text()
        assert "forty-two" in exported
        assert OWN_KEY not in exported
    assert "forty-two" in own.page.evaluate(KEPT)
    assert OWN_KEY not in own.page.evaluate(KEPT)
    assert OWN_KEY not in own.page.evaluate("JSON.stringify({...localStorage})")
    assert OWN_KEY not in "".join(Quiet.requests)

    own.reload()  # the tab keeps it
    expect(own.page.locator("optgroup")).to_have_count(2)
    other = own.page.context.new_page()
    AgentPage(other).open(own.page.url.split("/#")[0].rstrip("/")).ready()
    expect(other.locator("optgroup")).to_have_count(1)
    own.dialog("Settings").get_by_role("button", name="Disconnect").click()
    expect(own.page.locator("optgroup")).to_have_count(1)
    assert OWN_KEY not in own.page.evaluate("JSON.stringify({...sessionStorage})")


# All that the page has in IndexedDB, as text.
KEPT = """async () => {
  const seen = [];
  const done = (request) => new Promise((resolve, reject) => Object.assign(request, {
    onsuccess: () => resolve(request.result), onerror: () => reject(request.error),
  }));
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      seen.push(await done(database.transaction(store).objectStore(store).getAll()));
    }
    database.close();
  }
  return JSON.stringify(seen);
}"""


def test_a_remembered_key_outlasts_the_tab(
    own: AgentPage, service: ScriptedModel, context: BrowserContext
) -> None:
    own.dialog("Settings").get_by_label("Service").select_option(label="Offered")
    _connect(own, "", OWN_KEY, remember=True)
    _told(own, "Connected: 1 model.")
    address = own.page.url.split("/#")[0].rstrip("/")
    own.page.close()
    other = AgentPage(context.new_page()).open(address)
    other.ready()
    expect(other.page.locator("optgroup").first).to_have_attribute("label", "Your endpoint: Offered")
    expect(other.page.get_by_role("combobox", name="Model")).to_have_value(
        re.compile("^endpoint:127.0.0.1:.*:second$")
    )
    # Forgotten in one tab it is forgotten in all, whatever they connect.
    third = AgentPage(context.new_page()).open(address)
    third.ready()
    third.dialog("Settings").get_by_role("button", name="Disconnect").click()
    expect(third.page.locator("optgroup")).to_have_count(1)
    expect(other.page.locator("optgroup")).to_have_count(1)
    _connect(other, service.base_url, "another key", remember=True)
    _told(other, "Connected: 2 models.")
    kept = other.page.evaluate("JSON.stringify({...localStorage})")
    assert "another key" in kept
    assert OWN_KEY not in kept


def test_what_is_wrong_with_a_connection_is_said(
    own: AgentPage, service: ScriptedModel, upstream: ScriptedModel, complaints: Complaints
) -> None:
    host = service.base_url[7:-3]
    service.models_reply = Reply(status=401, body={"error": {"message": "no such key"}})
    complaints.allow("401")
    _connect(own, service.base_url, "wrong")
    _told(own, f"{host} refused the key (status 401). Check the key in Settings. It said: no such key")

    complaints.allow("CORS policy")
    complaints.allow("net::ERR_FAILED")
    complaints.allow(f"({upstream.base_url})")  # asked to know whether it is there
    _connect(own, upstream.base_url, "any")
    _told(own, "is there, but does not allow pages of http://127.0.0.1:")
    assert all("authorization" not in each.headers for each in upstream.requests)

    complaints.allow("net::ERR_CONNECTION_REFUSED")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = f"127.0.0.1:{unused.getsockname()[1]}"
    _connect(own, f"http://{nobody}/v1")
    _told(own, f"{nobody} could not be reached")

    service.models_reply = Reply(body="<html>", headers={"content-type": "text/html"})
    _connect(own, service.base_url)
    _told(own, "does not answer like an OpenAI-compatible API")

    _connect(own, "https://name:secret@api.example/v1")
    _told(own, "hold no key or name")

    service.models_reply = None
    _connect(own, service.base_url, "right")
    _told(own, "Connected: 2 models.")
    own.page.keyboard.press("Escape")
    service.reply(Reply(status=401, body={"error": {"message": "the key has expired"}}))
    own.send("Anything")
    expect(own.ending).to_contain_text("refused the key (status 401). Check the key in Settings.", timeout=20_000)
