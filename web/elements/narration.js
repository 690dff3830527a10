/** What a screen reader is told of a run: step starts, questions, errors and the answer; not every line. */

import { heard } from '../heard_words.js';
import { msg, str } from '../vendor/localize.js';

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
        ? msg('The steps or the budget ran out; the model must answer now.')
        : msg(str`Step ${event.step} started.`);
    case 'plan_made':
      return msg('The model made a plan.');
    case 'question_asked':
      return msg(str`The agent asks you: ${event.question}`);
    case 'approval_asked':
      return event.card.kind === 'code'
        ? `${msg('Code waits for your leave.')} ${event.card.reasons?.map(heard).join(' ') ?? ''}`
        : msg(str`The code wants to call ${event.card.name} and waits for your leave.`);
    case 'agent_event':
      return narrateAgent(event);
    case 'answer_rejected':
      return msg(str`The answer was not accepted: ${event.problems.join(' ')}`);
    case 'nudged':
      return msg(str`The model goes in circles: ${heard(event.reason)}.`);
    case 'model_retried':
      return heard(event.message);
    case 'step_finished': {
      const error = event.result?.error;
      const words = error ? `${error.name}: ${error.value}` : heard(event.error?.message ?? '');
      return words ? msg(str`Step ${event.step}: ${words}`) : '';
    }
    case 'run_finished':
      if (event.answer) return msg(str`Answer: ${withoutMarks(event.answer.text)}`);
      if (event.status === 'stopped') return msg('Stopped.');
      return event.error ? heard(event.error.message) : msg('The run ended without an answer.');
    default:
      return '';
  }
}

/** Markdown as it is read out. @param {string} text */
const withoutMarks = (text) => text.slice(0, 2 * LONGEST).replace(/\*\*|`/g, '');

/** Of a sub-agent only what the person must do, and its end. @param {import('./events.js').SubAgentEvent} event */
function narrateAgent({ agent, event }) {
  switch (event.type) {
    case 'question_asked':
    case 'approval_asked':
    case 'agent_event':
      return narrate(event);
    case 'run_finished':
      return event.answer ? msg(str`${agent} has answered.`) : msg(str`${agent} gave no answer.`);
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
