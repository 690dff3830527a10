"""One sentence of help for an import that failed while the code ran."""

from __future__ import annotations

import difflib
import sys

from codeact_runtime.imports import Policy

__all__ = ["hint"]

_close_to = difflib.get_close_matches


def hint(error: BaseException, policy: Policy) -> str | None:
    """What to import instead, or None where there is nothing to add to the error's own words.

    For ModuleNotFoundError the nearest module; for ``from math import squareroot`` the nearest name in it
    (Python 3.12 and newer, where the error says which name was wanted).
    """
    if isinstance(error, ModuleNotFoundError) and error.name:
        top, _, rest = error.name.partition(".")
        if rest and top in sys.modules:
            return _of_module(top, rest)
        return None if policy.carries(top) else f"{policy.missing(top)} {policy.available()}"
    if isinstance(error, ImportError) and error.name:
        wanted = getattr(error, "name_from", None)
        return _of_module(error.name, wanted) if wanted else None
    return None


def _of_module(module: str, wanted: str) -> str | None:
    names = (
        [name for name in vars(sys.modules[module]) if not name.startswith("_")] if module in sys.modules else []
    )
    near = _close_to(wanted, names, n=3, cutoff=0.5)
    return f"{module} has no {wanted}; nearest: {', '.join(near)}." if near else f"{module} has no {wanted}."
