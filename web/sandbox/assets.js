/** Fetch what the sandbox boots from. Called once per sandbox; the browser's cache keeps the bytes. */

import { SandboxError } from './errors.js';

/** @typedef {import('./protocol.js').Assets} Assets */

/** A boot image made by a JSPI engine makes every blocking tool call fail in one without. */
export const hasJspi = () => 'Suspending' in WebAssembly;

/**
 * @param {string | URL} manifestUrl
 * @param {{plain?: boolean}} [options]  `plain`: boot without the image
 * @returns {Promise<Assets>}
 */
export async function fetchAssets(manifestUrl, { plain = false } = {}) {
  const base = new URL(manifestUrl, location.href);
  const manifest = await (await fetchOk(base, { cache: 'no-cache' })).json();
  const get = (/** @type {string} */ name) => fetchOk(new URL(manifest.assets[name], base));
  const bytes = async (/** @type {string} */ name) => (await get(name)).arrayBuffer();
  const text = async (/** @type {string} */ name) => (await get(name)).text();
  const useImage = !plain && hasJspi() && manifest.assets.image;
  const [worker, wasm, stdlib, runtime, lock, image] = await Promise.all([
    text('worker'),
    bytes('wasm'),
    bytes('stdlib'),
    bytes('runtime'),
    text('lock'),
    useImage ? bytes('image') : null,
  ]);
  return { worker, wasm, stdlib, runtime, lock, image };
}

/** @param {URL} url @param {RequestInit} [options] */
async function fetchOk(url, options) {
  try {
    const response = await fetch(url, options);
    if (response.ok) return response;
    throw new Error(`status ${response.status}`);
  } catch (error) {
    throw new SandboxError(
      'assets_unreachable',
      `Could not load ${url.pathname} (${error}). Check the connection and reload.`,
    );
  }
}
