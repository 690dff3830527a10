/** In words: what came back in a fresh interpreter, and what did not. */

import { shownName } from '../file_names.js';
import { counted } from './duration.js';

/** @typedef {{reason: string, names: string[], lost: {name: string, why: string}[], behind?: boolean}} Report */

const MOST_NAMED = 6;

/** @param {Report} report */
export function restoredInWords({ reason, names, lost, behind }) {
  const came = names.length ? `${counted(names.length, 'variable')} came back` : 'no variables had been saved';
  const begin = reason === 'reloaded' ? `The conversation goes on: ${came}` : `In the new interpreter: ${came}`;
  const named = lost.slice(0, MOST_NAMED).map(({ name, why }) => `${shownName(name)} (${why})`);
  const more = lost.length > MOST_NAMED ? ` and ${lost.length - MOST_NAMED} more` : '';
  const without = lost.length ? ` Lost: ${named.join(', ')}${more}.` : '';
  const late = behind ? ' What the last step changed had not been saved yet.' : '';
  return `${begin}.${without}${late}`;
}
