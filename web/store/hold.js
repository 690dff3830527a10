/** One tab for each conversation: whoever holds it may change it. */

/** The former page of a reload may take a moment to let go. */
const PATIENCE_MS = 300;

/**
 * @param {string} id
 * @returns {Promise<(() => void) | null>} lets go of it; null when another tab holds it
 */
export function hold(id) {
  // Without a secure origin there are no locks; the revisions in the store still tell of another tab.
  if (!navigator.locks) return Promise.resolve(() => {});
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const name = `codeact-web ${new URL('.', location.href).pathname} ${id}`;
  return new Promise((resolve, reject) => {
    const held = () => new Promise((release) => resolve(() => release(undefined)));
    navigator.locks.request(name, { signal }, held).catch((error) => {
      if (signal.aborted) resolve(null);
      else if (error.name === 'SecurityError')
        resolve(() => {}); // no storage, so nothing to share
      else reject(error);
    });
  });
}
