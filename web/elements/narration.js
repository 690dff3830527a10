/** What a screen reader is told of a run: step starts, questions, errors and the answer; not every line. */

/** @typedef {import('./events.js').AgentEvent} AgentEvent */

const LONGEST = 600;
const KEPT = 12;

/**
 * @param {AgentEvent} event
 * @returns {string} a sentence, or '' for events that are not told
 */
export function narrate(event) {
  switch (event.type) {
    case 'step_started':
      return event.forced
        ? 'The steps or the budget ran out; the model must answer now.'
        : `Step ${event.step} started.`;
    case 'plan_made':
      return 'The model made a plan.';
    case 'question_asked':
      return `The agent asks you: ${event.question}`;
    case 'approval_asked':
      return event.card.kind === 'code'
        ? `Code waits for your leave. ${event.card.reasons?.join('. ') ?? ''}`
        : `The code wants to call ${event.card.name} and waits for your leave.`;
    case 'agent_event':
      return narrateAgent(event);
    case 'answer_rejected':
      return `The answer was not accepted: ${event.problems.join(' ')}`;
    case 'nudged':
      return `The model goes in circles: ${event.reason}.`;
    case 'model_retried':
      return event.message;
    case 'step_finished': {
      const error = event.result?.error;
      const words = error ? `${error.name}: ${error.value}` : event.error?.message;
      return words ? `Step ${event.step}: ${words}` : '';
    }
    case 'run_finished':
      if (event.answer) return `Answer: ${event.answer.text.slice(0, 2 * LONGEST).replace(/\*\*|`/g, '')}`;
      if (event.status === 'stopped') return 'Stopped.';
      return event.error?.message ?? 'The run ended without an answer.';
    default:
      return '';
  }
}

/** Of a sub-agent only what the person must do, and its end. @param {import('./events.js').SubAgentEvent} event */
function narrateAgent({ agent, event }) {
  switch (event.type) {
    case 'question_asked':
    case 'approval_asked':
    case 'agent_event':
      return narrate(event);
    case 'run_finished':
      return event.answer ? `${agent} has answered.` : `${agent} gave no answer.`;
    default:
      return '';
  }
}

/** Add a sentence to a polite live region. @param {Element} region @param {string} sentence */
export function announce(region, sentence) {
  if (!sentence) return;
  const line = document.createElement('p');
  line.textContent = sentence.length > LONGEST ? `${sentence.slice(0, LONGEST)}…` : sentence;
  region.append(line);
  while (region.childElementCount > KEPT) region.firstElementChild?.remove();
}
