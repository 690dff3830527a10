import { shared } from '../../elements/shared_styles.js';
import { css, html, LitElement } from '../../vendor/lit.js';
import { kioskWords } from '../words.js';
import { touch, veil } from './kiosk_styles.js';

/** @typedef {import('../../elements/events.js').Question} Question */

/** What the code asks the visitor. `ask` gives the answer. */
export class KioskQuestionElement extends LitElement {
  /** @override */
  static properties = { question: { state: true } };

  /** @override */
  static styles = [
    shared,
    touch,
    veil,
    css`
      input { inline-size: 100%; min-block-size: max(3.5rem, 56px); padding: var(--ca-space-2) var(--ca-space-4); border: 1px solid var(--ca-color-line-strong); border-radius: var(--ca-radius-2); background: var(--ca-color-page); color: inherit; font: inherit; }
      .choices { display: grid; gap: var(--ca-space-3); }
    `,
  ];

  /** @type {(answer: string) => void} */ #settle = () => {};

  constructor() {
    super();
    /** @type {Question | null} */
    this.question = null;
  }

  /** Rejects when the signal aborts. @param {Question} question @param {AbortSignal} signal @returns {Promise<string>} */
  async ask(question, signal) {
    signal.throwIfAborted();
    this.question = question;
    try {
      return await new Promise((resolve, reject) => {
        this.#settle = resolve;
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    } finally {
      this.question = null;
    }
  }

  /** @override */
  render() {
    if (!this.question) return '';
    const { question, choices } = this.question;
    const choice = (/** @type {string} */ each) =>
      html`<button type="button" @click=${() => this.#settle(each)}>${each}</button>`;
    return html`<div class="veil"><section class="box" role="dialog" aria-modal="true" aria-label=${question}>
      <h2>${question}</h2>
      ${choices ? html`<div class="choices">${choices.map(choice)}</div>` : this.#field()}
    </section></div>`;
  }

  #field() {
    const words = kioskWords();
    const send = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#settle(/** @type {HTMLInputElement} */ (this.renderRoot.querySelector('input')).value);
    };
    return html`<form class="choices" autocomplete="off" @submit=${send}>
      <input aria-label=${words.own} autocomplete="off" spellcheck="false" enterkeyhint="send">
      <button class="primary">${words.send}</button>
    </form>`;
  }
}
