"""Shared by the tests of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial

import pytest
from codeact_agent import Agent
from codeact_agent.hosts.script.sandbox import SandboxBrowser
from codeact_web.testing import ScriptedModel
from playwright.sync_api import Browser, Page
from support.agent_page import AgentPage
from support.complaints import Complaints
from support.kept_pages import KeptPages


@pytest.fixture(scope="session")
def kept_pages(browser: Browser) -> Iterator[KeptPages]:
    pages = KeptPages(browser)
    yield pages
    pages.close()


@pytest.fixture
def open_kept(
    kept_pages: KeptPages, complaints: Complaints, request: pytest.FixtureRequest
) -> Iterator[Callable[[str], AgentPage]]:
    """Gives a page of the site at a URL that is ready. It may have been another test's before, cleaned.

    What a test does to a page beyond what a person can take back needs ``own_agent``: scripts that outlast a
    reload, other tabs, tools of the page.
    """
    assert not {"page", "context"} & set(request.fixturenames), "Those are of another page: take `own_agent`."
    with ExitStack() as lent:

        def lend(url: str) -> AgentPage:
            return lent.enter_context(kept_pages.lend(url, complaints, lambda: request.node.rep_call.passed))

        yield lend


@pytest.fixture
def agent(open_kept: Callable[[str], AgentPage], relayed: str, upstream: ScriptedModel) -> AgentPage:
    """A page that is ready, with a model that says what the test enqueues at ``upstream``; see ``open_kept``."""
    upstream.reset()
    return open_kept(relayed)


@pytest.fixture
def own_agent(page: Page, relayed: str, upstream: ScriptedModel) -> AgentPage:
    """The same in ``page``, which nothing was done in before."""
    upstream.reset()
    opened = AgentPage(page).open(relayed)
    opened.ready()
    return opened


@pytest.fixture
def live(upstream: ScriptedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """``upstream`` is what a script's ``Agent`` finds in the environment."""
    upstream.reset()
    monkeypatch.setenv("OPENAI_BASE_URL", upstream.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789abcdef")


@pytest.fixture(scope="session")
def script_browser() -> Iterator[SandboxBrowser]:
    with SandboxBrowser(reuse=True) as shared:
        yield shared


@pytest.fixture
def make_agent(script_browser: SandboxBrowser) -> Callable[..., Agent]:
    """``Agent`` in a browser that is there, for tests that are not about its start, its end or its limits."""
    return partial(Agent, browser=script_browser)
