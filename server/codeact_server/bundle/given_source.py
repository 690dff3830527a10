"""Packages that were named as files: with --wheel, or built from --source."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from codeact_server.bundle.errors import BundleError
from codeact_server.bundle.package import Package, read_wheel
from codeact_server.bundle.target import Target

__all__ = ["GivenSource"]


class GivenSource:
    """The wheels at ``paths``, of each package at most one. Raises BundleError for what is no wheel for us."""

    def __init__(self, paths: Iterable[Path], target: Target) -> None:
        self._packages: dict[NormalizedName, Package] = {}
        for path in paths:
            if not path.is_file():
                raise BundleError(f"{path} is not a file.")
            package = read_wheel(path, target)
            other = self._packages.setdefault(package.name, package)
            if other.spec.sha256 != package.spec.sha256:
                raise BundleError(f"{other.path} and {path} are both of {package.name}: give one of them.")

    @property
    def roots(self) -> list[Requirement]:
        """What was given is wanted, in exactly that version."""
        return [Requirement(f"{each.name}==={each.spec.version}") for each in self._packages.values()]

    def find(self, name: NormalizedName, specifier: SpecifierSet) -> Package | None:
        """See PackageSource."""
        package = self._packages.get(name)
        return package if package and package.satisfies(specifier) else None

    def why_not(self, name: NormalizedName) -> str:
        """Only if it was given: another version is wanted."""
        return f"but {self._packages[name]} was given" if name in self._packages else ""
