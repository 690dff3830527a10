/**
 * What the sandbox boots from, fetched once for all frames of this origin, whatever the host says of caching: whoever
 * fetches a file keeps a copy in Cache Storage, and those who want it at the same time wait for that. File names hold
 * a hash of what is in them, so that a copy is never stale. docs/adr/0005
 */

import { fetchWithin } from './fetch_within.js';

/** How long one waits for another frame, which may be stuck, before it fetches by itself. */
const WAIT_MS = 30_000;

/** @template T @typedef {(response: Response) => Promise<T>} Read */

export class AssetCache {
  #cache;

  /** @param {Cache | null} cache  none where storage is forbidden: booting takes longer, that is all */
  constructor(cache) {
    this.#cache = cache;
  }

  /** One for each deployment on this origin. @param {URL} base */
  static async open(base) {
    try {
      return new AssetCache(await caches.open(`codeact-assets ${base.pathname}`));
    } catch {
      return new AssetCache(null); // an insecure origin or blocked storage
    }
  }

  /** Rejects as `fetchWithin` does. @template T @param {URL} url @param {Read<T>} read @returns {Promise<T>} */
  async get(url, read) {
    const cache = this.#cache;
    if (!cache) return fetchAsset(url, read);
    return (
      (await kept(url, read)) ?? (navigator.locks ? fetchInTurn(cache, url, read) : fetchKept(cache, url, read).got)
    );
  }

  /** Hold no others than these, and none that the service worker holds. @param {URL[]} urls */
  async tidy(urls) {
    try {
      const wanted = new Set(urls.map(String)).difference(await keptByWorker());
      for (const { url } of (await this.#cache?.keys()) ?? []) if (!wanted.has(url)) await this.#cache?.delete(url);
    } catch {
      // The page is going: there is a file too many, that is all.
    }
  }
}

/** @template T @param {URL} url @param {Read<T>} read */
const fetchAsset = (url, read) => fetchWithin('assets_unreachable', url, read);

/** Of the service worker's copies as well. @template T @param {URL} url @param {Read<T>} read @returns {Promise<T | null>} */
async function kept(url, read) {
  try {
    const found = await caches.match(url);
    return found ? await read(found) : null;
  } catch (error) {
    console.warn(`The copy of ${url} cannot be read: it is fetched.`, error);
    return null;
  }
}

/**
 * `got` is what was read; `copied` resolves when others find the copy, or there will be none.
 * @template T @param {Cache} cache @param {URL} url @param {Read<T>} read
 */
function fetchKept(cache, url, read) {
  /** @type {Promise<unknown>} */ let copying = Promise.resolve();
  const got = fetchAsset(url, (response) => {
    copying = cache.put(url, response.clone()).catch(() => {}); // the quota is full: booting takes longer next time
    return read(response);
  });
  const copied = got.then(() => copying, () => copying); // biome-ignore format: reads as one
  return { got, copied };
}

/** One frame after the other: the first fetches, the next find its copy. @template T @param {Cache} cache @param {URL} url @param {Read<T>} read @returns {Promise<T>} */
function fetchInTurn(cache, url, read) {
  return new Promise((resolve, reject) => {
    const inTurn = async () => {
      const found = await kept(url, read);
      if (found !== null) return resolve(found);
      const { got, copied } = fetchKept(cache, url, read);
      resolve(got);
      await copied;
    };
    const waiting = { signal: AbortSignal.timeout(WAIT_MS) };
    navigator.locks.request(`codeact-asset ${url}`, waiting, inTurn).catch((error) => {
      if (waiting.signal.aborted) resolve(fetchAsset(url, read));
      else reject(error);
    });
  });
}

/** @returns {Promise<Set<string>>} */
async function keptByWorker() {
  const name = `codeact-site ${new URL('./', document.baseURI).pathname}`; // web/service_worker/site_files.js
  if (!(await caches.has(name))) return new Set();
  return new Set((await (await caches.open(name)).keys()).map(({ url }) => url));
}
