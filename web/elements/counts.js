/** Numbers, and things that are counted, in the page's language. */

import { language } from '../languages.js';
import { msg, str } from '../vendor/localize.js';

/** `1,240`. @param {number} value @param {Intl.NumberFormatOptions} [options] */
export const number = (value, options) => value.toLocaleString(language(), options);

/** The words that go with a number. @param {number} count @param {string} one @param {string} other */
export function plural(count, one, other) {
  return new Intl.PluralRules(language()).select(count) === 'one' ? one : other;
}

/** @param {number} count */
export function steps(count) {
  const shown = number(count);
  return plural(count, msg(str`${shown} step`), msg(str`${shown} steps`));
}

/** @param {number} count */
export function tokens(count) {
  const shown = number(count);
  return plural(count, msg(str`${shown} token`), msg(str`${shown} tokens`));
}

/** @param {number} count */
export function characters(count) {
  const shown = number(count);
  return plural(count, msg(str`${shown} character`), msg(str`${shown} characters`));
}

/** @param {number} count */
export function variables(count) {
  const shown = number(count);
  return plural(count, msg(str`${shown} variable`), msg(str`${shown} variables`));
}

/** @param {number} count */
export function files(count) {
  const shown = number(count);
  return plural(count, msg(str`${shown} file`), msg(str`${shown} files`));
}

/** @param {number} count */
export function models(count) {
  const shown = number(count);
  return plural(count, msg(str`${shown} model`), msg(str`${shown} models`));
}
