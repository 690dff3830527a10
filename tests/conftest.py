"""Shared by all tests that open a browser: a real Chromium, a real server, and no errors tolerated."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from codeact_agent.hosts.script.browser import arguments, find_browser
from codeact_agent.hosts.script.site import find_site
from codeact_server.serve import running_server
from codeact_server.settings import Settings, Upstream
from codeact_web.testing import ScriptedModel
from playwright.sync_api import Browser, BrowserContext, Page, Playwright
from support.complaints import Complaints
from support.engines import ENGINES, Engine
from support.firefox import Firefox
from support.webkit import WebKit

KEY = "sk-test-0123456789abcdef"


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One for all tests. pytest-playwright ends its own whenever a test that names its kind comes after one that
    does not."""
    path = find_browser(playwright.chromium.executable_path)
    launched = playwright.chromium.launch(executable_path=path, args=arguments())
    yield launched
    launched.close()


@pytest.fixture(scope="session")
def firefox() -> Iterator[Firefox]:
    """One Firefox for all tests."""
    with Firefox() as started:
        yield started


@pytest.fixture(scope="session")
def webkit() -> Iterator[Engine]:
    """One WebKitGTK for all tests. Without JSPI and slow to boot: it has tests of its own."""
    with WebKit() as started:
        yield Engine("webkit", started.new_page)


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Engine:
    """Each browser in turn: a test that takes it, or a fixture that does, runs once in each.

    ``engine.name`` is "chromium" or "firefox"; ``engine.open(served)`` gives a ``SandboxPage``, see
    ``support/engines.py``. Boot once per module where tests can share an interpreter::

        @pytest.fixture(scope="module")
        def sandbox(engine: Engine, served: str) -> Iterator[SandboxPage]:
            with engine.open(served) as opened:
                opened.load()
                opened.start(limits={"time_ms": 5000})
                yield opened
    """
    if request.param == "firefox":
        return Engine("firefox", request.getfixturevalue("firefox").new_page)
    # One context for all: a page of a sandbox stores nothing but the boot image, which is long to unpack.
    return Engine("chromium", request.getfixturevalue("browser").new_context().new_page)


@pytest.fixture(scope="session")
def site() -> Path:
    """The built site; `make test` builds it."""
    return find_site()


@pytest.fixture(scope="session")
def served(site: Path) -> Iterator[str]:
    """Address of a server without an upstream: recorded tasks only."""
    with running_server(Settings(site=site)) as url:
        yield url


@pytest.fixture(scope="session")
def scripted_model() -> Iterator[ScriptedModel]:
    with ScriptedModel() as scripted:
        yield scripted


@pytest.fixture(scope="module")
def upstream(scripted_model: ScriptedModel) -> ScriptedModel:
    """One for all tests: what other modules have asked of it is forgotten."""
    scripted_model.reset()
    return scripted_model


@pytest.fixture(scope="session")
def relayed(site: Path, scripted_model: ScriptedModel) -> Iterator[str]:
    """Address of a server that relays to ``upstream``."""
    settings = Settings(
        site=site, upstream=Upstream(base_url=scripted_model.base_url, api_key=KEY, models=("scripted",))
    )
    with running_server(settings) as url:
        yield url


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    collected = Complaints()
    yield collected
    collected.check()


@pytest.fixture
def page(context: BrowserContext, complaints: Complaints) -> Page:
    """A page whose every console error and page error fails the test."""
    opened = context.new_page()
    complaints.watch(opened)
    return opened
