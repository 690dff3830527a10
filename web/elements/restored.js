/** In words: what came back in a fresh interpreter, and what did not. */

import { shownName } from '../file_names.js';
import { msg, str } from '../vendor/localize.js';
import { number, plural } from './counts.js';

/** @typedef {{reason: string, names: string[], lost: {name: string, why: string}[], behind?: boolean}} Report */

const MOST_NAMED = 6;

/** @param {Report} report */
export function restoredInWords({ reason, names, lost, behind }) {
  const count = number(names.length);
  const came = names.length
    ? plural(names.length, msg(str`${count} variable came back`), msg(str`${count} variables came back`))
    : msg('no variables had been saved');
  const begin =
    reason === 'reloaded' ? msg(str`The conversation goes on: ${came}.`) : msg(str`In the new interpreter: ${came}.`);
  const named = lost.slice(0, MOST_NAMED).map(({ name, why }) => `${shownName(name)} (${why})`);
  const list = named.join(', ');
  const rest = number(lost.length - MOST_NAMED);
  const which = lost.length > MOST_NAMED ? msg(str`Lost: ${list} and ${rest} more.`) : msg(str`Lost: ${list}.`);
  const late = msg('What the last step changed had not been saved yet.');
  return [begin, lost.length ? which : '', behind ? late : ''].filter(Boolean).join(' ');
}
