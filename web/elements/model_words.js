/** What is said of a model. */

import { msg, str } from '../vendor/localize.js';
import { number } from './counts.js';

/** Ours are named in the page's language. @param {Pick<import('./events.js').Model, 'name' | 'provider'>} model */
export function modelName({ name, provider }) {
  if (provider === 'recorded') return msg('Recorded');
  return provider === 'prompt_api' ? msg('Built into this browser') : name;
}

/** `8,192 tokens of context · 4 threads · 12.3 tokens a second`. @param {number} context @param {number} threads @param {number} speed  0: not known */
export function abilityInWords(context, threads, speed) {
  const told = [];
  if (context) told.push(msg(str`${number(context)} tokens of context`));
  if (threads > 1) told.push(msg(str`${number(threads)} threads`));
  if (speed) told.push(msg(str`${number(speed, { maximumFractionDigits: speed < 10 ? 1 : 0 })} tokens a second`));
  return told.join(' · ');
}
