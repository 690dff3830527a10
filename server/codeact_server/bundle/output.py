"""Write files of the site: only when they changed, with precompressed siblings, hashed names where wanted."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import brotli

from codeact_server.bundle.errors import BundleError

__all__ = ["EDITED", "HASHED_NAME", "RECORD", "Output"]

RECORD = ".codeact-web-files"
HASHED_NAME = re.compile(r"\.[0-9a-f]{16}\.[a-z]+$")
EDITED = ("site.json", "kiosk.json", "sandbox/limits.json")
"""Operators edit these where they lie: a compressed sibling would go on saying what they said before."""
_MANIFEST = "sandbox/manifest.json"  # of a site built before there was a record

_COMPRESSED = {".html", ".js", ".mjs", ".css", ".json", ".svg", ".py", ".toml", ".wasm", ".bin", ".md"}
_LARGE = 1_000_000


def _brotli(data: bytes) -> bytes:
    # Quality 11 takes a minute for the wasm and saves 5 %; browsers decode both at the same speed.
    return bytes(brotli.compress(data, quality=9 if len(data) > _LARGE else 11))


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, compresslevel=9, mtime=0)


_PACKERS: dict[str, Callable[[bytes], bytes]] = {".br": _brotli, ".gz": _gzip}


class Output:
    """A folder being filled. ``close`` removes what an earlier build wrote and this one did not.

    What was written is recorded in ``.codeact-web-files``; other files are never touched. A folder that
    holds files and no record is refused with BundleError, and so is one that cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._record = folder / RECORD
        self._written: set[str] = set()
        try:
            ours = not folder.exists() or self._record.is_file() or (folder / _MANIFEST).is_file()
            if not ours and any(folder.iterdir()):
                raise BundleError(f"{folder} holds files that are not of a bundle: name a new or an empty folder.")
            folder.mkdir(parents=True, exist_ok=True)
            self._record.open("a").close()
        except OSError as error:
            raise BundleError(f"{folder} cannot be written: {error.strerror}.") from error
        self._before = set(self._record.read_text().splitlines())

    @property
    def names(self) -> list[str]:
        """What has been written so far, compressed siblings included, in order."""
        return sorted(self._written)

    def write(self, name: str, data: bytes) -> str:
        """Write ``data`` to ``name`` (a relative POSIX path) and its compressed siblings; gives ``name``."""
        path = self.folder / name
        siblings = {path.with_name(path.name + ending): pack for ending, pack in _PACKERS.items()}
        compressed = path.suffix in _COMPRESSED and len(data) > 500 and name not in EDITED
        self._note(name, *(f"{name}{ending}" for ending in _PACKERS if compressed))
        if path.is_file() and path.read_bytes() == data and (not compressed or all(map(Path.is_file, siblings))):
            return name
        if compressed:
            for sibling, pack in siblings.items():
                _write(sibling, pack(data))
        _write(path, data)  # last: what an interrupted build leaves must not look finished
        return name

    def write_hashed(self, name: str, data: bytes) -> str:
        """Like ``write`` with 16 hex digits of the content's SHA-256 in the name: cacheable for ever."""
        stem, dot, ending = name.rpartition(".")
        return self.write(f"{stem}.{hashlib.sha256(data).hexdigest()[:16]}{dot}{ending}", data)

    def copy(self, name: str, data: bytes) -> None:
        """Write ``data`` to ``name`` alone: siblings are copied likewise."""
        path = self.folder / name
        self._note(name)
        if not path.is_file() or path.read_bytes() != data:
            _write(path, data)

    def close(self) -> None:
        """Remove stale files and the folders they leave empty."""
        for name in sorted(self._before - self._written):
            path = self.folder / name
            path.unlink(missing_ok=True)
            for folder in list(path.parents)[: name.count("/")]:
                if folder.is_dir() and not any(folder.iterdir()):
                    folder.rmdir()
        _write(self._record, "".join(f"{name}\n" for name in sorted(self._written)).encode())

    def _note(self, *names: str) -> None:
        """In the record before in the folder: a build that is interrupted leaves nothing unrecorded."""
        new = set(names) - self._written - self._before
        self._written.update(names)
        if new:
            with self._record.open("a") as record:
                record.writelines(f"{name}\n" for name in sorted(new))


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise BundleError(f"{path} cannot be written: {error.strerror}.") from error
