import { css, html, LitElement } from '../vendor/lit.js';
import { msg, str } from '../vendor/localize.js';
import { ASKING } from './asking.js';
import { steps } from './counts.js';
import { duration } from './duration.js';
import { disclosure, shared } from './shared_styles.js';
import { stepsStyles } from './step_styles.js';
import { spentInShort, whyAbout } from './usage_words.js';

/** @typedef {import('./events.js').AgentEvent} AgentEvent */
/** @typedef {import('./events.js').RunFinished} RunFinished */

/** @param {import('./events.js').Status} status */
const endedInWords = (status) =>
  ({
    answered: msg('answered'),
    forced: msg('answered with what it had'),
    unanswered: msg('gave no answer'),
    stopped: msg('was stopped'),
    stuck: msg('went in circles'),
    failed: msg('failed'),
  })[status];

/** The run of an agent that the code called as a function: one line, and its steps when opened. */
export class SubAgentElement extends LitElement {
  /** @override */
  static properties = { name: {}, ending: { state: true }, ended: { state: true }, steps: { state: true } };

  /** @override */
  static styles = [
    shared,
    disclosure,
    stepsStyles,
    css`
      details { border-inline-start: 2px solid var(--ca-color-accent); padding-inline-start: var(--ca-space-3); }
      summary { flex-wrap: wrap; }
      .name { color: var(--ca-color-text); font-weight: 600; }
      .failed { color: var(--ca-color-danger); }
      ca-run-steps, ca-ending { margin-block-start: var(--ca-space-2); }
    `,
  ];

  #list = document.createElement('ca-run-steps');

  constructor() {
    super();
    this.name = '';
    /** @type {RunFinished | null} */
    this.ending = null;
    /** Whether nothing more comes. */
    this.ended = false;
    this.steps = 0;
    // A question must be seen; it stays open, since the person was there.
    this.addEventListener(ASKING, () => {
      const details = this.renderRoot.querySelector('details');
      if (details) details.open = true;
    });
  }

  /** @param {AgentEvent} event */
  receive(event) {
    this.#list.receive(event);
    this.steps = this.#list.count;
    if (event.type === 'run_finished') this.ending = event;
  }

  /** The call has returned, or the step has ended. */
  end() {
    this.ended = true;
  }

  /** @override */
  render() {
    return html`<details>
      <summary><span class="name">${this.name}</span> <span class=${this.ending?.status ?? ''} title=${whyAbout(this.ending?.usage)}>${this.#words()}</span></summary>
      ${this.#list}
      ${this.ending ? html`<ca-ending nested .ending=${this.ending}></ca-ending>` : ''}
    </details>`;
  }

  #words() {
    if (this.ending) {
      const { status, steps: count, duration_ms: ms, usage, cost } = this.ending;
      const facts = [steps(count), duration(ms), spentInShort(usage, cost)].filter(Boolean).join(' · ');
      return `${endedInWords(status)} · ${facts}`;
    }
    if (this.ended) return `${msg('was ended')} · ${steps(this.steps)}`;
    return this.steps ? msg(str`works on step ${this.steps}…`) : msg('begins…');
  }
}
