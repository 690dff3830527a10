"""An API on the loopback, called through its OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from codeact_agent.errors import AgentError, DeclarationError
from codeact_agent.hosts.script import http
from codeact_agent.hosts.script.http import OpenApi
from codeact_agent.hosts.script.validation import validate
from codeact_agent.tools import Tool, call
from support.asgi import serving
from support.loops import run_apart
from support.openapi_server import APP, DOCUMENT


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with serving(APP) as address:
        yield address


def asked(origin: str, name: str, **arguments: Any) -> dict[str, Any]:
    async def once() -> dict[str, Any]:
        async with OpenApi(DOCUMENT, allow=[origin], base_url=origin, headers={"X-Key": "secret"}) as listed:
            return await call({each.name: each for each in listed}, name, arguments, None, validate)

    return run_apart(once())


def opened(document: Any, **options: Any) -> tuple[list[Tool], OpenApi]:
    async def once() -> tuple[list[Tool], OpenApi]:
        api = OpenApi(document, **options)
        async with api as tools:
            return tools, api

    return run_apart(once())


def test_an_operation_is_called(origin: str) -> None:
    value = json.loads(asked(origin, "echo", place="a/../b c", q=3, x=1.5)["value"])
    assert value == {
        "path": "/echo/a%2F..%2Fb%20c",
        "query": "q=3",
        "body": {"x": 1.5},
        "key": "secret",
        "host": origin.removeprefix("http://"),
    }


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("missing", "ToolError", 'GET {}/missing: status 404: {{"detail":"no such thing'),
        ("away", "ToolError", "GET {}/away: status 307, a redirect, which is not followed"),
        ("broken", "ToolError", "GET {}/broken: the answer is not the JSON it says it is"),
        (
            "wrong",
            "BadResult",
            "wrong() is at fault, not the call: it returned what it says it does not. it should",
        ),
    ],
)
def test_what_goes_wrong_there_is_told(origin: str, name: str, kind: str, words: str) -> None:
    error = asked(origin, name)["error"]
    assert error["kind"] == kind
    assert error["message"].startswith(words.format(origin))
    assert len(error["message"]) < 700


def test_values_that_are_no_json(origin: str) -> None:
    assert json.loads(asked(origin, "text")["value"]) == "grüezi"
    assert asked(origin, "nothing") == {"value": "null"}


def test_an_answer_without_end_is_given_up(origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "_MOST_BYTES", 2**11)
    assert asked(origin, "large")["error"]["message"].endswith("the answer is larger than 0 MB")


def test_wrong_arguments_are_not_sent(origin: str) -> None:
    assert (
        asked(origin, "echo", place="a", x="1")["error"]["message"]
        == "echo(): x should be float, but is '1' (str)"
    )
    assert asked(origin, "echo", x=1)["error"]["message"] == "echo(): place is missing"


def test_nobody_there() -> None:
    nobody = "http://127.0.0.1:9"
    error = asked(nobody, "text")["error"]
    assert error["kind"] == "ToolError"
    assert error["message"].startswith(f"GET {nobody}/text: no answer (ConnectError")


def test_the_document_may_be_at_an_address_or_in_a_file(origin: str, tmp_path: Path) -> None:
    tools, api = opened(f"{origin}/openapi.json", allow=[origin], base_url=origin)
    assert "echo" in [each.name for each in tools]
    assert api.left_out == [{"operation": "POST /form", "reason": "its body is text/csv, not JSON"}]
    path = tmp_path / "api.json"
    path.write_text(json.dumps(DOCUMENT))
    assert len(opened(path, allow=[origin], base_url=origin)[0]) == len(tools)
    assert len(opened(str(path), allow=[origin], base_url=origin)[0]) == len(tools)


@pytest.mark.parametrize("name", ["nowhere.json", "redirected.json", "text"])
def test_a_document_that_cannot_be_had(origin: str, name: str) -> None:
    with pytest.raises(AgentError, match=r"could not be fetched|an OpenAPI document is a JSON object"):
        opened(f"{origin}/{name}", allow=[origin])


def test_a_file_that_is_no_document(tmp_path: Path) -> None:
    (tmp_path / "api.json").write_text("openapi: 3.1.0")
    for name in ("api.json", "nothing.json"):
        with pytest.raises(DeclarationError, match="is not an OpenAPI document in JSON"):
            opened(tmp_path / name, allow=[])


def test_only_allowed_origins_are_asked(origin: str) -> None:
    for allow in ([], ["http://127.0.0.1"], [origin.replace("127.0.0.1", "localhost")]):
        with pytest.raises(DeclarationError, match=f"{origin} is not an allowed origin; allowed: "):
            opened(DOCUMENT, allow=allow, base_url=origin)
        with pytest.raises(DeclarationError, match="is not an allowed origin"):
            opened(f"{origin}/openapi.json", allow=allow)


@pytest.mark.parametrize(
    "allow", ["https://a.example/v1", "a.example", "https://A.example", "https://*.example", "*"]
)
def test_what_is_no_origin_is_refused(allow: str) -> None:
    with pytest.raises(DeclarationError, match="is not an origin such as"):
        OpenApi(DOCUMENT, allow=[allow])
