"""Write files of the site: only when they changed, with precompressed siblings, hashed names where wanted."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

import brotli

__all__ = ["Output"]

_COMPRESSED = {".html", ".js", ".mjs", ".css", ".json", ".svg", ".py", ".toml", ".wasm", ".bin", ".md"}
_LARGE = 1_000_000


def _brotli(data: bytes) -> bytes:
    # Quality 11 takes a minute for the wasm and saves 5 %; browsers decode both at the same speed.
    return bytes(brotli.compress(data, quality=9 if len(data) > _LARGE else 11))


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, compresslevel=9, mtime=0)


_PACKERS: dict[str, Callable[[bytes], bytes]] = {".br": _brotli, ".gz": _gzip}


class Output:
    """A folder being filled. ``close`` removes what an earlier build left and this one did not write."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._written: set[Path] = set()

    def write(self, name: str, data: bytes) -> str:
        """Write ``data`` to ``name`` (a relative POSIX path) and its compressed siblings; gives ``name``."""
        path = self.folder / name
        self._written.add(path)
        siblings = {path.with_name(path.name + ending): pack for ending, pack in _PACKERS.items()}
        compressed = path.suffix in _COMPRESSED and len(data) > 500
        if compressed:
            self._written.update(siblings)
        if path.is_file() and path.read_bytes() == data and (not compressed or all(map(Path.is_file, siblings))):
            return name
        path.parent.mkdir(parents=True, exist_ok=True)
        if compressed:
            for sibling, pack in siblings.items():
                sibling.write_bytes(pack(data))
        path.write_bytes(data)  # last: what an interrupted build leaves must not look finished
        return name

    def write_hashed(self, name: str, data: bytes) -> str:
        """Like ``write`` with 16 hex digits of the content's SHA-256 in the name: cacheable for ever."""
        stem, dot, ending = name.rpartition(".")
        return self.write(f"{stem}.{hashlib.sha256(data).hexdigest()[:16]}{dot}{ending}", data)

    def close(self) -> None:
        """Remove stale files and the folders they leave empty."""
        for path in list(self.folder.rglob("*")):
            if path.is_file() and path not in self._written:
                path.unlink()
        for folder in sorted(self.folder.rglob("*"), reverse=True):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
