"""The core of a site that has been built before: everything but its packages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from codeact_server.bundle.errors import BundleError
from codeact_server.bundle.operators import Access, EditedFiles
from codeact_server.bundle.output import RECORD, Output
from codeact_server.bundle.target import Target

__all__ = ["Core"]


class Core:
    """A built site to be copied. Raises BundleError if it is none of this version's."""

    def __init__(self, site: Path) -> None:
        self.site = site
        self._sandbox = site / "sandbox"
        self.packages = self._sandbox / "packages"
        try:
            self.manifest: dict[str, Any] = json.loads((self._sandbox / "manifest.json").read_text())
            self._lock = self._sandbox / self.manifest["assets"]["lock"]
            self.target = Target.of_lock(json.loads(self._lock.read_text()))
            self._names = (site / RECORD).read_text().splitlines()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BundleError(f"{site} is not a complete site. Build it again: make site") from error

    def refuse_inside(self, out: Path) -> None:
        """Raise BundleError if ``out`` lies inside what is copied; it may be the site itself."""
        site, folder = self.site.resolve(), out.resolve()
        if folder != site and folder.is_relative_to(site):
            raise BundleError(f"{out} lies inside {self.site}, which is copied: name another folder.")

    def copy(self, out: Output, access: Access, edited: EditedFiles) -> None:
        """All files but packages, lock file and manifest; pages with the policy of ``access``."""
        left_out = ("sandbox/packages/", self._lock.relative_to(self.site).as_posix(), "sandbox/manifest.json")
        names = [name for name in self._names if not name.startswith(left_out)]
        pages = tuple(name for name in names if "/" not in name and name.endswith(".html"))
        for name in names:
            if name in pages:
                out.write(name, access.page((self.site / name).read_bytes()))
            elif name in edited.contents:
                out.copy(name, edited.contents[name])
            elif not name.startswith(pages):  # whose compressed siblings have been written with them
                out.copy(name, (self.site / name).read_bytes())
