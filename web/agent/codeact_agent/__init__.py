"""The CodeAct loop, portable between CPython and MicroPython, and its hosts.

In a script: ``from codeact_agent import Agent, tool``. They are loaded when first used: MicroPython
has no use for them, and they bring Playwright along.
"""

__all__ = ["Agent", "McpServer", "OpenApi", "RunResult", "tool"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from codeact_agent.hosts.script.agent import Agent, RunResult
    from codeact_agent.hosts.script.http import OpenApi
    from codeact_agent.hosts.script.mcp import McpServer
    from codeact_agent.hosts.script.signature import tool


def __getattr__(name: str) -> object:
    if name == "tool":
        from codeact_agent.hosts.script import signature

        return signature.tool
    if name == "McpServer":
        from codeact_agent.hosts.script import mcp

        return mcp.McpServer
    if name == "OpenApi":
        from codeact_agent.hosts.script import http

        return http.OpenApi
    if name in ("Agent", "RunResult"):
        from codeact_agent.hosts.script import agent

        return getattr(agent, name)
    raise AttributeError(f"module 'codeact_agent' has no attribute {name!r}")
