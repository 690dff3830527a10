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

/** In place of another at its address. @param {Kept} endpoint */
export function keepEndpoint({ base_url, name, key, remember }) {
  change(base_url, [{ base_url, name, key, remember }]);
}

/** @param {string} base_url */
export function forgetEndpoint(base_url) {
  change(base_url, []);
}

/** Call `changed` when other tabs have changed what this browser remembers. @param {() => void} changed */
export function watchOthers(changed) {
  addEventListener('storage', ({ key, storageArea }) => {
    if (storageArea === localStorage && (key === KEY || key === null)) changed();
  });
}

/**
 * Only what is at this address, as it is stored now: what another tab has forgotten must not come back.
 * @param {string} base_url @param {Kept[]} wanted
 */
function change(base_url, wanted) {
  const endpoints = [...keptEndpoints().filter((each) => each.base_url !== base_url), ...wanted];
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
