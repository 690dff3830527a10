"""The agent for Python on somebody's own page, by PyScript: in MicroPython (``mpy``) and in Pyodide (``py``).

    from codeact_agent.page import agent, tool

docs/pyscript.md tells all of it. The loop itself does not run here: it runs in the frame of the
``<codeact-agent>`` that an ``Agent`` drives.
"""

from codeact_agent.page.agent import Agent, agent
from codeact_agent.page.declaring import tool
from codeact_agent.page.javascript import RunError
from codeact_agent.page.result import RunResult

__all__ = ["Agent", "RunError", "RunResult", "agent", "tool"]
