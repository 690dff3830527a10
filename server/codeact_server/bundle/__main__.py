"""``python -m codeact_server.bundle [OUT]``: build the site."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from codeact_server.bundle import BundleError, build_site

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m codeact_server.bundle", description=__doc__)
    parser.add_argument("out", nargs="?", type=Path, default=Path("build/site"), metavar="OUT")
    try:
        build_site(parser.parse_args().out)
    except BundleError as error:
        sys.exit(f"codeact-web: {error}")
