"""``codeact-web bundle``: build a static directory for any host, with the packages of your choice."""

from __future__ import annotations

import argparse
from pathlib import Path

from codeact_agent.hosts.script.site import find_site

from codeact_server.bundle import Access, PackageChoice, build_bundle

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``bundle``."""
    parser.add_argument("out", type=Path, metavar="OUT", help="a new or empty folder, or one with a bundle")
    parser.add_argument(
        "--packages",
        default=PackageChoice.packages,
        metavar="NAMES",
        help='separated by commas, with versions where wanted; "default" stands for the default packages, '
        '"none" for none (default: default)',
    )
    parser.add_argument(
        "--pyodide-dist", metavar="DIR|URL", help="a Pyodide distribution, to be searched before the package index"
    )
    parser.add_argument("--wheel", type=Path, action="append", default=[], metavar="FILE", help="add this wheel")
    parser.add_argument(
        "--source",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="build the Python project and add it",
    )
    parser.add_argument(
        "--connect",
        action="append",
        default=[],
        metavar="ORIGIN",
        help='an origin the pages may ask, such as https://api.example; "none": only the host they come from '
        "(default: any https:// address, and this machine)",
    )
    parser.add_argument(
        "--widget-origin",
        action="append",
        default=[],
        metavar="ORIGIN",
        help='a site that may embed the widget, "*": any; written into OUT/site.json',
    )


def run(options: argparse.Namespace) -> int:
    """Exit code 0. Raises BundleError, and SiteMissing where nothing has been built."""
    choice = PackageChoice(options.packages, options.pyodide_dist, tuple(options.wheel), tuple(options.source))
    access = Access(tuple(options.connect), tuple(options.widget_origin))
    bundled = build_bundle(options.out, find_site(), choice, access)
    packages = bundled.packages
    files = [options.out / "sandbox" / "packages" / each.package.spec.file_name for each in packages]
    megabytes = sum(path.stat().st_size for path in files) / 1e6
    print(f"{options.out}: the core and {len(packages)} packages ({megabytes:.1f} MB)")
    for each in packages:
        print(f"  {each.package}")
    for name in bundled.kept:
        print(f"{options.out / name} stays as you edited it")
    return 0
