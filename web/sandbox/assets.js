/**
 * Fetch what the sandbox boots from. Decoded bytes are kept in the browser's Cache Storage: from there they
 * come five times faster than from the HTTP cache, which keeps them compressed (docs/adr/0005).
 */

import { asJson, fetchWithin } from './fetch_within.js';

/** @typedef {import('./protocol.js').Asset} Asset */

const KEEP_AFTER_MS = 1_000;

/** A boot image made by a JSPI engine makes every blocking tool call fail in one without. */
export const hasJspi = () => 'Suspending' in WebAssembly;

/**
 * Hands each asset over as it comes: the wasm is compiled while the image is still on its way.
 * @param {string | URL} manifestUrl
 * @param {(asset: Asset) => void} onAsset
 * @param {{plain?: boolean}} [options]  `plain`: boot without the image
 */
export async function fetchAssets(manifestUrl, onAsset, { plain = false } = {}) {
  const base = new URL(manifestUrl, location.href);
  const [cache, manifest] = await Promise.all([
    openCache(base),
    fetchWithin('assets_unreachable', base, asJson, { cache: 'no-cache' }),
  ]);
  const url = (/** @type {string} */ name) => new URL(manifest.assets[name], base);
  /** @template T @param {string} name @param {(response: Response) => Promise<T>} read */
  const get = async (name, read) => {
    const kept = cache && (await caches.match(url(name))); // or as the service worker keeps it: names tell contents
    return kept ? read(kept) : fetchWithin('assets_unreachable', url(name), read);
  };
  const bytes = async (/** @type {'wasm' | 'stdlib' | 'runtime' | 'image'} */ name) => {
    onAsset({ type: 'asset', name, data: await get(name, (response) => response.arrayBuffer()) });
  };
  const text = async (/** @type {'worker' | 'lock'} */ name) => {
    onAsset({ type: 'asset', name, data: await get(name, (response) => response.text()) });
  };
  const useImage = !plain && hasJspi() && manifest.assets.image;
  if (!useImage) onAsset({ type: 'asset', name: 'image', data: null });
  await Promise.all([
    bytes('wasm'),
    text('worker'),
    bytes('stdlib'),
    bytes('runtime'),
    text('lock'),
    useImage ? bytes('image') : null,
  ]);
  if (cache) setTimeout(() => keep(cache, Object.keys(manifest.assets).map(url)), KEEP_AFTER_MS);
}

/** One cache for each deployment on this origin; none where storage is forbidden. @param {URL} base */
async function openCache(base) {
  try {
    return await caches.open(`codeact-assets ${base.pathname}`);
  } catch {
    return null; // an insecure origin or blocked storage: booting takes longer, that is all
  }
}

/** Hold exactly these, but for those that the service worker holds. @param {Cache} cache @param {URL[]} urls */
async function keep(cache, urls) {
  try {
    const kept = new Set((await cache.keys()).map((request) => request.url));
    const wanted = new Set(urls.map(String)).difference(await keptByWorker());
    for (const stale of kept.difference(wanted)) await cache.delete(stale);
    for (const missing of wanted.difference(kept)) await cache.add(missing);
  } catch {
    // The quota is full or the page is going: booting takes longer, that is all.
  }
}

/** @returns {Promise<Set<string>>} */
async function keptByWorker() {
  const name = `codeact-site ${new URL('./', document.baseURI).pathname}`; // web/service_worker/site_files.js
  if (!(await caches.has(name))) return new Set();
  return new Set((await (await caches.open(name)).keys()).map(({ url }) => url));
}
