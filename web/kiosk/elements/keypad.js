import { shared } from '../../elements/shared_styles.js';
import { css, html, LitElement } from '../../vendor/lit.js';
import { kioskWords } from '../words.js';
import { touch, veil } from './kiosk_styles.js';

/** So that nobody tries all codes. */
const MOST_TRIES = 5;
const PAUSE_MS = 30_000;
/** Left alone for so long it closes. */
const OPEN_MS = 20_000;

/** Asks for the operator's code. Fires `code-given` where it was right, `closed` where it was not asked for any more. */
export class KeypadElement extends LitElement {
  /** @override */
  static properties = { typed: { state: true }, isWrong: { state: true }, isPaused: { state: true } };

  /** @override */
  static styles = [
    shared,
    touch,
    veil,
    css`
      .box { inline-size: min(20rem, 100%); text-align: center; }
      .dots { min-block-size: 1.5em; font-size: var(--ca-size-5); letter-spacing: 0.3em; }
      .keys { display: grid; grid-template-columns: repeat(3, 1fr); gap: var(--ca-space-3); }
      .keys button { padding: 0; font-size: var(--ca-size-4); }
      .wrong { color: var(--ca-color-danger); }
    `,
  ];

  /** @type {ReturnType<typeof setTimeout> | undefined} */ #closing;
  #tries = 0;

  constructor() {
    super();
    /** The right one. */
    this.code = '';
    this.typed = '';
    this.isWrong = false;
    this.isPaused = false;
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    this.#closeLater();
  }

  /** @override */
  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#closing);
  }

  /** @override */
  render() {
    const words = kioskWords();
    const key = (/** @type {string} */ digit) =>
      html`<button type="button" ?disabled=${this.isPaused} @click=${() => this.#type(digit)}>${digit}</button>`;
    return html`<div class="veil"><section class="box" role="dialog" aria-modal="true" aria-label=${words.code}>
      <h2>${words.code}</h2>
      <p class="dots" role="status" aria-label=${String(this.typed.length)}>${'•'.repeat(this.typed.length)}${this.isWrong ? html`<span class="wrong" role="alert">${words.wrong}</span>` : ''}</p>
      <div class="keys">${[...'123456789'].map(key)}
        <button type="button" aria-label=${words.erase} ?disabled=${this.isPaused} @click=${() => this.#erase()}><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M7 5h10v10H7l-4-5zM9.5 8l4 4m0-4-4 4"/></svg></button>
        ${key('0')}
        <button type="button" aria-label=${words.back} @click=${() => this.#close()}><svg viewBox="0 0 20 20" aria-hidden="true"><path d="m5 5 10 10M15 5 5 15"/></svg></button>
      </div>
    </section></div>`;
  }

  /** @param {string} digit */
  #type(digit) {
    this.#closeLater();
    this.isWrong = false;
    this.typed += digit;
    if (this.typed.length < this.code.length) return;
    const isRight = this.typed === this.code;
    this.typed = '';
    if (isRight) {
      this.#tries = 0;
      this.dispatchEvent(new Event('code-given'));
      return;
    }
    this.isWrong = true;
    this.#tries += 1;
    if (this.#tries % MOST_TRIES === 0) this.#pause();
  }

  #erase() {
    this.#closeLater();
    this.typed = this.typed.slice(0, -1);
  }

  #pause() {
    this.isPaused = true;
    clearTimeout(this.#closing);
    setTimeout(() => {
      this.isPaused = false;
      this.#closeLater();
    }, PAUSE_MS);
  }

  #closeLater() {
    clearTimeout(this.#closing);
    this.#closing = setTimeout(() => this.#close(), OPEN_MS);
  }

  #close() {
    this.typed = '';
    this.dispatchEvent(new Event('closed'));
  }
}
