/** The shapes of messages: each side accepts a closed list, with exactly the fields it names. */

/** @typedef {(value: unknown) => boolean} Check */
/** @typedef {Record<string, Record<string, Check>>} Shapes  by `type`: field → check */

/** @type {Check} */
export const isText = (value) => typeof value === 'string';
/** @type {Check} */
export const isFlag = (value) => typeof value === 'boolean';
/** @type {Check} */
export const isCount = (value) => Number.isSafeInteger(value) && /** @type {number} */ (value) >= 0;
/** @type {Check} */
export const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
/** @type {Check} */
export const isList = Array.isArray;
/** @param {Check} check @returns {Check} */
export const orNull = (check) => (value) => value === null || check(value);
/** @param {Check} check @returns {Check} */
export const maybe = (check) => (value) => value === undefined || check(value);
/** @param {...unknown} known @returns {Check} */
export const oneOf =
  (...known) =>
  (value) =>
    known.includes(value);
/** @param {Check} check @returns {Check} */
export const listOf = (check) => (value) => Array.isArray(value) && value.every(check);
/** @param {Record<string, Check>} shape @returns {Check} */
export const like = (shape) => (value) =>
  isObject(value) &&
  Object.keys(/** @type {object} */ (value)).every((key) => Object.hasOwn(shape, key)) &&
  Object.entries(shape).every(([key, check]) => check(/** @type {any} */ (value)[key]));

export const isFailure = like({ kind: isText, message: isText });

/** Whether a message is of a known type, and as that type has it. @param {unknown} message @param {Shapes} shapes */
export function isKnown(message, shapes) {
  if (!isObject(message)) return false;
  const { type, ...fields } = /** @type {{type: unknown}} */ (message);
  return typeof type === 'string' && Object.hasOwn(shapes, type) && like(shapes[type])(fields);
}
