/** Fetch what the page needs for the sandbox. Nothing waits for ever: who asks may want to stop. */

import { SandboxError } from './errors.js';

/** For the whole of it, from the request to the last byte. */
const FETCH_MS = 60_000;

/**
 * What `read` makes of the response. Rejects with a SandboxError of this kind where it does not come, comes as an
 * error, breaks off or takes more than a minute.
 * @template T
 * @param {'assets_unreachable' | 'package_unreachable'} kind
 * @param {URL} url
 * @param {(response: Response) => Promise<T>} read
 * @param {RequestInit} [options]
 * @returns {Promise<T>}
 */
export async function fetchWithin(kind, url, read, options) {
  try {
    const response = await fetch(url, { ...options, signal: AbortSignal.timeout(FETCH_MS) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return await read(response);
  } catch (error) {
    const { name } = /** @type {Error} */ (error);
    const why = name === 'TimeoutError' ? `it took longer than ${FETCH_MS / 1000} s` : error;
    throw new SandboxError(kind, `Could not load ${url.pathname} (${why}). Check the connection and reload.`);
  }
}

/** @param {Response} response */
export const asJson = (response) => response.json();
