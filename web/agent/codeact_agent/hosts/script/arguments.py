"""Variables that the caller gives the model's code."""

from __future__ import annotations

import json
import keyword
from collections.abc import Mapping
from typing import Any

from codeact_agent.errors import DeclarationError

__all__ = ["variables_code", "variables_in_words"]


def variables_code(given: Mapping[str, Any]) -> str:
    """Code that sets the variables; raises DeclarationError for what is no name or no JSON value.

    >>> variables_code({"rain": [1, 2]})
    'import json as _json\\nrain = _json.loads(\\'[1, 2]\\')'
    """
    lines = []
    for name, value in given.items():
        if not name.isidentifier() or keyword.iskeyword(name):
            raise DeclarationError(f"additional_args: {name!r} is not a name for a variable")
        try:
            text = json.dumps(value, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise DeclarationError(
                f"additional_args: {name!r} cannot be sent to the sandbox ({error}); give JSON values, and the "
                "rest as files"
            ) from error
        lines.append(f"{name} = _json.loads({text!r})")
    return "\n".join(["import json as _json", *lines]) if lines else ""


def variables_in_words(given: Mapping[str, Any]) -> str:
    """What is added to the task."""
    if not given:
        return ""
    named = ", ".join(f"{name} ({type(value).__name__})" for name, value in given.items())
    return f"\n\nThese variables are there already: {named}."
