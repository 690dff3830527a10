"""The site's service worker, ``sw.js``: the list of what it keeps, and its code.

Called last by ``site``: the list names every file, so a change of any of them makes a new version.
"""

from __future__ import annotations

import base64
import hashlib
import json
from importlib.metadata import version
from pathlib import Path

from codeact_server.bundle.engine_files import engine_files
from codeact_server.bundle.errors import BundleError
from codeact_server.bundle.javascript import bundle_service_worker
from codeact_server.bundle.output import EDITED, HASHED_NAME, Output
from codeact_server.bundle.source import Source

__all__ = ["site_list", "write_service_worker", "write_service_worker_code"]

_SCRIPT = "sw.js"
_CODE = "service_worker"
_FRESH = (*EDITED, "recordings/index.json", "recordings/")
"""What operators change after the build: asked of the server each time, so no hash of theirs is listed."""
_LEFT_OUT = (f"{_CODE}.", "script_host.")
"""What the browser keeps with the worker itself; and what only a script's headless browser opens."""


def write_service_worker_code(source: Source, out: Output) -> None:
    """Write the worker's code, under a name with its hash."""
    out.write_hashed(f"{_CODE}.js", bundle_service_worker(source))


def write_service_worker(out: Output) -> None:
    """Write ``sw.js`` for the files that ``out`` has so far, the code among them."""
    code = [name for name in out.names if name.startswith(f"{_CODE}.") and name.endswith(".js")]
    if len(code) != 1:
        raise BundleError(f"The site has no {_CODE}, or more than one. Build it again: make site")
    files = {name: (out.folder / name).read_bytes() for name in out.names if _is_listed(name)}
    listed = json.dumps(site_list(files), separators=(",", ":"), sort_keys=True)
    out.write(_SCRIPT, f"self.CODEACT_SITE={listed};\nimportScripts({json.dumps(code[0])});\n".encode())


def site_list(files: dict[str, bytes]) -> dict[str, object]:
    """What the worker is told: ``files`` in workbox's form, the version, what operators edit, and which files are
    wanted only with an engine for models in the browser.

    Pages have no ``integrity``: servers change the policy in them.

    >>> site_list({"page.js": b"1"})["files"][0]["url"]
    'page.js'
    """
    entries = []
    digest = hashlib.sha256()
    for name, data in sorted(files.items()):
        sha256 = hashlib.sha256(data).digest()
        digest.update(name.encode() + sha256)
        revision = None if HASHED_NAME.search(name) else sha256.hex()[:16]
        entry: dict[str, object] = {"url": name, "revision": revision}
        if not name.endswith(".html") or "/" in name:
            entry["integrity"] = f"sha256-{base64.b64encode(sha256).decode()}"
        entries.append(entry)
    return {
        "version": f"{version('codeact-web')}+{digest.hexdigest()[:8]}",
        "files": entries,
        "edited": _FRESH,
        "engines": engine_files(files),
    }


def _is_listed(name: str) -> bool:
    """Compressed siblings are another form of what is listed already; names with a dot first are for hosts."""
    if name == _SCRIPT or name.startswith((".", *_LEFT_OUT, *_FRESH)):
        return False
    return Path(name).suffix not in (".br", ".gz")
