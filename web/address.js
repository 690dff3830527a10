/** The page's address names a conversation: `#id`. */

/** @returns {string} empty where it names none */
export const addressedId = () => location.hash.slice(1);

/** Without a step back in the browser's history. @param {string} [id] */
export function showId(id) {
  history.replaceState(null, '', id ? `#${id}` : location.pathname + location.search);
}
