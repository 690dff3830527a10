import { css, html, LitElement } from '../vendor/lit.js';
import { msg } from '../vendor/localize.js';
import { isRich } from './bundle.js';
import { longPlain, longText, MOST_MARKDOWN } from './long_text.js';
import { shared } from './shared_styles.js';

/** @typedef {import('./events.js').Answer} Answer */

/**
 * The final answer, set apart. Text is read as Markdown unless it is very long, other values as they are.
 * @csspart answer - the whole
 */
export class AnswerElement extends LitElement {
  /** @override */
  static properties = { answer: {} };

  /** @override */
  static styles = [
    shared,
    longText,
    css`
      section { padding: var(--ca-space-3) var(--ca-space-4) var(--ca-space-4); border: 1px solid var(--ca-color-accent); border-radius: var(--ca-radius-2); background: var(--ca-color-accent-soft); }
      header { display: flex; align-items: center; justify-content: space-between; margin-block-end: var(--ca-space-1); }
      h3 { margin: 0; color: var(--ca-color-accent); font-size: var(--ca-size-2); font-weight: 600; }
      ca-markdown { font-size: 1.0625rem; }
      pre { overflow-x: auto; font-size: var(--ca-size-3); white-space: pre-wrap; overflow-wrap: anywhere; }
    `,
  ];

  constructor() {
    super();
    /** @type {Answer | null} */
    this.answer = null;
  }

  /** @override */
  render() {
    if (!this.answer) return '';
    const { text } = this.answer;
    return html`<section part="answer" aria-label=${msg('Answer')}>
      <header><h3>${msg('Answer')}</h3><ca-copy .text=${text} .label=${msg('Copy answer')}></ca-copy></header>
      ${this.#body(this.answer)}
    </section>`;
  }

  /** @param {Answer} answer */
  #body({ json, text, bundle }) {
    if (isRich(bundle)) return html`<ca-bundle .bundle=${bundle}></ca-bundle>`;
    if (text.length > MOST_MARKDOWN) return longPlain(text, ` ${msg('Copy gives the whole.')}`);
    if (json?.startsWith('"')) return html`<ca-markdown .text=${text}></ca-markdown>`; // the answer was a string
    return html`<pre>${text}</pre>`;
  }
}
