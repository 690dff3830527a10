/** How a run ended, in a visitor's words. */

/** @typedef {import('../elements/events.js').RunFinished} RunFinished */
/** @typedef {import('./words.js').Words} Words */

const UNREACHABLE = ['unreachable', 'dropped', 'refused', 'malformed', 'unusable'];

/** Empty where there is an answer. @param {RunFinished} ending @param {Words} words */
export function troubleInWords({ status, answer, error }, words) {
  if (answer) return '';
  if (status === 'stopped') return words.stopped;
  if (status !== 'failed') return words.unanswered;
  return UNREACHABLE.includes(error?.kind ?? '') ? words.unreachable : words.failed;
}
