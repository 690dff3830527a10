"""Secrets are never written into codeact.toml: it names the environment variable that holds one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from codeact_server.errors import SettingsError

__all__ = ["secret_of"]

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def secret_of(
    table: dict[str, Any], key: str, becomes: str, called: str, path: Path, environ: Mapping[str, str]
) -> None:
    """Replace ``table[key]``, the name of a variable, by its value at ``table[becomes]``, if it is there.

    ``called`` is the setting's whole name, for the sentence of the SettingsError, which repeats nothing of what
    was typed.
    """
    if becomes in table:
        raise SettingsError([f"{path}: `{called}` must name a variable; the secret is not written down here."])
    if key not in table:
        return
    variable = table.pop(key)
    if not isinstance(variable, str) or not _VARIABLE.fullmatch(variable):
        raise SettingsError([f"{path}: `{called}` must be the NAME of an environment variable."])
    if not environ.get(variable, "").strip():
        raise SettingsError([f"The environment variable {variable}, named in {path}, is not set."])
    table[becomes] = environ[variable].strip()
