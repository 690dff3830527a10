import { css, html, LitElement } from '../vendor/lit.js';
import { msg, str } from '../vendor/localize.js';
import { number } from './counts.js';
import { duration } from './duration.js';
import { keywords, literal } from './literal.js';
import { shared } from './shared_styles.js';

/** @typedef {import('./events.js').ToolCalled} ToolCalled */
/** @typedef {import('./events.js').ToolProgress} ToolProgress */
/** @typedef {import('./events.js').ToolReturned} ToolReturned */

const SHORT = 160;
const LONGEST = 20_000;

/** One tool call on one line: `name(arguments) → value`, and below it how far it is. */
export class ToolCallElement extends LitElement {
  /** @override */
  static properties = { call: {}, outcome: {}, progress: {}, ended: {}, whole: { state: true } };

  /** @override */
  static styles = [
    shared,
    css`
      :host { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 var(--ca-space-2); padding-inline-start: var(--ca-space-2); border-inline-start: 2px solid var(--ca-color-line-strong); font: var(--ca-size-2) / 1.6 var(--ca-font-code); }
      code { flex: 1 1 0; min-inline-size: 0; font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; }
      .name { color: var(--ca-code-name); }
      .arrow, .time { color: var(--ca-color-muted); }
      .time { flex: none; font: var(--ca-size-1) var(--ca-font); }
      .progress { flex-basis: 100%; display: flex; align-items: center; gap: var(--ca-space-2); padding-block: var(--ca-space-1); color: var(--ca-color-muted); font: var(--ca-size-2) var(--ca-font); overflow-wrap: anywhere; }
      progress { flex: none; inline-size: 8rem; block-size: 0.5rem; accent-color: var(--ca-color-accent); }
      .error { color: var(--ca-color-danger); }
      button { padding: 0; border: 0; background: none; color: var(--ca-color-accent); font: var(--ca-size-1) var(--ca-font); }
    `,
  ];

  constructor() {
    super();
    /** @type {Pick<ToolCalled, 'name' | 'arguments'> | null} */
    this.call = null;
    /** @type {ToolReturned | null} */
    this.outcome = null;
    /** The last it told, while it runs. @type {Pick<ToolProgress, 'fraction' | 'text'> | null} */
    this.progress = null;
    /** Whether no outcome will come any more. */
    this.ended = false;
    this.whole = false;
  }

  /** @override */
  render() {
    if (!this.call) return '';
    return html`<code part="call"><span class="name">${this.call.name}</span>(${this.#cut(keywords(this.call.arguments))})${this.#outcome()}</code>
      ${this.outcome ? html`<span class="time">${duration(this.outcome.duration_ms)}</span>` : ''}
      ${this.progress && !this.outcome && !this.ended ? this.#progress(this.progress) : ''}`;
  }

  /** @param {Pick<ToolProgress, 'fraction' | 'text'>} progress */
  #progress({ fraction, text }) {
    const label = msg(str`Progress of ${this.call?.name}`);
    const share = fraction === null ? '' : `${number(Math.round(fraction * 100))} %`;
    return html`<div class="progress">
      ${fraction === null ? html`<progress aria-label=${label}></progress>` : html`<progress aria-label=${label} max="1" .value=${fraction}></progress>`}
      <span>${[share, text].filter(Boolean).join(' · ')}</span></div>`;
  }

  #outcome() {
    if (!this.outcome) return this.ended ? '' : html` <span class="arrow">…</span>`;
    const { error, value } = this.outcome;
    const words = error ? html`<span class="error">${error.kind}: ${error.message}</span>` : this.#cut(literal(value));
    return html` <span class="arrow">→</span> ${words}`;
  }

  /** @param {string} text */
  #cut(text) {
    if (text.length <= SHORT) return text;
    const show = () => {
      this.whole = !this.whole;
    };
    const rest = text.length > LONGEST || !this.whole ? '…' : '';
    const button = html`<button type="button" aria-expanded=${this.whole} @click=${show}>${this.whole ? msg('less') : msg('more')}</button>`;
    return html`${text.slice(0, this.whole ? LONGEST : SHORT)}${rest} ${button}`;
  }
}
