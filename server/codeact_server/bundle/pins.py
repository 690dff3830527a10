"""The default packages, each pinned to one version and its hashes, in pip's own form of a requirements file.

``python -m codeact_server.bundle.pin NAME…`` prints such a file anew.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

__all__ = ["DEFAULT_PACKAGES", "Pin", "load_pins"]

DEFAULT_PACKAGES = Path(__file__).parent / "default_packages.txt"
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class Pin:
    """``requirement`` is of the form NAME==VERSION; ``hashes`` are SHA-256 in hex."""

    requirement: Requirement
    hashes: frozenset[str]


def load_pins(file: Path = DEFAULT_PACKAGES) -> dict[NormalizedName, Pin]:
    """By normalised name, in the file's order."""
    pins = {}
    lines = file.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    for line in (line.strip() for line in lines):
        if line and not line.startswith("#"):
            requirement = Requirement(line.partition(" --hash")[0])
            pins[canonicalize_name(requirement.name)] = Pin(requirement, frozenset(_HASH.findall(line)))
    return pins
