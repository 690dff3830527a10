"""Find the packages a bundle needs: what is wanted, and all that those want, for the interpreter in the bundle.

pip cannot be asked for this: it reads environment markers for the Python it runs in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name

from codeact_server.bundle.errors import BundleError
from codeact_server.bundle.package import Package
from codeact_server.bundle.target import Target

__all__ = ["PackageSource", "Resolved", "resolve"]

_ROUNDS = 100  # each settles at least one version; deeper chains of changed minds than this go round in circles


class PackageSource(Protocol):
    """Where packages come from."""

    def find(self, name: NormalizedName, specifier: SpecifierSet) -> Package | None:
        """The best package of that name in a version wanted, or None. Raises BundleError if it is broken."""

    def why_not(self, name: NormalizedName) -> str:
        """What is known of a package that ``find`` did not give; empty if nothing."""


@dataclass(frozen=True)
class Resolved:
    """A package and the names of those it needs here."""

    package: Package
    depends: tuple[NormalizedName, ...]


@dataclass
class _Demand:
    specifier: SpecifierSet = field(default_factory=SpecifierSet)
    by: set[str] = field(default_factory=set)
    depends: set[NormalizedName] = field(default_factory=set)


def resolve(roots: Iterable[Requirement], sources: Sequence[PackageSource], target: Target) -> list[Resolved]:
    """``roots`` and everything they need, sorted by name; of each name the first source that has it counts.

    A version once taken is given up only for one that a later demand allows; nothing else is tried again.
    Raises BundleError that names every missing package and who wants it.
    """
    wanted = list(roots)
    found: dict[NormalizedName, Package | None] = {}
    for _ in range(_ROUNDS):
        demands = _walk(wanted, found, target)
        changed = False
        for name, demand in demands.items():
            package = found.get(name)
            if name not in found or (package is not None and not package.satisfies(demand.specifier)):
                found[name] = _find(name, demand.specifier, sources)
                changed = True
        if not changed:
            return _finish(demands, found, sources, target)
    raise BundleError(
        "The packages do not agree on versions: say some of them exactly, as in --packages NAME==VERSION."
    )


def _find(name: NormalizedName, specifier: SpecifierSet, sources: Sequence[PackageSource]) -> Package | None:
    return next((package for source in sources if (package := source.find(name, specifier))), None)


def _walk(
    roots: list[Requirement], found: dict[NormalizedName, Package | None], target: Target
) -> dict[NormalizedName, _Demand]:
    """What is demanded, as far as the packages found so far tell."""
    demands: dict[NormalizedName, _Demand] = {}
    seen: set[tuple[NormalizedName, str]] = set()
    queue = [(each, "you") for each in roots if target.wants(each.marker)]
    while queue:
        requirement, by = queue.pop()
        name = canonicalize_name(requirement.name)
        demand = demands.setdefault(name, _Demand())
        demand.specifier &= requirement.specifier
        demand.by.add(by)
        package = found.get(name)
        for extra in ("", *sorted(requirement.extras)):
            if package is None or (name, extra) in seen:
                continue
            seen.add((name, extra))
            needs = [each for each in package.requires if target.wants(each.marker, canonicalize_name(extra))]
            demand.depends |= {canonicalize_name(each.name) for each in needs} - {name}
            queue += [(each, str(package)) for each in needs]
    return demands


def _finish(
    demands: dict[NormalizedName, _Demand],
    found: dict[NormalizedName, Package | None],
    sources: Sequence[PackageSource],
    target: Target,
) -> list[Resolved]:
    missing = []
    resolved = []
    for name, demand in sorted(demands.items()):
        package = found[name]
        if package is None:
            reasons = [reason for source in sources if (reason := source.why_not(name))]
            missing.append(f"{name}{demand.specifier} ({', '.join([f'wanted by {_join(demand.by)}', *reasons])})")
        else:
            resolved.append(Resolved(package, tuple(sorted(demand.depends))))
    if missing:
        raise BundleError(
            f"No wheel for {target} was found of: {'; '.join(missing)}. "
            "Compiled packages such as numpy are in Pyodide's own distribution: name one with --pyodide-dist."
        )
    return resolved


def _join(names: set[str]) -> str:
    return " and ".join(sorted(names))
