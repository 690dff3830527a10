"""What the runtime promises, in all its cases.

Run by test_cpython.py with a fake host, and by test_pyodide.py in the real sandbox.
"""

from contract.cases_approval import APPROVAL
from contract.cases_awaited import ASKING, AWAITED, SANDBOX_TOOLS
from contract.cases_errors import ANSWERS, ERRORS
from contract.cases_shown import DISPLAY, NUMBERS, VARIABLES
from contract.cases_time import TIME_CASES
from contract.cases_tools import TOOL_CASES, TOOLS
from contract.cases_values import OUTPUT, VALUES

__all__ = ["CASES", "TIME_CASES", "TOOLS"]

CASES = (
    VALUES
    + OUTPUT
    + ERRORS
    + ANSWERS
    + DISPLAY
    + VARIABLES
    + NUMBERS
    + TOOL_CASES
    + AWAITED
    + ASKING
    + SANDBOX_TOOLS
    + APPROVAL
)
