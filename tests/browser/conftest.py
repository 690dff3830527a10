"""Shared by the tests of the page."""

from __future__ import annotations

import pytest
from codeact_web.testing import ScriptedModel
from playwright.sync_api import Page
from support.agent_page import AgentPage


@pytest.fixture
def agent(page: Page, relayed: str, upstream: ScriptedModel) -> AgentPage:
    """The page, ready, with a model that says what the test enqueues at ``upstream``."""
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
