/** Fetch what the sandbox boots from, as its manifest lists it. */

import { AssetCache } from './asset_cache.js';
import { asJson, fetchWithin } from './fetch_within.js';

/** @typedef {import('./protocol.js').Asset} Asset */

/** Once the boot has the disk for itself no more. */
const TIDY_AFTER_MS = 1_000;

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
    AssetCache.open(base),
    fetchWithin('assets_unreachable', base, asJson, { cache: 'no-cache' }),
  ]);
  const url = (/** @type {string} */ name) => new URL(manifest.assets[name], base);
  const bytes = async (/** @type {'wasm' | 'stdlib' | 'runtime' | 'image'} */ name) => {
    onAsset({ type: 'asset', name, data: await cache.get(url(name), (response) => response.arrayBuffer()) });
  };
  const text = async (/** @type {'worker' | 'lock'} */ name) => {
    onAsset({ type: 'asset', name, data: await cache.get(url(name), (response) => response.text()) });
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
  setTimeout(() => cache.tidy(Object.keys(manifest.assets).map(url)), TIDY_AFTER_MS);
}
