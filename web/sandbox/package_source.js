/**
 * Wheels of the bundle's lock file, fetched by the page and checked against the lock's hashes. What is not in the
 * lock file cannot be fetched: the lock is the allowlist.
 */

import { SandboxError } from './errors.js';
import { asJson, fetchWithin } from './fetch_within.js';

/** @typedef {import('./protocol.js').Package} Package */
/** @typedef {{name: string, loaded: number, total: number}} Progress  bytes; `total` is 0 where unknown */

export class PackageSource {
  #manifestUrl;
  /** @type {Promise<{base: URL, locked: Map<string, {file_name: string, sha256: string, imports: string[]}>}> | null} */ #loading =
    null;

  /** @param {string | URL} manifestUrl */
  constructor(manifestUrl) {
    this.#manifestUrl = new URL(manifestUrl, location.href);
  }

  /** @param {string[]} names @param {(progress: Progress) => void} onProgress @returns {Promise<Package[]>} */
  async fetch(names, onProgress) {
    if (!crypto.subtle) {
      throw new SandboxError(
        'insecure_page',
        'Packages need https or localhost: over plain http the browser does not let this page check them. Open it there, or do without packages.',
      );
    }
    const { base, locked } = await this.#index();
    return Promise.all(
      names.map(async (name) => {
        const entry = locked.get(name);
        if (!entry) throw new SandboxError('unknown_package', `The package ${name} is not in this bundle.`);
        const data = await download(new URL(entry.file_name, base), name, onProgress);
        if ((await sha256(data)) !== entry.sha256) {
          throw new SandboxError(
            'bad_package',
            `The file of the package ${name} is damaged: its hash is not the lock's.`,
          );
        }
        return { name, data };
      }),
    );
  }

  /** What can be imported besides the standard library, in order. @returns {Promise<string[]>} */
  async modules() {
    const { locked } = await this.#index();
    return [...locked.values()].flatMap(({ imports }) => imports).sort();
  }

  /** What the bundle has: package → its modules. @returns {Promise<Map<string, string[]>>} */
  async packages() {
    const { locked } = await this.#index();
    return new Map([...locked].map(([name, { imports }]) => [name, imports]));
  }

  /** Once, and again only where that failed. */
  #index() {
    this.#loading ??= this.#load().catch((error) => {
      this.#loading = null;
      throw error;
    });
    return this.#loading;
  }

  async #load() {
    const manifest = await fetchWithin('package_unreachable', this.#manifestUrl, asJson);
    const lock = await fetchWithin('package_unreachable', new URL(manifest.assets.lock, this.#manifestUrl), asJson);
    const base = new URL(manifest.packages ?? 'packages/', this.#manifestUrl);
    return { base, locked: new Map(Object.entries(lock.packages)) };
  }
}

/** @param {URL} url @param {string} name @param {(progress: Progress) => void} onProgress */
const download = (url, name, onProgress) =>
  fetchWithin('package_unreachable', url, (response) => readCounted(response, name, onProgress));

/** @param {Response} response @param {string} name @param {(progress: Progress) => void} onProgress */
function readCounted(response, name, onProgress) {
  const total = Number(response.headers.get('content-length') ?? 0);
  let loaded = 0;
  const counted = response.body?.pipeThrough(
    new TransformStream({
      transform(chunk, controller) {
        loaded += chunk.byteLength;
        onProgress({ name, loaded, total });
        controller.enqueue(chunk);
      },
    }),
  );
  return new Response(counted).arrayBuffer();
}

/** @param {ArrayBuffer} data @returns {Promise<string>} hex digits */
async function sha256(data) {
  const digest = await crypto.subtle.digest('SHA-256', data);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
