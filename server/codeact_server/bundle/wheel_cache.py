"""Wheels that were fetched before: a build needs the network only for new ones."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import platformdirs
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name, parse_wheel_filename

from codeact_server.bundle.errors import BundleError
from codeact_server.bundle.package import sha256_of
from codeact_server.bundle.source import Source
from codeact_server.bundle.target import Target

__all__ = ["WheelCache", "cache_folder", "keep"]


def cache_folder() -> Path:
    """``build/cache`` of the checkout, else the user's cache folder for this program."""
    root = Source.find_root()
    return root / "build" / "cache" if root else platformdirs.user_cache_path("codeact-web")


class WheelCache:
    """A folder of wheels by file name, and folders in which pinned wheels are looked for too."""

    def __init__(self, folder: Path, *more: Path) -> None:
        self.folder = folder
        self._more = more

    def with_hash(self, name: NormalizedName, hashes: frozenset[str]) -> Path | None:
        """A wheel of the package ``name`` whose SHA-256 is one of ``hashes``."""
        found = (path for folder in (self.folder, *self._more) for path in _wheels(folder, name))
        return next((path for path in found if sha256_of(path) in hashes), None)

    def newest(self, name: NormalizedName, specifier: SpecifierSet, target: Target) -> Path | None:
        """The wheel for ``target`` of the highest version wanted; one with compiled code before a pure one.

        Pre-releases count only where ``specifier`` names one.
        """
        fitting = []
        early = bool(specifier.prereleases)
        for path in _wheels(self.folder, name):
            _, version, build, tags = parse_wheel_filename(path.name)
            if tags & target.tags and specifier.contains(version, prereleases=early):
                pure = all(tag.platform == "any" for tag in tags)
                fitting.append((version, not pure, build, path.name, path))
        return max(fitting)[-1] if fitting else None

    def add(self, wheel: Path) -> Path:
        """Copy ``wheel`` in; gives its new place. Raises BundleError where the folder cannot be written."""
        return keep(self.folder / wheel.name, wheel.read_bytes())


def _wheels(folder: Path, name: NormalizedName) -> Iterator[Path]:
    for path in sorted(folder.glob("*.whl")):
        if canonicalize_name(path.name.partition("-")[0]) == name:
            yield path


def keep(path: Path, content: bytes) -> Path:
    """Write a file into the cache; gives ``path``. A build beside this one sees all of it or nothing.

    Raises BundleError where it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            part = Path(folder, path.name)
            part.write_bytes(content)
            part.replace(path)
    except OSError as error:
        raise BundleError(f"The cache {path.parent} cannot be written: {error.strerror}.") from error
    return path
