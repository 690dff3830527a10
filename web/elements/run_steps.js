/** @typedef {import('./events.js').AgentEvent} AgentEvent */
/** @typedef {import('./events.js').ContextShortened} ContextShortened */
/** @typedef {import('./events.js').RunFinished} RunFinished */
/** @typedef {import('./step.js').StepElement} StepElement */

import { msg, str } from '../vendor/localize.js';
import { number, plural, tokens } from './counts.js';

/** The plans and steps of a run, of the conversation's or of a sub-agent's, and what happened between them. */
export class RunStepsElement extends HTMLElement {
  /** @type {StepElement | null} */ #last = null;
  /** @type {import('./plan.js').PlanElement | null} */ #plan = null;
  /** Steps after which a plan is made. @type {number | null} */ #interval = null;
  /** @type {HTMLElement | null} */ #planning = null;

  /** @param {AgentEvent} event */
  receive(event) {
    switch (event.type) {
      case 'run_started':
        this.#interval = event.planning_interval;
        if (this.#interval) this.#beginPlan(() => msg('The model makes a plan…'));
        return;
      case 'plan_made':
        this.#endPlan();
        if (this.#plan) this.#plan.open = false;
        this.#plan = Object.assign(document.createElement('ca-plan'), { made: event, revised: Boolean(this.#plan) });
        this.append(this.#plan);
        return;
      case 'context_shortened':
        this.append(note(() => shortenedInWords(event)));
        return;
      case 'step_started':
        this.#endPlan();
        this.#last = Object.assign(document.createElement('ca-step'), { number: event.step, forced: event.forced });
        this.append(this.#last);
        return;
      case 'run_finished':
        this.#endPlan();
        this.#last?.end(event.status === 'failed' ? 'failed' : 'stopped');
        return;
      case 'step_finished':
        this.#last?.receive(event);
        if (this.#interval && event.step % this.#interval === 0)
          this.#beginPlan(() => msg('The model goes over its plan…'));
        return;
      default:
        this.#last?.receive(event);
    }
  }

  /** How many steps there are. */
  get count() {
    return this.#last?.number ?? 0;
  }

  /** @param {() => string} words */
  #beginPlan(words) {
    this.#planning = note(words);
    this.append(this.#planning);
  }

  #endPlan() {
    this.#planning?.remove();
    this.#planning = null;
  }
}

/** @param {() => string} words */
function note(words) {
  return Object.assign(document.createElement('ca-note'), { words });
}

/** @param {ContextShortened} event */
function shortenedInWords({ shortened, summary, before_tokens: before, after_tokens: after }) {
  const count = number(shortened.length);
  const done = [
    shortened.length
      ? plural(
          shortened.length,
          msg(str`${count} older observation was shortened`),
          msg(str`${count} older observations were shortened`),
        )
      : '',
    summary ? msg('the earlier messages were summarised') : '',
  ].filter(Boolean);
  const words = done.join(msg(' and '));
  return msg(
    str`The conversation no longer fitted in what the model can read at once, so ${words} for it: from about ${tokens(before)} to ${number(after)}.`,
  );
}
