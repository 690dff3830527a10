"""Tools of the embedding page: its JavaScript in Node, the loop's side in MicroPython, real servers behind."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support.asgi import serving
from support.mcp_server import mcp_app
from support.openapi_server import APP, DOCUMENT
from support.web_modules import run_module

ROOT = Path(__file__).parents[2]
JOINED = (ROOT / "tests" / "support" / "page_tools.mjs").read_text()
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "half": ("half", {"x": 3}),
    "half of text": ("half", {"x": "3"}),
    "half of what": ("half", {"y": 3}),
    "slow": ("slow_half", {"x": 4, "my_wait": 1}),
    "slow without": ("slow_half", {"x": 4, "my_wait": None}),
    "throws": ("throws", {}),
    "rejects": ("rejects", {}),
    "wrong": ("wrong", {}),
    "nothing": ("nothing", {}),
    "no_json": ("no_json", {}),
    "not_finite": ("not_finite", {}),
    "deep": ("deep", {}),
    "rare": ("rare", {}),
    "too often": ("rare", {}),
    "never": ("never", {}),
    "late": ("late", {}),
    "after stop": ("half", {"x": 5}),
    "api": ("echo", {"place": "a/../b c", "q": 3, "x": 1.5}),
    "api missing": ("missing", {}),
    "api away": ("away", {}),
    "api text": ("text", {}),
    "api nothing": ("nothing_2", {}),
    "api broken": ("broken", {}),
    "api wrong": ("wrong_2", {}),
    "mcp": ("add", {"a": 1}),
    "mcp text": ("add", {"a": "1"}),
    "mcp weather": ("get_weather", {"city": "Huế"}),
    "mcp fail": ("fail", {"why": "no bolts left"}),
    "mcp picture": ("picture", {}),
    "mcp slow": ("slow", {"steps": 2}),
}


@pytest.fixture(scope="module")
def ran() -> dict[str, Any]:
    with serving(APP) as api, serving(mcp_app()) as mcp:
        given = {
            "mcp": f"{mcp}/mcp",
            "openapi": {"document": DOCUMENT, "origin": api},
            "calls": list(CALLS.values()),
        }
        try:
            printed = run_module(JOINED, str(ROOT / "web" / "agent"), json.dumps(given)).splitlines()
        except subprocess.CalledProcessError as error:
            pytest.fail(error.stderr[-3000:])
        found = json.loads(printed[0])
        found["outcomes"] = dict(zip(CALLS, found["outcomes"], strict=True))
        return {**found, "aborted": json.loads(printed[1]), "origin": api}


def test_their_signatures_are_pythons(ran: dict[str, Any]) -> None:
    specs = {each["name"]: each for each in ran["specs"]}
    assert specs["slow_half"]["source"] == "javascript"
    assert specs["slow_half"]["parameters"] == [
        {"name": "x", "annotation": "float"},
        {"name": "my_wait", "annotation": "float | None", "default": None},
    ]
    assert specs["half"]["returns"] == "float"
    assert specs["half"]["description"] == "The half.\n\nArgs:\n    x: A number."
    assert specs["echo"]["source"] == "openapi"
    assert specs["add"]["parameters"][1] == {"name": "b", "annotation": "int", "default": 1}
    assert ran["left_out"] == [{"operation": "POST /form", "reason": "its body is text/csv, not JSON"}]


@pytest.mark.parametrize(
    ("call", "value"),
    [
        ("half", 1.5),
        ("slow", {"x": 2, "wait": 1}),
        ("slow without", {"x": 2, "wait": 5}),
        ("nothing", None),
        ("rare", 1),
        ("after stop", 2.5),
        ("api text", "grüezi"),
        ("api nothing", None),
        ("mcp", 2),
        ("mcp weather", {"city": "Huế", "degrees": 21.5}),
        ("mcp slow", "done"),
    ],
)
def test_values(ran: dict[str, Any], call: str, value: Any) -> None:
    assert "value" in ran["outcomes"][call], ran["outcomes"][call]
    assert json.loads(ran["outcomes"][call]["value"]) == value


def test_a_request_is_as_the_document_says(ran: dict[str, Any]) -> None:
    assert json.loads(ran["outcomes"]["api"]["value"]) == {
        "path": "/echo/a%2F..%2Fb%20c",
        "query": "q=3",
        "body": {"x": 1.5},
        "key": "secret",
        "host": ran["origin"].removeprefix("http://"),
    }


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        ("half of text", "TypeError", "half(): x should be float, but is '3' (str)"),
        ("half of what", "TypeError", "x is missing; y is not known; there are: x"),
        ("throws", "RangeError", "no such thing"),
        ("rejects", "Error", "only text"),
        (
            "wrong",
            "BadResult",
            "wrong() is at fault, not the call: it returned what it says it does not. it should be",
        ),
        (
            "no_json",
            "BadResult",
            "no_json() returned something that JSON cannot carry: a Map; return text, numbers,",
        ),
        ("not_finite", "BadResult", "the number Infinity"),
        ("deep", "BadResult", "Converting circular structure to JSON"),
        ("too often", "RateLimited", "rare() may be called 1/day"),
        ("never", "AbortError", "The person stopped the run."),
        ("late", "TimeoutError", "late() did not answer within 0.05 s"),
        ("api missing", "ToolError", "/missing: status 404: {"),
        ("api away", "ToolError", "/away: a redirect, which is not followed"),
        ("api broken", "ToolError", "the answer is not the JSON it says it is"),
        ("api wrong", "BadResult", "it should be int, but is 'many' (str)"),
        ("mcp text", "TypeError", "add(): a should be int, but is '1' (str)"),
        ("mcp fail", "ToolError", "no bolts left"),
    ],
)
def test_errors(ran: dict[str, Any], call: str, kind: str, words: str) -> None:
    error = ran["outcomes"][call].get("error", ran["outcomes"][call])
    assert error.get("kind") == kind, error
    assert words in error["message"]


def test_stop_aborts_the_signal(ran: dict[str, Any]) -> None:
    assert ran["aborted"] == [True]


def test_progress_is_told(ran: dict[str, Any]) -> None:
    assert [0.5, "half-way"] in ran["progress"]
    assert ran["progress"][-2:] == [[0.5, "step 1"], [1, "step 2"]]


def test_a_picture_is_a_dict(ran: dict[str, Any]) -> None:
    assert json.loads(ran["outcomes"]["mcp picture"]["value"])["mime"] == "image/png"


DECLARED = """
import { PageTools } from './tools/page_tools.js';

