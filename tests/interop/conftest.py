"""A relay with a token and two scripted upstreams, one of each dialect, for clients that others have written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from codeact_server.access_settings import Access
from codeact_server.quota_settings import QuotaSettings
from codeact_server.request_settings import RequestSettings
from codeact_server.serve import running_server
from codeact_server.settings import Limits, Settings, Upstream
from codeact_web.testing import ScriptedModel

KEY = "sk-test-0123456789abcdef"
TOKEN = "token-of-the-test-0123456789"


def relay_settings(site: Path, openai: ScriptedModel, anthropic: ScriptedModel, **more: object) -> Settings:
    # The clients' own retries are under test here, so there are none of ours.
    once = {"api_key": KEY, "retries": 0, "breaker": 0}
    given = {
        "upstream": [
            Upstream(name="openai", base_url=openai.base_url, models=("scripted",), **once),
            Upstream(
                name="anthropic",
                dialect="anthropic",
                base_url=anthropic.base_url,
                models=("scripted-claude",),
                **once,
            ),
        ],
        "access": Access(mode=("token",), token=TOKEN),
        "limits": Limits(body_bytes=100_000),
        "requests": RequestSettings(images=2),
    }
    return Settings(site=site, **{**given, **more})


@pytest.fixture(scope="session")
def openai_upstream() -> Iterator[ScriptedModel]:
    with ScriptedModel() as scripted:
        yield scripted


@pytest.fixture(scope="session")
def anthropic_upstream() -> Iterator[ScriptedModel]:
    with ScriptedModel(models=("scripted-claude",)) as scripted:
        yield scripted


@pytest.fixture(scope="session")
def relay(site: Path, openai_upstream: ScriptedModel, anthropic_upstream: ScriptedModel) -> Iterator[str]:
    """The address under which clients find it, with /v1."""
    with running_server(relay_settings(site, openai_upstream, anthropic_upstream)) as url:
        yield url + "/v1"


@pytest.fixture
def one_a_second(site: Path, openai_upstream: ScriptedModel, anthropic_upstream: ScriptedModel) -> Iterator[str]:
    """A relay of which everybody may ask once a second."""
    quotas = QuotaSettings(per_identity={"requests": "1/second"})
    settings = relay_settings(site, openai_upstream, anthropic_upstream, quotas=quotas)
    with running_server(settings) as url:
        yield url + "/v1"


@pytest.fixture
def openai_says(openai_upstream: ScriptedModel) -> ScriptedModel:
    """The upstream of OpenAI's dialect, without replies or records."""
    openai_upstream.reset()
    return openai_upstream


@pytest.fixture
def anthropic_says(anthropic_upstream: ScriptedModel) -> ScriptedModel:
    """The upstream of Anthropic's dialect, without replies or records."""
    anthropic_upstream.reset()
    return anthropic_upstream
