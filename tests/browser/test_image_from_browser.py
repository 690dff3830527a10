"""A boot image made by Chromium serves as well as one made by Node: blocking tool calls included."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from codeact_server.bundle.sandbox import pack_runtime
from codeact_server.bundle.source import Source
from codeact_server.bundle.sparse import pack
from codeact_server.serve import running_server
from codeact_server.settings import Settings
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

# Playwright's sync API cannot run twice in one thread, and this test runs inside one.
MAKE = """
import sys
from pathlib import Path
from codeact_server.bundle.image_in_browser import make_image_in_browser
Path(sys.argv[3]).write_bytes(make_image_in_browser(Path(sys.argv[1]), Path(sys.argv[2]).read_bytes()))
"""


def test_it_boots_and_tools_block(site: Path, tmp_path: Path, page: Page) -> None:
    source = Source.of_checkout()
    runtime, image = tmp_path / "runtime.zip", tmp_path / "image.bin"
    runtime.write_bytes(pack_runtime(source))
    command = [sys.executable, "-c", MAKE, str(source.pyodide), str(runtime), str(image)]
    subprocess.run(command, check=True, timeout=120)

    copy = shutil.copytree(site, tmp_path / "site")
    manifest = json.loads((copy / "sandbox" / "manifest.json").read_text())
    manifest["assets"]["image"] = "assets/image.0123456789abcdef.bin"
    for compressed in copy.glob("sandbox/manifest.json.*"):
        compressed.unlink()
    (copy / "sandbox" / "manifest.json").write_text(json.dumps(manifest))
    (copy / "sandbox" / manifest["assets"]["image"]).write_bytes(pack(image.read_bytes()))

    with running_server(Settings(site=copy)) as url:
        page.goto(f"{url}/script_host.html")
        page.wait_for_function("() => Boolean(window.codeact_start)")
        ready = page.evaluate("() => codeact_start({})")
        assert (ready["from_image"], ready["can_block"]) == (True, True)
        page.evaluate("""() => {
          window.codeact_tool = async () => ({ value: '[1, 2]' });
          codeact.setTools([{ name: 'two', description: 'Two.', parameters: [], returns: '' }]);
        }""")
        done = page.evaluate("() => codeact_run({ code: 'sum(two())' })")
        assert done["result"]["results"][0]["text/plain"] == "3"
