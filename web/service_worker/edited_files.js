/** Files that an operator edits: as the server has them now; without a network as they were last seen. */

import { base, site } from './scope.js';
import { unlessBroken } from './storage.js';

/** A network that is there and does not answer must not keep a kiosk from starting. */
const PATIENCE_MS = 4_000;
const SETTINGS = 'site.json';
const KIOSK = 'kiosk.json';
const RECORDINGS = 'recordings/index.json';

export class EditedFiles {
  #name = `codeact-edited ${base.pathname}`;

  /** @param {string} path */
  has(path) {
    return site.edited.some((each) => (each.endsWith('/') ? path.startsWith(each) : path === each));
  }

  /** Fetch all of them once, so that they are there later. What a site does not have is no failure. */
  async keep() {
    const files = site.edited.filter((each) => !each.endsWith('/'));
    await Promise.all(files.map((path) => this.#fetch(path).catch(() => null)));
    const index = await this.#read(RECORDINGS);
    /** @type {{id: string}[]} */
    const recordings = index?.recordings ?? [];
    await Promise.all(recordings.map(({ id }) => this.#fetch(`recordings/${id}.json`).catch(() => null)));
  }

  /** Rejects where it was never seen. @param {string} path @returns {Promise<Response>} */
  async answer(path) {
    try {
      const response = await this.#fetch(path);
      if (response.status < 500) return response;
      return (await this.#kept(path)) ?? response;
    } catch (error) {
      const kept = await this.#kept(path);
      if (kept) return kept;
      throw error;
    }
  }

  /** Of `site.json`, as last seen. @returns {Promise<{offline: boolean, isolate: boolean}>} */
  async settings() {
    const { offline = false, isolate = false } = (await this.#read(SETTINGS)) ?? {};
    return { offline, isolate };
  }

  /**
   * The engines of the browser's models that are used here, by their names: of the kiosk's model; on other pages without
   * a network, of all that `site.json` offers, and wllama for a file that the person opens. As last seen.
   */
  async engines() {
    const { offline = false, local_models = [], own_model = true } = (await this.#read(SETTINGS)) ?? {};
    const { model = '' } = (await this.#read(KIOSK)) ?? {};
    /** @type {{id: string, engine: string}[]} */
    const offered = Array.isArray(local_models) ? local_models : [];
    const used = offered.filter(({ id }) => offline || model === `local:${id}`).map(({ engine }) => engine);
    return new Set(offline && own_model ? [...used, 'wllama'] : used);
  }

  /** @param {string} path */
  async #fetch(path) {
    const response = await fetch(new URL(path, base), { cache: 'no-cache', signal: AbortSignal.timeout(PATIENCE_MS) });
    await response.clone().arrayBuffer(); // rejects where it breaks off
    await unlessBroken(this.#keep(path, response.clone()));
    return response;
  }

  /** @param {string} path @param {Response} response */
  async #keep(path, response) {
    const cache = await caches.open(this.#name);
    if (response.ok) await cache.put(new URL(path, base), response);
    else if (response.status < 500) await cache.delete(new URL(path, base));
  }

  /** @param {string} path */
  async #kept(path) {
    return unlessBroken(caches.open(this.#name).then((cache) => cache.match(new URL(path, base))));
  }

  /** @param {string} path */
  async #read(path) {
    const kept = await this.#kept(path);
    return kept ? kept.json().catch(() => null) : null; // not JSON: the page says so
  }
}
