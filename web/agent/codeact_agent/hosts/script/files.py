"""Files that the caller gives the model's code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from codeact_agent.errors import DeclarationError

__all__ = ["read_given", "read_prelude"]


def read_prelude(prelude: Iterable[Path] | Mapping[str, str]) -> list[dict[str, str]]:
    """Source that runs in the sandbox, as ``{name, source}``. Raises DeclarationError for what cannot be read.

    >>> read_prelude({"units": "x = 1"})
    [{'name': 'units', 'source': 'x = 1'}]
    """
    if isinstance(prelude, Mapping):
        return [{"name": name, "source": source} for name, source in prelude.items()]
    read = []
    for path in prelude:
        try:
            read.append({"name": path.stem, "source": path.read_text(encoding="utf-8")})
        except (OSError, UnicodeDecodeError) as error:
            raise DeclarationError(f"prelude: {path} cannot be read: {error}") from error
    return read


def read_given(files: Iterable[str | Path] | Mapping[str, bytes]) -> dict[str, bytes]:
    """Bytes by name below /data. Raises DeclarationError for a path that cannot be read or a bad name."""
    if isinstance(files, Mapping):
        for name in files:
            if not name or PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
                raise DeclarationError(f"files: {name!r} is not a path below /data")
        return dict(files)
    read = {}
    for path in map(Path, files):
        try:
            read[path.name] = path.read_bytes()
        except OSError as error:
            raise DeclarationError(f"files: {path} cannot be read: {error.strerror}") from error
    return read
