/** Storage that is full or broken must be no worse than none. */

/** Nothing where the browser cannot do it, which is logged. @template T @param {Promise<T>} work @returns {Promise<T | undefined>} */
export function unlessBroken(work) {
  return work.catch((error) => {
    console.warn('The browser’s storage failed.', error);
    return undefined;
  });
}
