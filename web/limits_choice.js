/** Limits that the person lowered, kept in the browser: for conversations to come. */

/** @typedef {import('./sandbox/protocol.js').Limits} Limits */
/** @typedef {Partial<Pick<Limits, 'time_ms' | 'memory_mb'>>} Choice */

const KEY = `codeact-web limits ${new URL('.', location.href).pathname}`;
/** Not less: Python would not start, and no step would end. */
export const LEAST = { time_ms: 1_000, memory_mb: 64 };

/** Where nothing can be kept, they hold as long as the page. @type {Choice} */
let unkept = {};

/** @returns {Choice} */
export function chosenLimits() {
  /** @type {Choice} */
  const chosen = {};
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    for (const name of /** @type {(keyof typeof LEAST)[]} */ (Object.keys(LEAST))) {
      if (Number.isSafeInteger(kept[name])) chosen[name] = Math.max(kept[name], LEAST[name]);
    }
  } catch {
    return unkept; // no storage, or not what we wrote
  }
  return Object.keys(chosen).length ? chosen : unkept;
}

/** @param {Choice} choice @returns {boolean}  whether they outlast the page */
export function chooseLimits(choice) {
  unkept = choice;
  try {
    localStorage.setItem(KEY, JSON.stringify(choice));
    return true;
  } catch {
    return false;
  }
}
