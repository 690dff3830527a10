"""Where the built static site is: inside the installed package, or in the checkout."""

from __future__ import annotations

from pathlib import Path

import codeact_server

from codeact_agent.hosts.script.errors import SiteMissing

__all__ = ["find_site", "load_recordings"]


def find_site() -> Path:
    """The folder with ``sandbox/manifest.json``. Raises SiteMissing."""
    package = Path(codeact_server.__file__).parent
    for folder in (package / "site", package.parents[1] / "build" / "site"):
        if (folder / "sandbox" / "manifest.json").is_file():
            return folder
    raise SiteMissing("The static site has not been built. Run `make site` in the checkout.")


def load_recordings(site: Path) -> list[dict[str, object]]:
    """All recordings of the embedded model, in the order of their index."""
    import json

    folder = site / "recordings"
    index = json.loads((folder / "index.json").read_text())
    return [json.loads((folder / f"{each['id']}.json").read_text()) for each in index["recordings"]]
