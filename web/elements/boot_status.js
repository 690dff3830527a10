import { heard } from '../heard_words.js';
import { css, html, LitElement } from '../vendor/lit.js';
import { msg } from '../vendor/localize.js';
import { bootStepInWords, lackInWords } from './boot_words.js';
import { duration } from './duration.js';
import { quietButton, shared } from './shared_styles.js';

/** @typedef {import('./events.js').BootStep} BootStep */

const MARKS = { doing: '', done: '✓', failed: '✕' };
const SPOKEN = { doing: () => msg('in progress'), done: () => msg('done'), failed: () => msg('failed') };

/**
 * How far the boot is, in a few words; its named steps when opened. A failure opens it. With the attribute `begins` it
 * stands at the start of its line, with room for its words on a small screen too.
 */
export class BootStatusElement extends LitElement {
  /** @override */
  static properties = { steps: { state: true }, ready: { state: true } };

  /** @override */
  static styles = [
    shared,
    quietButton,
    css`
      details { position: relative; font-size: var(--ca-size-2); }
      summary { display: flex; align-items: center; gap: var(--ca-space-2); padding: var(--ca-space-1); color: var(--ca-color-muted); list-style: none; cursor: pointer; white-space: nowrap; border-radius: var(--ca-radius-1); }
      summary::-webkit-details-marker { display: none; }
      summary:hover { color: var(--ca-color-text); }
      .mark { flex: none; inline-size: 0.5rem; block-size: 0.5rem; border-radius: 50%; background: var(--ca-color-accent); }
      .doing .mark { animation: pulse var(--ca-duration-3) ease-in-out infinite alternate; }
      .failed .mark { background: var(--ca-color-danger); }
      .failed summary { color: var(--ca-color-danger); }
      .panel { position: absolute; inset-block-start: calc(100% + var(--ca-space-2)); inset-inline-end: 0; inline-size: max-content; min-inline-size: 14rem; max-inline-size: min(22rem, 90vw); max-block-size: calc(100dvh - 4rem); overflow: auto; padding: var(--ca-space-3) var(--ca-space-4); border: 1px solid var(--ca-color-line-strong); border-radius: var(--ca-radius-2); background: var(--ca-color-surface); box-shadow: var(--ca-shadow); }
      :host([begins]) .panel { inset-inline: 0 auto; }
      ol { display: grid; gap: var(--ca-space-1); margin: 0; padding: 0; list-style: none; }
      li { display: grid; grid-template-columns: 1rem 1fr auto; gap: var(--ca-space-2); }
      li span { color: var(--ca-color-muted); font-variant-numeric: tabular-nums; }
      .panel { overflow-wrap: anywhere; }
      .panel p { margin: var(--ca-space-2) 0; }
      @keyframes pulse { from { opacity: 0.35; } }
      @media (prefers-reduced-motion: reduce) { .mark { animation: none !important; } }
      @media (max-width: 30rem) {
        :host(:not([begins])) .done .words { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }
        :host(:not([begins])) .done summary { padding: var(--ca-space-3); }
        :host(:not([begins])) .failed .words { max-inline-size: 6rem; white-space: normal; line-height: 1.2; }
        .panel, :host([begins]) .panel { position: fixed; inset-block-start: 3.5rem; inset-inline: var(--ca-space-3); inline-size: auto; max-inline-size: none; }
      }
      @media (max-height: 20rem) { .failed ol { display: none; } } /* room for why, and for the button */
      @media (max-width: 24rem) { .took { display: none; } }
      :host([begins]) { min-inline-size: 0; }
      :host([begins]) .words { overflow: hidden; text-overflow: ellipsis; }
    `,
  ];

  constructor() {
    super();
    /** @type {BootStep[]} */
    this.steps = [];
    /** @type {BootStep | null} */
    this.ready = null;
  }

  /** @param {BootStep} step */
  receive(step) {
    if (step.step === 'ready') {
      this.ready = step;
      return;
    }
    const known = this.steps.some((other) => other.step === step.step);
    this.steps = known ? this.steps.map((other) => (other.step === step.step ? step : other)) : [...this.steps, step];
  }

  /** @param {string} message */
  fail(message) {
    if (!this.#failed) this.receive({ step: 'page', state: 'failed', message });
  }

  /** What went wrong is said elsewhere: do not cover it. */
  fold() {
    const details = this.renderRoot.querySelector('details');
    if (details) details.open = false;
  }

  get #failed() {
    return (
      this.steps.find((step) => step.state === 'failed') ?? (this.ready?.state === 'failed' ? this.ready : undefined)
    );
  }

  get #state() {
    if (this.#failed) return 'failed';
    return this.ready ? 'done' : 'doing';
  }

  #words() {
    if (this.#failed) return msg('Python did not start');
    if (!this.ready) return `${bootStepInWords(this.steps.findLast((step) => step.state === 'doing')?.step)}…`;
    return html`${msg('Python ready')}${this.ready.ms ? html`<span class="took"> · ${duration(this.ready.ms)}</span>` : ''}`;
  }

  /** @override */
  render() {
    const failed = this.#failed;
    return html`<details class=${this.#state} ?open=${Boolean(failed)} @keydown=${this.#close} @focusout=${this.#leave}>
      <summary><span class="mark"></span><span class="words">${this.#words()}</span></summary>
      <div class="panel">
        <ol>${this.steps.map((step) => this.#row(step))}</ol>
        ${failed ? html`<p>${failed.message ? heard(failed.message) : msg('Reload the page to try again.')}</p>` : ''}
        ${!failed && this.ready?.lacks?.length ? html`<p>${this.ready.lacks.map(lackInWords).join(' ')}</p>` : ''}
        ${failed ? html`<button class="quiet" type="button" @click=${() => location.reload()}>${msg('Reload')}</button>` : ''}
      </div>
    </details>`;
  }

  /** @param {BootStep} step */
  #row({ step, state, ms }) {
    return html`<li><span aria-hidden="true">${MARKS[state]}</span>${bootStepInWords(step)}
      <span>${ms === undefined ? '' : duration(ms)}<span class="visually-hidden">${SPOKEN[state]()}</span></span></li>`;
  }

  /** @param {KeyboardEvent} event */
  #close(event) {
    if (event.key === 'Escape') /** @type {HTMLDetailsElement} */ (event.currentTarget).open = false;
  }

  /** @param {FocusEvent} event */
  #leave(event) {
    const details = /** @type {HTMLDetailsElement} */ (event.currentTarget);
    if (!this.#failed && !details.contains(/** @type {Node | null} */ (event.relatedTarget))) details.open = false;
  }
}
