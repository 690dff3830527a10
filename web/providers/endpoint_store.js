/**
 * Where the person's endpoints and their keys are kept: as long as the tab (sessionStorage), or in this browser
 * (localStorage) where they said so. Never in a conversation, a trace or a file.
 */

/**
 * @typedef {object} Kept
 * @property {string} base_url
 * @property {string} name  as the operator calls it; empty for the person's own
 * @property {string} key  may be empty
 * @property {boolean} remember  in this browser, not only in this tab
 */

const KEY = `codeact-web endpoints ${new URL('.', location.href).pathname}`;

/** Where nothing can be kept, they hold as long as the page. @type {Kept[]} */
let unkept = [];

/** @returns {Kept[]} */
export function keptEndpoints() {
  try {
    return [...read(localStorage, true), ...read(sessionStorage, false)];
  } catch {
    return unkept; // no storage
  }
}

/** @param {Kept[]} endpoints */
export function keepEndpoints(endpoints) {
  unkept = endpoints;
  try {
    write(
      localStorage,
      endpoints.filter(({ remember }) => remember),
    );
    write(
      sessionStorage,
      endpoints.filter(({ remember }) => !remember),
    );
  } catch {} // they hold as long as the page
}

/** @param {Storage} storage @param {boolean} remember @returns {Kept[]} */
function read(storage, remember) {
  try {
    const found = JSON.parse(storage.getItem(KEY) ?? '[]');
    const isKept = (/** @type {Kept} */ { base_url, key }) => URL.canParse(base_url) && typeof key === 'string';
    return found.filter(isKept).map((/** @type {Kept} */ each) => ({ ...each, remember }));
  } catch {
    return []; // not what we wrote
  }
}

/** @param {Storage} storage @param {Kept[]} endpoints */
function write(storage, endpoints) {
  if (!endpoints.length) return storage.removeItem(KEY);
  storage.setItem(KEY, JSON.stringify(endpoints.map(({ base_url, name, key }) => ({ base_url, name, key }))));
}
