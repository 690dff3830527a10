import { css, html, LitElement } from '../vendor/lit.js';
import { msg } from '../vendor/localize.js';
import { shared } from './shared_styles.js';

/** @typedef {import('./events.js').AgentEvent} AgentEvent */
/** @typedef {import('./run.js').RunElement} RunElement */

/** The runs of a conversation, oldest first. It renders the events of the run that `begin` made. */
export class TranscriptElement extends LitElement {
  /** @override */
  static styles = [shared, css`slot { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--ca-space-6); }`];

  /** @type {RunElement | null} */ #current = null;

  /** Show a task at once, before the loop says that it has begun. @param {string} task @returns {RunElement} */
  begin(task) {
    const run = document.createElement('ca-run');
    run.task = task;
    this.append(run);
    this.#current = run;
    return run;
  }

  /**
   * @param {AgentEvent} event
   * @returns {boolean} whether it is of a run that is shown; one that was cleared may still have to end
   */
  receive(event) {
    if (!this.#current) {
      // A worker may be replaced as the run ends, and be told of after it.
      if (event.type === 'restored') /** @type {RunElement | null} */ (this.lastElementChild)?.receive(event);
      return false;
    }
    this.#current.receive(event);
    if (event.type === 'run_finished') this.#current = null;
    return true;
  }

  /** End a run, if it is still the current one, with words for the person. @param {RunElement} run @param {string} message */
  fail(run, message) {
    if (run !== this.#current) return;
    this.receive({
      type: 'run_finished',
      status: 'failed',
      answer: null,
      error: { kind: 'page', message },
      steps: 0,
      cap: null,
      usage: { prompt_tokens: 0, completion_tokens: 0, estimated: false },
      cost: null,
      duration_ms: 0,
    });
  }

  clear() {
    this.#current = null;
    this.replaceChildren();
  }

  /** @override */
  render() {
    return html`<section aria-label=${msg('Transcript')}><slot></slot></section>`;
  }
}