const handler = (x) => x;
const parameters = { type: 'object' };
const description = 'A tool.';
const loop = {};
loop.loop = loop;
const one = (given) => {
  try {
    new PageTools().add(given);
    return 'fine';
  } catch (error) {
    return `${error.kind}: ${error.message}`;
  }
};
console.log(JSON.stringify([
  one(() => 1),
  one(handler),
  one(Object.assign((x) => x, { description })),
  one({ name: 'a', description: ' ', handler, parameters }),
  one({ name: 'a', description, parameters }),
  one({ name: 'a', description, handler }),
  one({ name: 'a', description, handler, parameters: { type: 'array' } }),
  one({ name: 'a', description, handler, parameters: [] }),
  one({ name: 'a', description, handler, parameters: loop }),
  one({ name: 'a', description, handler, parameters, approve: 'call' }),
  one('a'),
  one(null),
  one({ name: 'a', description, handler: () => 1 }),
  one(Object.assign(function area(x) { return x; }, { description, parameters })),
]));
"""


def test_a_wrong_declaration_is_one_sentence() -> None:
    known = "name, description, parameters, returns, handler, approval, rate, timeout"
    described = "needs a description: it is all the model knows of it."
    no_schema = "has parameters that are not a JSON Schema of an object."
    expected = [
        "A tool needs a name.",
        f'The tool "handler" {described}',
        "A tool needs a name.",
        f'The tool "a" {described}',
        'The tool "a" needs a handler, a function.',
        'The tool "a" takes arguments and needs parameters, a JSON Schema of them.',
        f'The tool "a" {no_schema}',
        f'The tool "a" {no_schema}',
        'The tool "a" has parameters that JSON cannot carry (Converting circular structure to JSON',
        f'The tool "a" has approve, which is not known; there are: {known}.',
        "A tool is a function or an object.",
        "A tool is a function or an object.",
    ]
    said = json.loads(run_module(DECLARED))
    assert said[-2:] == ["fine", "fine"]
    for sentence, words in zip(said[:-2], expected, strict=True):
        assert sentence.startswith(f"DeclarationError: {words}")


REFUSED = """
import { PageTools } from './tools/page_tools.js';

const tools = new PageTools();
const said = [];
const note = (error) => said.push(`${error.kind}: ${error.message}`);
try { tools.addOpenApi({}, { allow: ['https://a.example/v1'] }); } catch (error) { note(error); }
await tools.addMcp('http://127.0.0.1:9/mcp').catch(note);
await tools.addMcp('nonsense').catch(note);
tools.addOpenApi({}, { allow: ['http://127.0.0.1:9'] });
const request = { method: 'GET', headers: {}, body: null };
const call = (url) => JSON.stringify({ source: 0, name: 'x', arguments: { ...request, url } });
const urls = ['http://127.0.0.1:8/', 'http://127.0.0.1:9@evil.example/', 'file:///x', 'http://127.0.0.1:9/'];
for (const url of urls) {
  note(JSON.parse(await tools.invoke(call(url), new AbortController().signal, () => {})).error);
}
console.log(JSON.stringify(said));
"""


def test_only_allowed_origins_are_asked() -> None:
    said = json.loads(run_module(REFUSED))
    assert (
        said[0] == 'ToolError: "https://a.example/v1" is not an origin such as https://host or http://host:8000.'
    )
    for sentence, url in zip(said[1:3], ["http://127.0.0.1:9/mcp", "nonsense"], strict=True):
        assert sentence.startswith(f"ToolError: The MCP server at {url} could not be asked for its tools: ")
    for sentence in said[3:6]:
        assert sentence.endswith("is not an allowed origin; allowed: http://127.0.0.1:9")
    assert said[6].startswith("ToolError: GET http://127.0.0.1:9/: no answer (")
