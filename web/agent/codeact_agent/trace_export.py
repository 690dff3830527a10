"""A trace in the forms people take it away in. Portable, so that the page offers them offline."""

import json

from codeact_agent.trace_markdown import as_markdown
from codeact_agent.trace_notebook import as_notebook
from codeact_agent.trace_script import as_script

__all__ = ["FORMS", "export"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

# Form (and the ending of its files): MIME type.
FORMS = {
    "json": "application/json",
    "ipynb": "application/x-ipynb+json",
    "py": "text/x-python",
    "md": "text/markdown",
}


def export(document: dict[str, "Any"], form: str) -> str:
    """The text of a file with ``document``, a trace. ``form`` is one of FORMS; raises KeyError for others."""
    writer = _WRITERS[form]
    return writer(document)


_WRITERS: "dict[str, Callable[..., str]]" = {
    "json": json.dumps,
    "ipynb": lambda document: json.dumps(as_notebook(document)),
    "py": as_script,
    "md": as_markdown,
}
