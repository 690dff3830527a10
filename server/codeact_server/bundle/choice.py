"""Which packages a bundle carries, and where they are looked for."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from codeact_server.bundle.distribution import PyodideDistribution
from codeact_server.bundle.errors import BundleError
from codeact_server.bundle.given_source import GivenSource
from codeact_server.bundle.pins import load_pins
from codeact_server.bundle.pip_source import PipSource
from codeact_server.bundle.resolve import PackageSource, Resolved, resolve
from codeact_server.bundle.source_build import build_wheel
from codeact_server.bundle.target import Target
from codeact_server.bundle.wheel_cache import WheelCache, cache_folder

__all__ = ["DEFAULT", "PackageChoice"]

DEFAULT = "default"
_NONE = "none"
_SEPARATOR = re.compile(r",(?!\s*[<>=!~])(?![^\[]*\])")  # not within a version or within extras


@dataclass(frozen=True)
class PackageChoice:
    """``packages`` are requirements as pip knows them, separated by commas.

    ``default`` stands for the default packages, ``none`` for none. ``pyodide_dist`` is a folder or an address.
    """

    packages: str = DEFAULT
    pyodide_dist: str | None = None
    wheels: tuple[Path, ...] = ()
    sources: tuple[Path, ...] = ()

    def roots(self) -> list[Requirement]:
        """What ``packages`` asks for. Raises BundleError."""
        roots: list[Requirement] = []
        for text in filter(None, map(str.strip, _SEPARATOR.split(self.packages))):
            if text == DEFAULT:
                # Without their versions: what a distribution has fits its other packages.
                roots += [Requirement(name) for name in load_pins()]
            elif text != _NONE:
                roots.append(_parse(text))
        return roots

    @contextmanager
    def resolved(self, target: Target, *carried: Path) -> Iterator[list[Resolved]]:
        """The packages with all they need; their files may be gone afterwards.

        ``carried`` are folders of wheels to take before the index is asked. Raises BundleError.
        """
        roots = self.roots()
        cache = cache_folder()
        with tempfile.TemporaryDirectory() as folder:
            built = [
                build_wheel(project, Path(folder, str(number)), target)
                for number, project in enumerate(self.sources)
            ]
            given = GivenSource([*self.wheels, *built], target)
            sources: list[PackageSource] = [given]
            if self.pyodide_dist is not None:
                sources.append(PyodideDistribution(self.pyodide_dist, target, cache))
            pip = PipSource(WheelCache(cache / "wheels", *carried), load_pins(), target)
            if len(sources) == 1:
                pip.fetch_pinned(canonicalize_name(each.name) for each in roots)
            yield resolve([*roots, *given.roots], [*sources, pip], target)


def _parse(text: str) -> Requirement:
    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        raise BundleError(
            f"--packages: {text!r} is not a package's name: {str(error).splitlines()[0]}."
        ) from error
    if requirement.url:
        raise BundleError(f"--packages: {text!r} is an address: fetch the wheel and give it with --wheel.")
    return requirement
