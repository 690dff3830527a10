/** What of a run's events the host page's listeners are told, and under which name. */

/** @typedef {import('../elements/events.js').AgentEvent} AgentEvent */

const STEPS = ['run_started', 'plan_made', 'step_started', 'code_parsed', 'answer_rejected', 'nudged', 'step_finished'];
/** Arguments of the calls under way, by number. @type {Map<number, Record<string, unknown>>} */
const called = new Map();

/** @param {AgentEvent} event @returns {{name: 'step' | 'output' | 'tool', detail: object} | null} */
export function toldOf(event) {
  switch (event.type) {
    case 'output':
    case 'displayed':
      return { name: 'output', detail: event };
    case 'tool_called':
      called.set(event.call_id, event.arguments);
      return null;
    case 'tool_returned': {
      const { type: _type, step: _step, call_id, ...returned } = event;
      const args = called.get(call_id) ?? {};
      called.delete(call_id);
      return { name: 'tool', detail: { ...returned, arguments: args } };
    }
    case 'run_started':
      called.clear();
  }
  return STEPS.includes(event.type) ? { name: 'step', detail: event } : null;
}
