/** Makes and closes what is kept of a conversation. */

/** @typedef {import('./records.js').AgentEvent} AgentEvent */
/** @typedef {import('./records.js').Conversation} Conversation */

const LONGEST_TITLE = 80;
/** How a run ended that nobody saw the end of. @type {import('../elements/events.js').Failure} */
const CUT_OFF = { kind: 'reloaded', message: 'The page was reloaded during this run.' };

/** @param {string} title @param {boolean} named @returns {Conversation} */
export function makeConversation(title, named) {
  const random = crypto.getRandomValues(new Uint8Array(12));
  const id = Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const now = Date.now();
  return { id, title: inShort(title), named, created: now, updated: now, revision: 0 };
}

/** The first line, or its beginning. @param {string} text */
export function inShort(text) {
  const [line] = text.trim().split('\n');
  return line.length > LONGEST_TITLE ? `${line.slice(0, LONGEST_TITLE).replace(/[\uD800-\uDBFF]$/, '')}…` : line;
}

/** The event that ends a run whose end was never written down. @param {AgentEvent[]} events @returns {AgentEvent | null} */
export function endOfCutOff(events) {
  const last = events.findLast(({ type }) => type === 'run_started' || type === 'run_finished');
  if (last?.type !== 'run_started') return null;
  const begun = events.findLast(({ type }) => type === 'step_started');
  const steps = begun && events.lastIndexOf(begun) > events.lastIndexOf(last) && 'step' in begun ? begun.step : 0;
  return {
    type: 'run_finished',
    status: 'stopped',
    answer: null,
    error: CUT_OFF,
    steps,
    cap: null,
    usage: { prompt_tokens: 0, completion_tokens: 0, estimated: false },
    cost: null,
    duration_ms: 0,
  };
}
