"""What the service worker is told to keep."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from codeact_server.bundle import BundleError, PackageChoice, build_bundle
from codeact_server.bundle.output import Output
from codeact_server.bundle.service_worker import site_list, write_service_worker


def listed(folder: Path) -> dict[str, Any]:
    """The list in ``sw.js``."""
    found = re.match(r"self\.CODEACT_SITE=(.*);\nimportScripts\(\"(.*)\"\);\n$", (folder / "sw.js").read_text())
    assert found
    assert (folder / found[2]).is_file()
    result: dict[str, Any] = json.loads(found[1])
    return result


@pytest.fixture
def out(tmp_path: Path) -> Output:
    output = Output(tmp_path)
    output.write_hashed("service_worker.js", b"// the code")
    for name in ("index.html", "page.js", "site.json", "kiosk.json", "recordings/a.json", "sandbox/limits.json"):
        output.write(name, name.encode() * 100)
    output.write_hashed("sandbox/assets/image.bin", b"image")
    output.write("sandbox/packages/x-1.0-py3-none-any.whl", b"wheel")
    output.write("script_host.html", b"for scripts")
    output.write(".nojekyll", b"")
    return output


def test_every_file_is_listed_but_what_operators_edit_and_what_no_page_fetches(out: Output) -> None:
    write_service_worker(out)
    files = {entry["url"] for entry in listed(out.folder)["files"]}
    image = next(name for name in out.names if name.startswith("sandbox/assets/image."))
    assert files == {"index.html", "page.js", image, "sandbox/packages/x-1.0-py3-none-any.whl"}
    assert (out.folder / "page.js.br").is_file(), "the compressed sibling is there, and not listed"


def test_an_entry_has_a_revision_unless_its_name_has_one_and_a_hash_unless_it_is_a_page(out: Output) -> None:
    write_service_worker(out)
    entries = {entry["url"]: entry for entry in listed(out.folder)["files"]}
    data = (out.folder / "page.js").read_bytes()
    digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
    assert entries["page.js"]["integrity"] == f"sha256-{digest}"
    assert entries["page.js"]["revision"] == hashlib.sha256(data).hexdigest()[:16]
    assert "integrity" not in entries["index.html"]
    image = next(entry for name, entry in entries.items() if "image" in name)
    assert image["revision"] is None


def test_the_version_changes_with_any_file_and_with_nothing_else() -> None:
    files = {"a.js": b"1", "b.js": b"2"}
    version = site_list(files)["version"]
    assert site_list(dict(reversed(files.items())))["version"] == version
    assert site_list({**files, "b.js": b"3"})["version"] != version
    assert site_list({"a.js": b"1", "c.js": b"2"})["version"] != version


def test_a_site_without_the_workers_code_is_refused(tmp_path: Path) -> None:
    output = Output(tmp_path)
    output.write("index.html", b"page")
    with pytest.raises(BundleError, match="Build it again"):
        write_service_worker(output)


def test_the_list_of_the_built_site_and_of_a_bundle_of_it_holds(site: Path, tmp_path: Path) -> None:
    build_bundle(tmp_path, site, PackageChoice("none"))
    for folder in (site, tmp_path):
        told = listed(folder)
        for entry in told["files"]:
            data = (folder / entry["url"]).read_bytes()
            digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
            assert entry.get("integrity", f"sha256-{digest}") == f"sha256-{digest}", entry
        for path in told["edited"]:
            assert (folder / path).exists(), path
    ours, theirs = ({entry["url"] for entry in listed(folder)["files"]} for folder in (site, tmp_path))
    missing = {name for name in ours - theirs if not name.startswith("sandbox/packages/")}
    assert all("pyodide-lock" in name for name in missing), missing
    assert "kiosk.html" in theirs
    assert not any(name.startswith("sandbox/packages/") for name in theirs)
