/** Boot Pyodide from bytes, without any network, from an image where there is one. Called by the worker. */

import { loadPyodide } from 'pyodide/pyodide.mjs';
import { sparseSnapshot } from './sparse.js';

/**
 * What the frame sends its worker: the protocol's `start` with the wasm already compiled.
 * @typedef {object} WorkerStart
 * @property {'start'} type
 * @property {import('./protocol.js').Limits} limits
 * @property {boolean} hardened
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
 * Answer `fetch` from memory for as long as `work` lasts.
 * @template T
 * @param {(name: string) => BodyInit | null} answer  gets the last part of the URL
 * @param {() => Promise<T>} work
 */
export async function withFetch(answer, work) {
  const { fetch } = self;
  self.fetch = async (input) => new Response(answer(String(input).split('/').at(-1) ?? ''));
  try {
    return await work();
  } finally {
    self.fetch = fetch;
  }
}

/** What `import js` sees: nothing, once the session has begun (codeact_runtime/hardening.py). */
const noGlobals = () => Object.freeze(Object.create(null));

/**
 * @param {WorkerStart} start
 * @param {(settings: object) => Promise<object>} createPyodideModule
 * @param {(step: string) => void} onStep
 */
export async function bootPyodide(start, createPyodideModule, onStep) {
  const { instantiateStreaming } = WebAssembly;
  WebAssembly.instantiateStreaming = async (_response, imports) => ({
    module: start.module,
    instance: await WebAssembly.instantiate(start.module, imports),
  });
  onStep(start.image ? 'image' : 'interpreter');
  /** @type {{HEAPU8?: Uint8Array}} */
  let module = {};
  const options = {
    indexURL: ASSETS,
    packageBaseUrl: ASSETS,
    lockFileContents: start.lock,
    createPyodideModule: (/** @type {{HEAPU8?: Uint8Array}} */ settings) => {
      module = settings; // Emscripten makes it the module
      return createPyodideModule(settings);
    },
    jsglobals: start.hardened ? noGlobals() : globalThis,
    fsInit: async (/** @type {{writeFile(path: string, data: Uint8Array): void}} */ FS) =>
      FS.writeFile(RUNTIME_ZIP, new Uint8Array(start.runtime)),
    env: { PYTHONPATH: RUNTIME_ZIP },
    ...(start.image
      ? { _loadSnapshot: sparseSnapshot(start.image, () => /** @type {Uint8Array} */ (module.HEAPU8)) }
      : {}),
  };
  try {
    // Pyodide asks for its wasm and its standard library by URL.
    return await withFetch(
      (name) => (name.endsWith('.zip') ? start.stdlib : null),
      () => loadPyodide(options),
    );
  } finally {
    WebAssembly.instantiateStreaming = instantiateStreaming;
    free(start.image, start.stdlib, start.runtime);
  }
}

/** Give memory back now: an idle worker collects no garbage. @param {(ArrayBuffer | null)[]} buffers */
function free(...buffers) {
  for (const buffer of buffers) /** @type {any} */ (buffer)?.transfer?.(0); // ES2024's, not in our types yet
}
