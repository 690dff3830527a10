/** A JSON value as Python would write it. @param {unknown} value @returns {string} */
export function literal(value) {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}: ${literal(item)}`)
    .join(', ')}}`;
}

/** A call's arguments as Python would write them. @param {Record<string, unknown>} given */
export function keywords(given) {
  return Object.entries(given)
    .map(([name, value]) => `${name}=${literal(value)}`)
    .join(', ');
}
