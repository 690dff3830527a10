"""A copy of the built site with other settings, for tests of what an operator can decide."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["change_file", "copy_site"]


def copy_site(site: Path, copy: Path, **settings: Any) -> Path:
    """A copy, of links where that is possible, whose ``site.json`` says ``settings``; gives ``copy``."""
    shutil.copytree(site, copy, copy_function=_link)
    change_file(copy / "site.json", lambda text: json.dumps({**json.loads(text), **settings}))
    return copy


def change_file(path: Path, change: Callable[[str], str]) -> None:
    """Replace a file by its changed text, and the compressed ones beside it, which would be served instead."""
    text = change(path.read_text())
    for each in (path, *(path.with_name(path.name + ending) for ending in (".br", ".gz"))):
        each.unlink(missing_ok=True)  # a link: the original stays
    path.write_text(text)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)
