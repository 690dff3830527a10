"""Packages from a Pyodide distribution: a folder, or the address of one, with ``pyodide-lock.json`` and wheels."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urljoin, urlsplit

import httpx
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from pydantic import ValidationError
from pyodide_lock import PackageSpec

from codeact_server.bundle.errors import BundleError
from codeact_server.bundle.package import Package, sha256_of
from codeact_server.bundle.target import Target
from codeact_server.bundle.wheel_cache import keep

__all__ = ["PyodideDistribution"]

_LOCK = "pyodide-lock.json"
_TIMEOUT = httpx.Timeout(30, read=120)


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
            theirs = (lock["info"]["abi_version"], lock["info"]["arch"], lock["info"]["python"])
            entries = {canonicalize_name(name): _entry(entry) for name, entry in lock["packages"].items()}
        except (ValueError, KeyError, TypeError, AttributeError, ValidationError) as error:
            raise BundleError(f"{self._where}{_LOCK} is not a lock file of Pyodide ({error!r}).") from error
        ours = (target.info.abi_version, target.info.arch, target.info.python)
        if theirs[:2] != ours[:2] or theirs[2].split(".")[:2] != ours[2].split(".")[:2]:
            raise BundleError(
                f"{where} is for ABI {' '.join(theirs)}, and this bundle for {' '.join(map(str, ours))}."
            )
        self._entries = entries

    def find(self, name: NormalizedName, specifier: SpecifierSet) -> Package | None:
        """See PackageSource. Raises BundleError for a file that is missing or not the one the lock names."""
        spec = self._entries.get(name)
        if spec is None:
            return None
        # Not yet read: what is not taken is not fetched.
        requires = tuple(Requirement(each) for each in spec.depends)
        file_name = PurePosixPath(unquote(urlsplit(spec.file_name).path)).name
        package = Package(Path(file_name), spec.model_copy(update={"file_name": file_name}), requires)
        if not package.satisfies(specifier):
            return None
        path = self._fetch(spec.file_name, file_name, spec.sha256)
        if (sha256 := sha256_of(path)) != spec.sha256:
            raise BundleError(
                f"{file_name} of {self._where} has the SHA-256 {sha256}; its lock file says {spec.sha256}."
            )
        return Package(path, package.spec, requires)

    def why_not(self, name: NormalizedName) -> str:
        """Only if the distribution has it: another version is wanted."""
        spec = self._entries.get(name)
        return f"but {self._where} has {spec.version}" if spec else ""

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

    def _fetch(self, address: str, file_name: str, sha256: str) -> Path:
        if not self._remote:
            return self._local(file_name)
        kept = self._cache / file_name
        if not kept.is_file() or sha256_of(kept) != sha256:
            keep(kept, self._get(address))
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


def _entry(entry: dict[str, object]) -> PackageSpec:
    """As pyodide-lock knows it: newer fields, such as ``tool``, are for other programs."""
    return PackageSpec.model_validate({key: entry[key] for key in PackageSpec.model_fields if key in entry})
