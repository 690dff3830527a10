"""``python -m codeact_server.bundle OUT``: build the site."""

from __future__ import annotations

import sys
from pathlib import Path

from codeact_server.bundle import BundleError, build_site

if __name__ == "__main__":
    try:
        build_site(Path(sys.argv[1] if len(sys.argv) > 1 else "build/site"))
    except BundleError as error:
        sys.exit(f"codeact-web: {error}")
