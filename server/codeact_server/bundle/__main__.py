"""``python -m codeact_server.bundle [OUT]``: build the site from the checkout."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from codeact_server.bundle import BundleError, PackageChoice, build_site

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m codeact_server.bundle", description=__doc__)
    parser.add_argument("out", nargs="?", type=Path, default=Path("build/site"), metavar="OUT")
    parser.add_argument("--packages", default=PackageChoice.packages, help="as of codeact-web bundle")
    options = parser.parse_args()
    try:
        build_site(options.out, PackageChoice(options.packages))
    except BundleError as error:
        sys.exit(f"codeact-web: {error}")
