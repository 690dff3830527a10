"""Packages from a Pyodide distribution: a folder, or the address of one, with ``pyodide-lock.json`` and wheels."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import httpx
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from pyodide_lock import PackageSpec

from codeact_server.bundle.errors import BundleError
from codeact_server.bundle.package import LOCK_FIELDS, Package, sha256_of
from codeact_server.bundle.target import Target
from codeact_server.bundle.wheel_cache import keep

__all__ = ["PyodideDistribution"]

_LOCK = "pyodide-lock.json"
_TIMEOUT = httpx.Timeout(30, read=120)


@dataclass(frozen=True)
class _Entry:
    """A package whose file has not been looked at, and the file's address relative to the distribution."""

    package: Package
    address: str

    @classmethod
    def of_lock(cls, entry: dict[str, Any]) -> _Entry:
        address = str(entry["file_name"])
        file_name = PurePosixPath(unquote(urlsplit(address).path)).name
        spec = PackageSpec(**{key: entry[key] for key in LOCK_FIELDS if key in entry} | {"file_name": file_name})
        return cls(Package(Path(file_name), spec, tuple(Requirement(each) for each in spec.depends)), address)


class PyodideDistribution:
    """Its packages are taken as they are, with the dependencies its lock file tells.

    ``where`` is a folder or an http(s) address. Files from an address are kept in ``cache``; the lock file
    too, for when the address cannot be reached. Raises BundleError if there is no distribution for ``target``.
    """

    def __init__(self, where: str, target: Target, cache: Path) -> None:
        self._where = where.rstrip("/") + "/"
        self._remote = urlsplit(where).scheme in ("http", "https")
        self._cache = cache / "distributions" / hashlib.sha256(self._where.encode()).hexdigest()[:16]
        try:
            lock = json.loads(self._read_lock())
            theirs = Target.of_lock(lock)
            entries = {canonicalize_name(name): _Entry.of_lock(entry) for name, entry in lock["packages"].items()}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BundleError(f"{self._where}{_LOCK} is not a lock file of Pyodide ({error!r}).") from error
        if str(theirs) != str(target):
            raise BundleError(f"{where} is for {theirs}, and this bundle for {target}.")
        self._entries = entries

    def find(self, name: NormalizedName, specifier: SpecifierSet) -> Package | None:
        """See PackageSource. Raises BundleError for a file that is missing or not the one the lock names."""
        entry = self._entries.get(name)
        if entry is None or not (package := entry.package).satisfies(specifier):
            return None
        path = self._fetch(entry)
        if (sha256 := sha256_of(path)) != package.spec.sha256:
            raise BundleError(
                f"{path.name} of {self._where} has the SHA-256 {sha256}; its lock file says {package.spec.sha256}."
            )
        return replace(package, path=path)

    def why_not(self, name: NormalizedName) -> str:
        """Only if the distribution has it: another version is wanted."""
        entry = self._entries.get(name)
        return f"but {self._where} has {entry.package.spec.version}" if entry else ""

    def _read_lock(self) -> bytes:
        if not self._remote:
            return self._local(_LOCK).read_bytes()
        kept = self._cache / _LOCK
        try:
            content = self._get(_LOCK)
        except BundleError:
            if not kept.is_file():
                raise
            return kept.read_bytes()
        keep(kept, content)
        return content

    def _fetch(self, entry: _Entry) -> Path:
        name = entry.package.spec.file_name
        if not self._remote:
            return self._local(name)
        kept = self._cache / name
        if not kept.is_file() or sha256_of(kept) != entry.package.spec.sha256:
            keep(kept, self._get(entry.address))
        return kept

    def _local(self, file_name: str) -> Path:
        path = Path(self._where) / file_name
        if not path.is_file():
            raise BundleError(
                f"{path} is missing: a Pyodide distribution has its lock file and wheels in one folder."
            )
        return path

    def _get(self, address: str) -> bytes:
        url = urljoin(self._where, address)
        try:
            response = httpx.get(url, timeout=_TIMEOUT, follow_redirects=True)
            response.raise_for_status()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise BundleError(f"{url} could not be fetched: {error or type(error).__name__}.") from error
        return response.content
