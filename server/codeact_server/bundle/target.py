"""The interpreter a bundle is for: which wheels it takes and how it answers environment markers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.version import Version
from pyodide_lock import InfoSpec

__all__ = ["Target"]


@dataclass(frozen=True)
class Target:
    """Pyodide as the ``info`` of its lock file describes it."""

    info: InfoSpec

    @classmethod
    def of_lock(cls, lock: Mapping[str, dict[str, str]]) -> Target:
        """From a lock file's content. Raises KeyError, TypeError or ValueError if it is not one."""
        info: dict[str, Any] = {key: lock["info"][key] for key in ("abi_version", "arch", "platform", "python")}
        return cls(InfoSpec(**info, version=""))  # which only pyodide-lock 0.1 wants

    @property
    def platform(self) -> str:
        """The platform tag of compiled wheels (PEP 783)."""
        return f"pyemscripten_{self.info.abi_version}_{self.info.arch}"

    @property
    def python(self) -> str:
        """Major and minor version."""
        return ".".join(self.info.python.split(".")[:2])

    @property
    def abi(self) -> str:
        """CPython's ABI tag."""
        return "cp" + self.python.replace(".", "")

    @cached_property
    def tags(self) -> frozenset[Tag]:
        """What a wheel must have one of."""
        version = Version(self.info.python).release[:2]
        compiled = cpython_tags(version, abis=[self.abi], platforms=[self.platform])
        return frozenset([*compiled, *compatible_tags(version, self.abi, [self.platform])])

    def wants(self, marker: Marker | None, extra: str = "") -> bool:
        """Whether a requirement with ``marker`` counts here, asked for with ``extra``."""
        system, _, release = self.info.platform.partition("_")
        environment = {
            "implementation_name": "cpython",
            "implementation_version": self.info.python,
            "os_name": "posix",
            "platform_machine": self.info.arch,
            "platform_python_implementation": "CPython",
            "platform_release": release.replace("_", "."),
            "platform_system": system.capitalize(),
            "platform_version": "#1",
            "python_full_version": self.info.python,
            "python_version": self.python,
            "sys_platform": system,
            "extra": extra,
        }
        return marker is None or marker.evaluate(environment)

    def __str__(self) -> str:
        return f"Python {self.python} on {self.platform}"
