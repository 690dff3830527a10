/**
 * Makes the boot image: Pyodide's memory after it has started and imported the runtime. Run at build time
 * by an engine with JSPI (an image remembers whether its maker had it):
 *
 *   node image_maker.mjs PYODIDE_DIR RUNTIME_ZIP OUT
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [pyodideDir, runtimeZip, out] = process.argv.slice(2);
const RUNTIME_ZIP = '/lib/codeact_runtime.zip'; // boot.js

if (!('Suspending' in WebAssembly)) {
  console.error(`This Node (${process.version}) has no JSPI; the boot image needs Node 25 or newer.`);
  process.exit(3);
}

const { loadPyodide } = await import(pathToFileURL(`${pyodideDir}/pyodide.mjs`).href);
const pyodide = await loadPyodide({
  indexURL: `${pyodideDir}/`,
  _makeSnapshot: true,
  fsInit: async (FS) => FS.writeFile(RUNTIME_ZIP, readFileSync(runtimeZip)),
  env: { PYTHONPATH: RUNTIME_ZIP, HOME: '/home/pyodide' },
});
const done = pyodide.runPython(`
import codeact_runtime.pyodide_host
from codeact_runtime.warm_up import warm_up
warm_up()
`);
if (done !== 4) throw new Error(`warm_up finished ${done} of 4 steps`);
writeFileSync(out, pyodide.makeMemorySnapshot());
process.exit(0);
