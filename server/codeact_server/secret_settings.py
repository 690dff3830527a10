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

    ``called`` is the setting's whole name, for the sentence of the SettingsError. No message repeats what was typed.
    """
    if becomes in table:
        written = called.rpartition(".")[0] + f".{becomes}"
        raise SettingsError([f"{path}: `{written}` must not be written down here; name a variable in `{called}`."])
    if key not in table:
        return
    variable = table.pop(key)
    if not isinstance(variable, str) or not _VARIABLE.fullmatch(variable):
        raise SettingsError([f"{path}: `{called}` must be the NAME of an environment variable."])
    if not environ.get(variable, "").strip():
        raise SettingsError([f"The environment variable {variable}, named in {path}, is not set."])
    table[becomes] = environ[variable].strip()
