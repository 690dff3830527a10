"""What ``import codeact_agent`` offers, and what it must not drag along."""

from __future__ import annotations

import subprocess
import sys

import codeact_agent
import pytest


def _in_a_fresh_interpreter(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


def test_the_surface() -> None:
    assert codeact_agent.__all__ == ["Agent", "McpServer", "OpenApi", "RunResult", "tool"]
    for name in codeact_agent.__all__:
        assert callable(getattr(codeact_agent, name))


def test_other_names_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match="module 'codeact_agent' has no attribute 'Loop'"):
        codeact_agent.Loop  # noqa: B018


@pytest.mark.parametrize(
    ("code", "heavy"),
    [
        ("import codeact_agent", False),
        ("from codeact_agent import tool", False),
        ("from codeact_agent import McpServer, OpenApi", False),
        ("from codeact_agent import Agent", True),
    ],
)
def test_a_browser_driver_is_loaded_only_for_an_agent(code: str, heavy: bool) -> None:
    loaded = _in_a_fresh_interpreter(f"{code}\nimport sys\nprint('playwright' in sys.modules)")
    assert loaded == f"{heavy}\n"


def test_importing_prints_nothing() -> None:
    assert _in_a_fresh_interpreter("import codeact_agent, codeact_runtime, codeact_server.app") == ""
