"""Both validators, jsonschema in scripts and @cfworker/json-schema in the page, lead to the same sentences."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from codeact_agent.hosts.script.validation import validate
from codeact_agent.problems import sentences
from support.web_modules import run_module

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "support" / "validation_cases.json").read_text(encoding="utf-8")
)
IN_THE_PAGE = """
import { findProblems } from './tools/validation.js';

const cases = JSON.parse(process.argv[2]);
console.log(JSON.stringify(cases.map(({ schema, value }) => findProblems(schema, value))));
"""


@pytest.fixture(scope="module")
def found_in_the_page() -> list[Any]:
    found: list[Any] = json.loads(run_module(IN_THE_PAGE, json.dumps(CASES)))
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: json.dumps(case["schema"])[:60])
def test_in_a_script(case: dict[str, Any]) -> None:
    assert validate(case["schema"], case["value"]) == case["sentences"]


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda number: json.dumps(CASES[number]["schema"])[:60])
def test_in_the_page(found_in_the_page: list[Any], number: int) -> None:
    case = CASES[number]
    assert sentences(found_in_the_page[number], case["schema"], case["value"]) == case["sentences"]


def test_neither_needs_eval() -> None:
    with pytest.raises(subprocess.CalledProcessError) as refused:
        run_module("new Function('return 1')();")
    assert "Code generation from strings disallowed" in refused.value.stderr
