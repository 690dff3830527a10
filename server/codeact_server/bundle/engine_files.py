"""The files of each engine for models in the browser: what a kiosk without such a model need not keep.

Called by ``service_worker``. Chunks are named by esbuild, so what belongs to an engine is found by the imports.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

__all__ = ["engine_files"]

_BEGINS = {"wllama": ("wllama-", "vendor/wllama."), "webllm": ("webllm-", "webllm_worker.")}
"""How the names of the files begin that web/providers, and the engine itself, load when a model is chosen."""
_IMPORT = re.compile(rb"""\b(?:from|import)\s*["']\./([\w.-]+\.js)["']""")


def engine_files(files: Mapping[str, bytes]) -> dict[str, list[str]]:
    """``{engine: names}`` of those among ``files`` that are for this engine alone.

    >>> engine_files({"page.js": b'import"./a.js"', "a.js": b"", "b.js": b"",
    ...     "wllama-1.js": b'import"./a.js";import{x}from"./b.js"', "vendor/wllama.wasm": b""})["wllama"]
    ['b.js', 'vendor/wllama.wasm', 'wllama-1.js']
    """
    found = {}
    for engine, begins in _BEGINS.items():
        theirs = _imported(files, (name for name in files if name.startswith(begins)))
        others = _imported(files, files.keys() - theirs)
        found[engine] = sorted(theirs - others)
    return found


def _imported(files: Mapping[str, bytes], names: Iterable[str]) -> set[str]:
    """``names`` and all that they import, but what they load later."""
    found: set[str] = set()
    new = set(names)
    while new:
        found |= new
        scripts = (files[name] for name in new if name.endswith(".js") and "/" not in name)
        new = {each.decode() for script in scripts for each in _IMPORT.findall(script)} & files.keys() - found
    return found
