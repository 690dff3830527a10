import { css, html, LitElement } from '../vendor/lit.js';
import { counted, duration } from './duration.js';
import { SendEvent } from './events.js';
import { quietButton, shared } from './shared_styles.js';

/** @typedef {import('./events.js').RunFinished} RunFinished */

/**
 * How a run ended: the answer, or why there is none and what to do.
 * @fires ca-send - the person asks for the same task again
 */
export class EndingElement extends LitElement {
  /** @override */
  static properties = { task: {}, ending: {} };

  /** @override */
  static styles = [
    shared,
    quietButton,
    css`
      .trouble { display: flex; flex-wrap: wrap; align-items: center; gap: var(--ca-space-2) var(--ca-space-4); padding: var(--ca-space-3) var(--ca-space-4); border: 1px solid var(--ca-color-line); border-radius: var(--ca-radius-2); background: var(--ca-color-surface); }
      .failed { border-color: transparent; background: var(--ca-color-danger-soft); }
      .trouble div { flex: 1 1 20rem; overflow-wrap: anywhere; }
      h3 { margin: 0; font-size: var(--ca-size-3); font-weight: 600; }
      .trouble p { margin: 0; white-space: pre-line; }
      .quiet { background: var(--ca-color-surface); }
      .facts { margin: var(--ca-space-2) var(--ca-space-4) 0; color: var(--ca-color-muted); font-size: var(--ca-size-2); }
    `,
  ];

  constructor() {
    super();
    this.task = '';
    /** @type {RunFinished | null} */
    this.ending = null;
  }

  /** @override */
  render() {
    if (!this.ending) return '';
    const { answer, status, steps, duration_ms: ms } = this.ending;
    const forced = status === 'forced' ? 'The steps ran out, so the model answered with what it had. ' : '';
    return html`${answer ? html`<ca-answer .answer=${answer}></ca-answer>` : this.#trouble(this.ending)}
      ${steps ? html`<p class="facts">${forced}${counted(steps, 'step')}${ms ? ` · ${duration(ms)}` : ''}</p>` : ''}`;
  }

  /** @param {RunFinished} ending */
  #trouble({ status, error }) {
    const again = () => this.dispatchEvent(new SendEvent(this.task));
    const [title, words] = {
      stopped: ['Stopped', error?.message ?? 'The conversation so far is kept.'],
      failed: ['This did not work', error?.message ?? 'Something failed without saying why. Try again.'],
    }[/** @type {string} */ (status)] ?? [
      'No answer',
      error?.message ?? 'The steps ran out. Try again, or ask for less at once.',
    ];
    return html`<div class="trouble ${status}">
      <div><h3>${title}</h3><p>${words}</p></div>
      <button class="quiet" type="button" @click=${again}>Try again</button>
    </div>`;
  }
}
