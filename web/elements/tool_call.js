import { css, html, LitElement } from '../vendor/lit.js';
import { duration } from './duration.js';
import { shared } from './shared_styles.js';

/** @typedef {import('./events.js').ToolCalled} ToolCalled */
/** @typedef {import('./events.js').ToolReturned} ToolReturned */

const SHORT = 160;
const LONGEST = 20_000;

/** One tool call on one line: `name(arguments) → value`. */
export class ToolCallElement extends LitElement {
  /** @override */
  static properties = { call: {}, outcome: {}, whole: { state: true } };

  /** @override */
  static styles = [
    shared,
    css`
      :host { display: flex; align-items: baseline; gap: var(--ca-space-2); padding-inline-start: var(--ca-space-2); border-inline-start: 2px solid var(--ca-color-line-strong); font: var(--ca-size-2) / 1.6 var(--ca-font-code); }
      code { flex: 1; min-inline-size: 0; font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; }
      .name { color: var(--ca-code-name); }
      .arrow, .time { color: var(--ca-color-muted); }
      .time { flex: none; font: var(--ca-size-1) var(--ca-font); }
      .error { color: var(--ca-color-danger); }
      button { padding: 0; border: 0; background: none; color: var(--ca-color-accent); font: var(--ca-size-1) var(--ca-font); }
    `,
  ];

  constructor() {
    super();
    /** @type {ToolCalled | null} */
    this.call = null;
    /** @type {ToolReturned | null} */
    this.outcome = null;
    this.whole = false;
  }

  /** @override */
  render() {
    if (!this.call) return '';
    const given = Object.entries(this.call.arguments).map(([name, value]) => `${name}=${literal(value)}`);
    return html`<code part="call"><span class="name">${this.call.name}</span>(${this.#cut(given.join(', '))})${this.#outcome()}</code>
      ${this.outcome ? html`<span class="time">${duration(this.outcome.duration_ms)}</span>` : ''}`;
  }

  #outcome() {
    if (!this.outcome) return html` <span class="arrow">…</span>`;
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
    const button = html`<button type="button" aria-expanded=${this.whole} @click=${show}>${this.whole ? 'less' : 'more'}</button>`;
    return html`${text.slice(0, this.whole ? LONGEST : SHORT)}${rest} ${button}`;
  }
}

/** A JSON value as Python would write it. @param {unknown} value @returns {string} */
function literal(value) {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}: ${literal(item)}`)
    .join(', ')}}`;
}
