"""Pack Python packages into a zip whose bytes depend on nothing but their files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from codeact_server.bundle.errors import BundleError

__all__ = ["installed_package", "zip_package"]

_EPOCH = (1980, 1, 1, 0, 0, 0)


def zip_package(*packages: Path, others: Mapping[str, bytes] | None = None) -> bytes:
    """The ``.py`` files of each of ``packages`` under its name, and ``others`` by their paths.

    Sorted within each, uncompressed (the server compresses).
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for package in packages:
            for path in sorted(package.rglob("*.py")):
                name = path.relative_to(package.parent).as_posix()
                archive.writestr(zipfile.ZipInfo(name, _EPOCH), path.read_bytes())
        for name, content in sorted((others or {}).items()):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content)
    return packed.getvalue()


def installed_package(name: str) -> Path:
    """Folder of a package in this Python's environment. Raises BundleError if it is not there."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise BundleError(f"The Python package {name} is missing. Run: make setup")
    return Path(spec.origin).parent
