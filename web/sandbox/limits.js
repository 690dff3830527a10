/** Limits come from the site (sandbox/limits.json, where the operator sets them); callers can only lower them. */

import { SandboxError } from './errors.js';
import { asJson, fetchWithin } from './fetch_within.js';

/** @typedef {import('./protocol.js').Limits} Limits */

/** @param {string | URL} url @returns {Promise<Limits>} */
export const fetchLimits = (url) =>
  fetchWithin('assets_unreachable', new URL(url, location.href), asJson, { cache: 'no-cache' });

/**
 * The lower of both, limit by limit. A name that is not known, or a value that is not a positive whole number, is
 * the caller's mistake.
 * @param {Limits} allowed
 * @param {Partial<Limits>} asked
 * @returns {Limits}
 */
export function lowerLimits(allowed, asked) {
  const lowered = { ...allowed };
  for (const [name, value] of Object.entries(asked)) {
    if (!Object.hasOwn(allowed, name)) throw new SandboxError('bad_limits', `There is no limit named ${name}.`);
    checkLimit(name, value, name === 'spare_workers' ? 0 : 1);
    const key = /** @type {keyof Limits} */ (name);
    lowered[key] = Math.min(allowed[key], value);
  }
  return lowered;
}

/** @param {string} name @param {number} value @param {number} [least] */
export function checkLimit(name, value, least = 1) {
  if (Number.isSafeInteger(value) && value >= least) return;
  throw new SandboxError('bad_limits', `The limit ${name} must be a whole number above ${least - 1}, not ${value}.`);
}
