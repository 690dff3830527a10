"""Put packages into a site: the wheels, the lock file that names them, and the manifest.

The lock file is the allowlist: what it does not name cannot be imported (docs/adr/0010).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from codeact_server.bundle.output import Output
from codeact_server.bundle.package import LOCK_FIELDS
from codeact_server.bundle.resolve import Resolved
from codeact_server.bundle.target import Target

__all__ = ["lock_file", "write_packages"]

_FOLDER = "packages/"  # relative to the manifest


def write_packages(out: Output, manifest: dict[str, Any], packages: Iterable[Resolved], target: Target) -> None:
    """Write the files of ``packages``, their lock file, and ``manifest`` completed by both.

    ``manifest`` is what ``write_sandbox`` gives, or that of a site whose packages are replaced.
    """
    carried = list(packages)
    for each in carried:
        out.write(f"sandbox/{_FOLDER}{each.package.spec.file_name}", each.package.path.read_bytes())
    lock = lock_file(carried, target)
    name = out.write_hashed("sandbox/assets/pyodide-lock.json", lock)
    complete = {
        **manifest,
        "assets": {**manifest["assets"], "lock": name.removeprefix("sandbox/")},
        "bytes": {**manifest["bytes"], "lock": len(lock)},
        "packages": _FOLDER,
    }
    out.write("sandbox/manifest.json", json.dumps(complete, indent=2, sort_keys=True).encode())


def lock_file(packages: Iterable[Resolved], target: Target) -> bytes:
    """``pyodide-lock.json`` with exactly ``packages``, for Pyodide's loader."""
    info = {key: getattr(target.info, key) for key in ("abi_version", "arch", "platform", "python")}
    entries = {each.package.name: _entry(each) for each in packages}
    return json.dumps({"info": info, "packages": entries}, sort_keys=True).encode()


def _entry(resolved: Resolved) -> dict[str, object]:
    """Field by field: pyodide-lock 0.2, which Python 3.12 gets, has other methods and writes more than 0.1."""
    entry = {key: getattr(resolved.package.spec, key) for key in LOCK_FIELDS}
    return {**entry, "depends": list(resolved.depends)}
