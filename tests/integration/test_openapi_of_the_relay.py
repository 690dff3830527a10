"""docs/openapi.json is current, is not served, and the relay answers as it says, whatever is asked."""

import json
from pathlib import Path

import httpx
import pytest
import schemathesis
from codeact_server.relay.openapi import document
from codeact_server.request_settings import RequestSettings
from codeact_server.serve import running_server
from codeact_server.settings import Settings, Upstream
from codeact_web.testing import Reply
from hypothesis import HealthCheck, Phase, settings

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"
KEY = "sk-test-0123456789abcdef"
ANSWER = Reply(body={"choices": [], "content": [], "data": []})

schema = schemathesis.openapi.from_dict(json.loads(DOCUMENT.read_text()))
checks = [check for check in schemathesis.checks.CHECKS.get_all() if check.__name__ != "positive_data_acceptance"]


@pytest.fixture(scope="module")
def address(tmp_path_factory, shared_upstream):
    from integration.conftest import build_site

    shared_upstream.reset()
    shared_upstream.reply(*[ANSWER] * 5000)
    site = build_site(tmp_path_factory.mktemp("openapi") / "site")
    # Without names of models any is passed on, so that requests get as far as they can.
    to = [
        Upstream(name=dialect, dialect=dialect, base_url=shared_upstream.base_url, api_key=KEY, retries=0)
        for dialect in ("openai", "anthropic")
    ]
    with running_server(Settings(site=site, upstream=to, requests=RequestSettings(embeddings=True))) as url:
        yield url


def test_the_document_is_current():
    assert json.loads(DOCUMENT.read_text()) == document(), "run: python -m codeact_server.relay.openapi"


@pytest.mark.parametrize(
    "path", ["/openapi.json", "/docs/openapi.json", "/v1/openapi.json", "/docs", "/v1", "/v1/"]
)
def test_the_document_is_not_served(address, path):
    assert httpx.get(address + path).status_code == 404


@schema.parametrize()
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_relay_answers_as_the_document_says(case, address):
    response = case.call(base_url=address)
    case.validate_response(response, checks=checks)
    assert KEY not in response.text
    assert "Traceback" not in response.text
