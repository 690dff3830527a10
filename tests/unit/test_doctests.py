"""The examples in the docstrings of pure modules."""

from __future__ import annotations

import doctest
import importlib

import pytest


@pytest.mark.parametrize(
    ("name", "examples"),
    [
        ("codeact_agent.annotations", 3),
        ("codeact_agent.hosts.script.validation", 1),
        ("codeact_agent.mcp_tools", 1),
        ("codeact_agent.openapi_request", 2),
        ("codeact_agent.openapi_schema", 1),
        ("codeact_agent.parsing", 2),
        ("codeact_agent.problems", 1),
        ("codeact_agent.prompt", 2),
        ("codeact_agent.schema", 3),
        ("codeact_agent.tool_names", 2),
        ("codeact_runtime.audit", 2),
        ("codeact_runtime.code_tree", 2),
        ("codeact_runtime.imports", 2),
        ("codeact_runtime.nesting", 1),
        ("codeact_runtime.source", 1),
        ("codeact_runtime.truncation", 2),
        ("codeact_server.bundle.import_order", 1),
        ("codeact_server.bundle.sparse", 1),
        ("codeact_server.relay.body", 1),
        ("codeact_server.relay.events", 2),
        ("codeact_server.relay.fields", 1),
        ("codeact_server.relay.images", 1),
        ("codeact_server.responses", 1),
    ],
)
def test_examples_hold(name: str, examples: int) -> None:
    failed, attempted = doctest.testmod(importlib.import_module(name))
    assert attempted >= examples
    assert failed == 0
