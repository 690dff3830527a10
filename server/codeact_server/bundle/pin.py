"""``python -m codeact_server.bundle.pin NAME…``: print newest versions and hashes for ``default_packages.txt``."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from packaging.requirements import Requirement

from codeact_server.bundle.errors import BundleError
from codeact_server.bundle.pip_source import PipSource
from codeact_server.bundle.resolve import resolve
from codeact_server.bundle.source import Source
from codeact_server.bundle.wheel_cache import WheelCache

__all__: list[str] = []


def _print_pins(roots: list[Requirement]) -> None:
    target = Source.of_checkout().target
    with tempfile.TemporaryDirectory() as folder:  # not the cache, which would give what it has
        source = PipSource(WheelCache(Path(folder)), {}, target)
        for each in resolve(roots, [source], target):
            spec = each.package.spec
            print(f"{spec.name}=={spec.version} --hash=sha256:{spec.sha256}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m codeact_server.bundle.pin", description=__doc__)
    parser.add_argument("names", nargs="+", type=Requirement, metavar="NAME")
    try:
        _print_pins(parser.parse_args().names)
    except BundleError as error:
        sys.exit(f"codeact-web: {error}")
