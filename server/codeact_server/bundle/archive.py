"""Pack a Python package into a zip whose bytes depend on nothing but its files."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

__all__ = ["zip_package"]

_EPOCH = (1980, 1, 1, 0, 0, 0)


def zip_package(package: Path) -> bytes:
    """The ``.py`` files of ``package`` under its name, sorted, uncompressed (the server compresses)."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(package.rglob("*.py")):
            name = path.relative_to(package.parent).as_posix()
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), path.read_bytes())
    return packed.getvalue()
