/**
 * Makes the boot image: Pyodide's memory after it has started and imported the runtime. Done at build time
 * by an engine with JSPI (an image remembers whether its maker had it): by Node,
 *
 *   node image_maker.mjs PYODIDE_DIR RUNTIME_ZIP OUT
 *
 * or by Chromium, where codeact_server/bundle/image_in_browser.py imports `makeImage`.
 */

const RUNTIME_ZIP = '/lib/codeact_runtime.zip'; // boot.js
const WARM_UP = `
import codeact_runtime.pyodide_host
from codeact_runtime.warm_up import warm_up
warm_up()
`;
const STEPS = 5; // of warm_up.py
const NO_JSPI = 3; // exit code, known to image.py

/**
 * @param {(options: object) => Promise<any>} loadPyodide
 * @param {string} indexURL  where Pyodide's files are; ends with a slash
 * @param {Uint8Array} runtime  the runtime's zip
 * @returns {Promise<Uint8Array>}
 */
export async function makeImage(loadPyodide, indexURL, runtime) {
  const pyodide = await loadPyodide({
    indexURL,
    _makeSnapshot: true,
    fsInit: async (/** @type {any} */ FS) => FS.writeFile(RUNTIME_ZIP, runtime),
    env: { PYTHONPATH: RUNTIME_ZIP, HOME: '/home/pyodide' },
  });
  const done = pyodide.runPython(WARM_UP);
  if (done !== STEPS) throw new Error(`warm_up finished ${done} of ${STEPS} steps`);
  return pyodide.makeMemorySnapshot();
}

async function main() {
  const { readFileSync, writeFileSync } = await import('node:fs');
  const { pathToFileURL } = await import('node:url');
  const [pyodideDir, runtimeZip, out] = process.argv.slice(2);
  if (!('Suspending' in WebAssembly)) {
    console.error(`This Node (${process.version}) has no JSPI; the boot image needs Node 25 or newer.`);
    process.exit(NO_JSPI);
  }
  const { loadPyodide } = await import(pathToFileURL(`${pyodideDir}/pyodide.mjs`).href);
  writeFileSync(out, await makeImage(loadPyodide, `${pyodideDir}/`, readFileSync(runtimeZip)));
  process.exit(0);
}

if (typeof process !== 'undefined') await main();
