/** Boot Pyodide from bytes, without any network, from an image where there is one. Called by the worker. */

import { loadPyodide } from 'pyodide/pyodide.mjs';
import { unpack } from './sparse.js';

/**
 * What the frame sends its worker: the protocol's `start` with the wasm already compiled.
 * @typedef {object} WorkerStart
 * @property {'start'} type
 * @property {import('./protocol.js').Limits} limits
 * @property {Int32Array | null} interrupt
 * @property {WebAssembly.Module} module
 * @property {ArrayBuffer} stdlib
 * @property {ArrayBuffer} runtime
 * @property {string} lock
 * @property {ArrayBuffer | null} image
 */

/** Never resolved: Pyodide only wants an absolute URL to ask `fetch` for. */
const ASSETS = 'https://assets.invalid/';
export const RUNTIME_ZIP = '/lib/codeact_runtime.zip';

/**
 * @param {WorkerStart} start
 * @param {(settings: object) => Promise<object>} createPyodideModule
 * @param {(step: string) => void} onStep
 */
export async function bootPyodide(start, createPyodideModule, onStep) {
  const { fetch } = self;
  const { instantiateStreaming } = WebAssembly;
  // Pyodide asks for its wasm and its standard library by URL. Answer from memory, for as long as it boots.
  self.fetch = async (input) => new Response(String(input).endsWith('.zip') ? start.stdlib : null);
  WebAssembly.instantiateStreaming = async (_response, imports) => ({
    module: start.module,
    instance: await WebAssembly.instantiate(start.module, imports),
  });
  try {
    onStep(start.image ? 'image' : 'interpreter');
    const pyodide = await loadPyodide({
      indexURL: ASSETS,
      packageBaseUrl: ASSETS,
      lockFileContents: start.lock,
      createPyodideModule,
      fsInit: async (/** @type {{writeFile(path: string, data: Uint8Array): void}} */ FS) =>
        FS.writeFile(RUNTIME_ZIP, new Uint8Array(start.runtime)),
      env: { PYTHONPATH: RUNTIME_ZIP },
      ...(start.image ? { _loadSnapshot: unpack(start.image) } : {}),
    });
    return pyodide;
  } finally {
    self.fetch = fetch;
    WebAssembly.instantiateStreaming = instantiateStreaming;
  }
}
