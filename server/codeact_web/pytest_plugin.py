"""The pytest fixtures; pytest loads this module by itself where codeact-web is installed.

So nothing of weight is imported before a test asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from codeact_web.testing import Deployment, ScriptedModel, WidgetPage


@pytest.fixture(scope="session")
def codeact_bundle() -> Path:
    """The folder that is served: the built site. Override it to test a bundle of your own."""
    from codeact_agent.hosts.script.site import find_site

    return find_site()


@pytest.fixture(scope="session")
def codeact_settings() -> dict[str, Any]:
    """Settings of the served site, named as in codeact.toml. Override it to change them."""
    return {}


@pytest.fixture(scope="session")
def _codeact_scripted() -> Iterator[ScriptedModel]:
    from codeact_web.testing import ScriptedModel

    with ScriptedModel() as model:
        yield model


@pytest.fixture(scope="session")
def codeact_site(
    codeact_bundle: Path, codeact_settings: dict[str, Any], _codeact_scripted: ScriptedModel
) -> Iterator[Deployment]:
    """The site on a loopback port: ``.url``, ``.embed_url``. Pages of any origin may embed its widget."""
    from codeact_web.testing import running_deployment

    with running_deployment(codeact_bundle, _codeact_scripted, codeact_settings) as deployment:
        yield deployment


@pytest.fixture
def codeact_model(_codeact_scripted: ScriptedModel) -> ScriptedModel:
    """The model behind ``codeact_site``: says what the test gives to ``.reply(…)``, keeps ``.requests``."""
    _codeact_scripted.reset()
    return _codeact_scripted


@pytest.fixture
def codeact_widget(codeact_model: ScriptedModel) -> Callable[[Page | Locator], WidgetPage]:
    """Make a page object: ``codeact_widget(page)``, or of a locator where a page holds several elements."""
    from codeact_web.testing import WidgetPage

    return WidgetPage
