/**
 * The files of one version of the site, all that are wanted or none: those of an engine for models in the browser are
 * wanted where it is used. workbox fetches them when a version is installed, each
 * checked against its hash, and drops those of the former version when the new one takes over.
 */

import { PrecacheController } from 'workbox-precaching/PrecacheController.js';
import { base, site } from './scope.js';
import { unlessBroken } from './storage.js';

const makeController = (/** @type {typeof site.files} */ files) => {
  const name = `codeact-site ${base.pathname}`;
  const controller = new PrecacheController({ cacheName: name, fallbackToNetwork: false });
  controller.addToCacheList(files);
  return controller;
};

/** @param {Set<string>} engines  that are used */
function wanted(engines) {
  const others = Object.entries(site.engines).filter(([name]) => !engines.has(name));
  const unwanted = new Set(others.flatMap(([, files]) => files));
  return site.files.filter(({ url }) => !unwanted.has(url));
}

/** No navigation takes an answer that says it was redirected. @param {Response} response */
function withoutFlag({ body, status, statusText, headers }) {
  return new Response(body, { status, statusText, headers });
}

export class SiteFiles {
  /** Of all files: what is no longer wanted stays until the next version. */
  #controller = makeController(site.files);

  /** Whether a file is of this version. @param {string} path */
  has(path) {
    return this.#key(path) !== undefined;
  }

  /** Rejects where one cannot be fetched or is another than the list says: then the former version stays. @param {ExtendableEvent} event @param {Set<string>} engines */
  async install(event, engines) {
    await makeController(wanted(engines)).install(event);
  }

  /** Drop what only the former version had. @param {ExtendableEvent} event */
  async activate(event) {
    await this.#controller.activate(event);
  }

  /** @param {string} path */
  async find(path) {
    const key = this.#key(path);
    return key ? unlessBroken(this.#cache().then((cache) => cache.match(key))) : undefined;
  }

  /** Whether there is a copy. */
  async isKept() {
    return (await (await this.#cache()).keys()).length > 0;
  }

  /** How many of the files that are wanted are kept. @param {Set<string>} engines */
  async count(engines) {
    const kept = await this.#keys();
    const files = wanted(engines);
    return { kept: files.filter(({ url }) => kept.has(this.#key(url) ?? '')).length, files: files.length };
  }

  /**
   * Fetch again what the browser has dropped, or what is wanted by now. False where the server has another version by
   * now: then this one cannot be made whole.
   * @param {Set<string>} engines
   */
  async mend(engines) {
    const cache = await this.#cache();
    const kept = await this.#keys();
    for (const { url } of wanted(engines)) {
      const key = this.#key(url);
      if (!key || kept.has(key)) continue;
      const integrity = this.#controller.getIntegrityForCacheKey(key);
      const fetched = await fetch(new URL(url, base), { integrity, cache: 'no-cache' }).catch(() => null);
      if (!fetched?.ok) return false;
      await cache.put(key, fetched.redirected ? withoutFlag(fetched) : fetched);
    }
    return true;
  }

  async #keys() {
    return new Set((await (await this.#cache()).keys()).map(({ url }) => url));
  }

  #cache() {
    return caches.open(this.#controller.strategy.cacheName);
  }

  /** @param {string} path */
  #key(path) {
    return this.#controller.getCacheKeyForURL(new URL(path, base).href);
  }
}
