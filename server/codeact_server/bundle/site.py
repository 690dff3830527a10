"""Build the whole site into a folder. Called by ``make`` and by ``python -m codeact_server.bundle``."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

from codeact_agent.recorded import check_recording

from codeact_server.bundle.choice import PackageChoice
from codeact_server.bundle.core import Core
from codeact_server.bundle.import_order import import_order
from codeact_server.bundle.javascript import bundle_alone, bundle_pages
from codeact_server.bundle.operators import Access, EditedFiles
from codeact_server.bundle.output import Output
from codeact_server.bundle.packages import write_packages
from codeact_server.bundle.resolve import Resolved
from codeact_server.bundle.sandbox import write_sandbox
from codeact_server.bundle.service_worker import write_service_worker, write_service_worker_code
from codeact_server.bundle.source import Source
from codeact_server.policy import page_csp

__all__ = ["Bundled", "build_bundle", "build_site"]

_PAGES = (
    "page.js",
    "kiosk.js",
    "script_host.js",
    "widget.js",
    "webllm_worker.js",
)
_ALONE = ("embed.js",)  # for other people's pages: one file
_COPIED = {".css", ".html", ".png", ".svg", ".webmanifest"}
_SETTINGS = ("site.json", "kiosk.json")  # edited by operators of static hosts
_PAGE_MAIN = "codeact_agent.hosts.page"
_FOR_PAGES = "codeact_agent.page"
_EDITORS = ("codemirror", "xterm")  # of PyScript; no page of ours shows one


def build_site(out: Path, choice: PackageChoice | None = None) -> list[Resolved]:
    """Fill ``out`` from the checkout with a directory that any static server can serve under any path prefix.

    Writes only what changed; gives the packages it carries. Raises BundleError with a sentence when something
    is missing, before anything is written where it can be.
    """
    source = Source.of_checkout()
    with (choice or PackageChoice()).resolved(source.target) as packages:
        output = Output(out)
        output.write(".nojekyll", b"")  # GitHub Pages would leave out __init__.py
        _write_pages(source, output)
        _write_vendor(source, output)
        _write_agent(source, output)
        _write_recordings(source, output)
        write_service_worker_code(source, output)
        write_packages(output, write_sandbox(source, output), packages, source.target)
        write_service_worker(output)
        output.close()
    return packages


@dataclass(frozen=True)
class Bundled:
    """What a bundle holds: its packages, and the files that stayed as the operator had edited them."""

    packages: list[Resolved]
    kept: list[str]


def build_bundle(out: Path, site: Path, choice: PackageChoice, access: Access | None = None) -> Bundled:
    """Like ``build_site`` with the core of ``site``, which has been built: needs no checkout."""
    core = Core(site)
    core.refuse_inside(out)
    access = access or Access()
    edited = EditedFiles(site, out, access)
    with choice.resolved(core.target, core.packages) as packages:
        output = Output(out)
        core.copy(output, access, edited)
        write_packages(output, core.manifest, packages, core.target)
        write_service_worker(output)
        output.close()
    return Bundled(packages, edited.kept)


def _write_pages(source: Source, output: Output) -> None:
    for path in sorted(source.web.rglob("*")):
        name = path.relative_to(source.web)
        if path.suffix in _COPIED and name.parts[0] not in ("sandbox", "vendor"):
            output.write(name.as_posix(), path.read_bytes().replace(b"{{csp}}", page_csp().encode()))
    for edited in _SETTINGS:
        output.write(edited, (source.web / edited).read_bytes())
    for bundled, data in bundle_pages(source, _PAGES).items():
        output.write(bundled, data)
    for entry in _ALONE:
        output.write(entry, bundle_alone(source, entry))
    output.write("embed.d.ts", (source.web / "embed" / "embed.d.ts").read_bytes())


def _write_recordings(source: Source, output: Output) -> None:
    """The index gives titles and tasks, so that the page need not fetch every recording."""
    entries = []
    for path in sorted((source.web / "recordings").glob("*.json"), key=_order):
        recording = check_recording(json.loads(path.read_bytes()), path.name)
        output.write(f"recordings/{path.name}", path.read_bytes())
        entries.append({key: recording[key] for key in ("id", "title", "task", "tools")})
    index = {"recordings": entries}
    output.write("recordings/index.json", json.dumps(index, ensure_ascii=False, indent=2).encode())


_ORDER = (
    "laptops",
    "cities",
    "self_debug",
    "bar_chart",
    "sales_csv",
    "logs",
    "simulation",
    "parsing",
    "circle",
)


def _order(path: Path) -> tuple[int, str]:
    """The ones to try first come first; new ones go to the end."""
    return (_ORDER.index(path.stem) if path.stem in _ORDER else len(_ORDER), path.stem)


def _write_vendor(source: Source, output: Output) -> None:
    pyscript = source.node_modules / "@pyscript" / "core" / "dist"
    for path in sorted(pyscript.glob("*.js")):
        if not path.name.startswith(_EDITORS):
            output.write(f"vendor/pyscript/{path.name}", path.read_bytes())
    micropython = source.node_modules / "@micropython" / "micropython-webassembly-pyscript"
    for ending in ("mjs", "wasm"):
        output.write(f"vendor/micropython.{ending}", (micropython / f"micropython.{ending}").read_bytes())
    wllama = source.node_modules / "@wllama" / "wllama" / "esm" / "wasm" / "wllama.wasm"
    output.write("vendor/wllama.wasm", wllama.read_bytes())


def _write_agent(source: Source, output: Output) -> None:
    """The loop's files, and the list by which PyScript puts them into MicroPython's file system."""
    folder = source.web / "agent"
    files = {}
    for path in sorted([*folder.rglob("*.py"), *folder.rglob("*.md")]):
        name = path.relative_to(folder).as_posix()
        if any(f"/{place}/" in name for place in ("script", "integrations", "page")):
            continue  # for CPython, and for other people's pages
        output.write(f"agent/{name}", path.read_bytes())
        if name.startswith("codeact_agent/"):
            files[f"./{name}"] = f"./{name}"
    output.write("agent/import_order.txt", "\n".join(import_order(folder, _PAGE_MAIN)).encode())
    files["./import_order.txt"] = "./import_order.txt"
    # PyScript takes this one as relative to the page, the files as relative to the configuration.
    config = {"interpreter": "./vendor/micropython.mjs", "files": files}
    output.write("agent/pyscript.json", json.dumps(config, indent=2).encode())
    _write_page_package(folder, output)


def _write_page_package(folder: Path, output: Output) -> None:
    """``codeact_agent.page`` for PyScript on others' pages: an archive, and a configuration that names it."""
    modules = [module.replace(".", "/") for module in import_order(folder, _FOR_PAGES)]
    names = {f"{name}.py" if (folder / f"{name}.py").is_file() else f"{name}/__init__.py" for name in modules}
    names |= {path.relative_to(folder).as_posix() for path in (folder / "codeact_agent" / "page").glob("*.py")}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(names):
            archive.writestr(zipfile.ZipInfo(name), (folder / name).read_bytes())
    output.write("agent/page.zip", packed.getvalue())
    output.write("agent/page.json", json.dumps({"files": {"./page.zip": "./*"}}, indent=2).encode())
