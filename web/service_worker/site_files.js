/**
 * The files of one version of the site, all of them or none. workbox fetches them when a version is installed, each
 * checked against its hash, and drops those of the former version when the new one takes over.
 */

import { PrecacheController } from 'workbox-precaching/PrecacheController.js';
import { base, site } from './scope.js';

export class SiteFiles {
  #controller = new PrecacheController({ cacheName: `codeact-site ${base.pathname}`, fallbackToNetwork: false });

  constructor() {
    this.#controller.addToCacheList(site.files);
  }

  /** Whether a file is of this version. @param {string} path */
  has(path) {
    return this.#key(path) !== undefined;
  }

  /** Rejects where one cannot be fetched or is another than the list says: then the former version stays. @param {ExtendableEvent} event */
  async install(event) {
    await this.#controller.install(event);
  }

  /** Drop what only the former version had. @param {ExtendableEvent} event */
  async activate(event) {
    await this.#controller.activate(event);
  }

  /** @param {string} path */
  async find(path) {
    const key = this.#key(path);
    return key ? (await this.#cache()).match(key) : undefined;
  }

  /** How many are kept. */
  async count() {
    return (await (await this.#cache()).keys()).length;
  }

  /**
   * Fetch again what the browser has dropped. False where the server has another version by now: then this one cannot
   * be made whole.
   */
  async mend() {
    const cache = await this.#cache();
    const kept = new Set((await cache.keys()).map(({ url }) => url));
    for (const [url, key] of this.#controller.getURLsToCacheKeys()) {
      if (kept.has(key)) continue;
      const integrity = this.#controller.getIntegrityForCacheKey(key);
      const fetched = await fetch(url, { integrity, cache: 'no-cache' }).catch(() => null);
      if (!fetched?.ok) return false;
      await cache.put(key, fetched);
    }
    return true;
  }

  #cache() {
    return caches.open(this.#controller.strategy.cacheName);
  }

  /** @param {string} path */
  #key(path) {
    return this.#controller.getCacheKeyForURL(new URL(path, base).href);
  }
}
