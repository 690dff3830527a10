/** Tokens and money in words. */

import { msg, str } from '../vendor/localize.js';
import { number, tokens } from './counts.js';

/** @typedef {import('./events.js').Usage} Usage */

/** Of prompt and reply together. @param {Usage | null | undefined} usage */
const total = (usage) => (usage ? usage.prompt_tokens + usage.completion_tokens : 0);

/** `1,240 tokens`, `about 1,240 tokens (estimated)`; empty for none. @param {Usage | null | undefined} usage */
export function tokensInWords(usage) {
  const words = tokens(total(usage));
  if (!usage || !total(usage)) return '';
  return usage.estimated ? msg(str`about ${words} (estimated)`) : words;
}

/** The same where there is little room: `≈ 1,240 tokens`. @param {Usage | null | undefined} usage */
function tokensInShort(usage) {
  return total(usage) ? `${usage?.estimated ? '≈ ' : ''}${tokens(total(usage))}` : '';
}

/** In the currency of the model's price, which nobody tells: `cost 0.0021`. @param {number | null | undefined} cost */
export function costInWords(cost) {
  if (cost === null || cost === undefined) return '';
  return msg(str`cost ${number(cost, { maximumSignificantDigits: 2 })}`);
}

/** What is known of both. @param {Usage | null | undefined} usage @param {number | null | undefined} cost */
export function spentInWords(usage, cost) {
  return [tokensInWords(usage), costInWords(cost)].filter(Boolean).join(' · ');
}

/** The same where there is little room. @param {Usage | null | undefined} usage @param {number | null | undefined} cost */
export function spentInShort(usage, cost) {
  return [tokensInShort(usage), costInWords(cost)].filter(Boolean).join(' · ');
}

/** What the sign before a number of tokens means. @param {Usage | null | undefined} usage */
export function whyAbout(usage) {
  return usage?.estimated ? msg('Estimated: the model’s server does not count them.') : '';
}
