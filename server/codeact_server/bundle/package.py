"""One file that a bundle carries, and what it needs; read from a wheel."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path

from packaging.metadata import Metadata
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import InvalidWheelFilename, NormalizedName, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version
from pyodide_lock import PackageSpec, parse_top_level_import_name

from codeact_server.bundle.errors import BundleError
from codeact_server.bundle.target import Target

__all__ = ["LOCK_FIELDS", "Package", "parse_name", "read_wheel", "sha256_of"]

LOCK_FIELDS = (
    "depends",
    "file_name",
    "imports",
    "install_dir",
    "name",
    "package_type",
    "sha256",
    "unvendored_tests",
    "version",
)


@dataclass(frozen=True)
class Package:
    """A file at ``path`` and its entry in the lock file; ``requires`` are what its metadata says, unfiltered."""

    path: Path
    spec: PackageSpec
    requires: tuple[Requirement, ...]

    @property
    def name(self) -> NormalizedName:
        """In the normal form of PEP 503."""
        return canonicalize_name(self.spec.name)

    def satisfies(self, specifier: SpecifierSet) -> bool:
        """Whether the version is among those wanted; a pre-release is, where it is what there is."""
        try:
            return specifier.contains(Version(self.spec.version), prereleases=True)
        except InvalidVersion:  # Pyodide has C libraries with versions of their own making
            return not specifier

    def __str__(self) -> str:
        return f"{self.spec.name} {self.spec.version}"


def read_wheel(path: Path, target: Target) -> Package:
    """The package in a wheel. Raises BundleError if it is none, or none for ``target``."""
    name, version = parse_name(path, target)
    try:
        metadata = _metadata(path)
        required_python, requires = metadata.requires_python, metadata.requires_dist
        # Its order follows the archive's, and it misses what is compiled and lies at the top.
        imports = {*(parse_top_level_import_name(path) or ()), *_compiled_modules(path)}
    except (OSError, zipfile.BadZipFile, ExceptionGroup, ValueError, KeyError) as error:
        raise BundleError(f"{path} is not a wheel that can be read: {error}.") from error
    if required_python is not None and not required_python.contains(target.info.python, prereleases=True):
        raise BundleError(f"{path.name} needs Python {required_python}, and this bundle has {target.info.python}.")
    spec = PackageSpec(
        name=name,
        version=str(version),
        file_name=path.name,
        install_dir="site",
        sha256=sha256_of(path),
        imports=sorted(imports),
    )
    return Package(path, spec, tuple(requires or ()))


def parse_name(path: Path, target: Target) -> tuple[NormalizedName, Version]:
    """Name and version from a wheel's file name. Raises BundleError if it says another platform."""
    try:
        name, version, _, tags = parse_wheel_filename(path.name)
    except (InvalidWheelFilename, InvalidVersion) as error:
        raise BundleError(f"{path} is not a wheel: its name is not of the form NAME-VERSION-TAGS.whl.") from error
    if tags.isdisjoint(target.tags):
        raise BundleError(f"{path.name} is not for {target}: give a pure Python wheel or one of that platform.")
    return name, version


def sha256_of(path: Path) -> str:
    """Of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _metadata(path: Path) -> Metadata:
    with zipfile.ZipFile(path) as archive:
        found = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        if len(found) != 1:
            raise ValueError("it has no METADATA")
        return Metadata.from_email(archive.read(found[0]), validate=False)


def _compiled_modules(path: Path) -> set[str]:
    with zipfile.ZipFile(path) as archive:
        return {name.partition(".")[0] for name in archive.namelist() if name.endswith(".so") and "/" not in name}
