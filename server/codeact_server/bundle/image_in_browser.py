"""Make the boot image in an installed Chromium, where no Node with JSPI is at hand."""

from __future__ import annotations

import base64
from pathlib import Path

from codeact_agent.hosts.script.browser import arguments, find_browser
from codeact_agent.hosts.script.errors import BrowserMissing
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, Route, sync_playwright

from codeact_server.bundle.errors import BundleError

__all__ = ["make_image_in_browser"]

_ORIGIN = "https://image.invalid"  # answered by route(), never by a network
_MAKE = """async (warmUp) => {
  const { loadPyodide } = await import('/pyodide/pyodide.mjs');
  const runtime = new Uint8Array(await (await fetch('/runtime.zip')).arrayBuffer());
  const pyodide = await loadPyodide({
    indexURL: '/pyodide/',
    _makeSnapshot: true,
    fsInit: async (FS) => FS.writeFile('/lib/codeact_runtime.zip', runtime),
    env: { PYTHONPATH: '/lib/codeact_runtime.zip', HOME: '/home/pyodide' },
  });
  pyodide.runPython(warmUp);
  const image = pyodide.makeMemorySnapshot();
  const reader = new FileReader();
  reader.readAsDataURL(new Blob([image]));
  await new Promise((resolve) => { reader.onload = resolve; });
  return reader.result.slice(reader.result.indexOf(',') + 1);
}"""
_WARM_UP = "import codeact_runtime.pyodide_host\nfrom codeact_runtime.warm_up import warm_up\nwarm_up()"


def make_image_in_browser(pyodide: Path, runtime_zip: bytes) -> bytes | None:
    """The image, or None where there is no Chromium with JSPI (137 or newer).

    ``pyodide`` is the folder of the npm package. Raises BundleError when the browser fails at it.
    """
    with sync_playwright() as playwright:
        try:
            path = find_browser(playwright.chromium.executable_path)
        except BrowserMissing:
            return None
        browser = playwright.chromium.launch(executable_path=path, args=arguments())
        try:
            page = browser.new_page()
            page.route("**/*", lambda route: _answer(route, pyodide, runtime_zip))
            page.goto(f"{_ORIGIN}/")
            return _make(page)
        finally:
            browser.close()


def _make(page: Page) -> bytes | None:
    if not page.evaluate("() => 'Suspending' in WebAssembly"):
        return None
    try:
        return base64.b64decode(page.evaluate(_MAKE, _WARM_UP))
    except PlaywrightError as error:
        raise BundleError(f"Making the boot image in the browser failed: {error.message[:2000]}") from error


def _answer(route: Route, pyodide: Path, runtime_zip: bytes) -> None:
    name = route.request.url.removeprefix(f"{_ORIGIN}/")
    types = {".mjs": "text/javascript", ".wasm": "application/wasm", ".json": "application/json"}
    if not name:
        route.fulfill(body="<!doctype html>", content_type="text/html")
    elif name == "runtime.zip":
        route.fulfill(body=runtime_zip)
    else:
        path = pyodide / Path(name).name
        route.fulfill(path=path, content_type=types.get(path.suffix, "application/octet-stream"))
