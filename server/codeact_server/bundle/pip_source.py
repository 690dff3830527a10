"""Wheels from the package index, by pip; from the cache where they are there already."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from codeact_server.bundle.errors import BundleError
from codeact_server.bundle.package import Package, read_wheel, sha256_of
from codeact_server.bundle.pins import Pin
from codeact_server.bundle.target import Target
from codeact_server.bundle.wheel_cache import WheelCache

__all__ = ["PipSource"]

_QUIET = ("--quiet", "--disable-pip-version-check", "--no-input")


class PipSource:
    """Pinned packages in their pinned version, wherever that is among those wanted; others in the newest.

    A wheel in the cache that will do is taken before the index is asked, so the same cache gives the same
    bundle and a second build needs no network.
    """

    def __init__(self, cache: WheelCache, pins: Mapping[NormalizedName, Pin], target: Target) -> None:
        self._cache = cache
        self._pins = pins
        self._target = target

    def find(self, name: NormalizedName, specifier: SpecifierSet) -> Package | None:
        """See PackageSource. Raises BundleError without pip, or for a wheel whose hash is not the pinned one."""
        pin = self._pins.get(name)
        if pin and all(specifier.contains(each.version) for each in pin.requirement.specifier):
            path = self._cache.with_hash(name, pin.hashes)
            if path is None:
                self.fetch_pinned([name])
                path = self._cache.with_hash(name, pin.hashes)
        else:
            path = self._cache.newest(name, specifier, self._target) or self._fetch_newest(name, specifier)
        return read_wheel(path, self._target) if path else None

    def why_not(self, name: NormalizedName) -> str:
        """Asks the index whether it has the name at all."""
        if self._pip("index", "versions", name).returncode == 0:
            return "which pip knows, but not as such a wheel"
        return "of which pip finds nothing: a wrong name, or no network"

    def fetch_pinned(self, names: Iterable[NormalizedName]) -> None:
        """Fetch all of ``names`` that are pinned and not in the cache, in one go. Raises BundleError."""
        pins = {name: self._pins[name] for name in names if name in self._pins}
        missing = [pin for name, pin in pins.items() if not self._cache.with_hash(name, pin.hashes)]
        if not missing:
            return
        with tempfile.TemporaryDirectory() as folder:
            done = self._download(folder, *(str(pin.requirement) for pin in missing))
            if done.returncode:
                raise BundleError(f"pip could not fetch pinned packages. {_last_error(done)}")
            hashes = frozenset().union(*(pin.hashes for pin in missing))
            for wheel in sorted(Path(folder).iterdir()):
                if (sha256 := sha256_of(wheel)) not in hashes:
                    raise BundleError(
                        f"{wheel.name} from the index has the SHA-256 {sha256}, which is not pinned."
                    )
                self._cache.add(wheel)

    def _fetch_newest(self, name: NormalizedName, specifier: SpecifierSet) -> Path | None:
        with tempfile.TemporaryDirectory() as folder:
            if self._download(folder, f"{name}{specifier}").returncode:
                return None
            return self._cache.add(next(Path(folder).iterdir()))

    def _download(self, folder: str, *requirements: str) -> subprocess.CompletedProcess[str]:
        target = self._target
        platform = ("--platform", target.platform, "--python-version", target.python)
        interpreter = ("--implementation", "cp", "--abi", target.abi, "--only-binary=:all:")
        return self._pip("download", "--no-deps", "--dest", folder, *platform, *interpreter, *requirements)

    def _pip(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        if find_spec("pip") is None:
            raise BundleError(f"pip is missing, which fetches packages. Run: {sys.executable} -m ensurepip")
        command = [sys.executable, "-m", "pip", *arguments, *_QUIET]
        return subprocess.run(command, capture_output=True, text=True, check=False)


def _last_error(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR: ")]
    return lines[-1].removeprefix("ERROR: ") if lines else f"It ended with {done.returncode}."
