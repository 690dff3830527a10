import { sizeInWords } from '../file_names.js';
import { css, html, LitElement } from '../vendor/lit.js';
import { msg, str } from '../vendor/localize.js';
import { quietButton, shared } from './shared_styles.js';

/** Asks, in a dialog, before many bytes of a model are fetched. */
export class FetchQuestionElement extends LitElement {
  /** @override */
  static properties = { name: { state: true }, bytes: { state: true } };

  /** @override */
  static styles = [
    shared,
    quietButton,
    css`
      p { margin: 0; font-size: var(--ca-size-3); text-wrap: pretty; }
      .actions { display: flex; gap: var(--ca-space-2); margin-block-start: var(--ca-space-4); }
    `,
  ];

  /** @type {(allowed: boolean) => void} */ #decide = () => {};

  constructor() {
    super();
    this.name = '';
    this.bytes = 0;
  }

  /** Whether the person allows it; rejects when aborted. @param {string} name @param {number} bytes @param {AbortSignal} signal @returns {Promise<boolean>} */
  async ask(name, bytes, signal) {
    signal.throwIfAborted();
    this.#decide(false); // the question before, if there is one
    this.name = name;
    this.bytes = bytes;
    await this.updateComplete;
    const decided = new Promise((resolve, reject) => {
      this.#decide = resolve;
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    await this.#dialog.show();
    try {
      return await decided;
    } finally {
      this.#dialog.close();
    }
  }

  get #dialog() {
    return /** @type {import('./dialog.js').DialogElement} */ (this.renderRoot.querySelector('ca-dialog'));
  }

  /** @override */
  render() {
    const size = sizeInWords(this.bytes);
    return html`<ca-dialog label=${msg('Fetch this model?')} @ca-closed=${() => this.#decide(false)}>
      <p>${msg(str`${this.name} is ${size}. It is fetched once and kept in this browser. It then runs on this computer, and what you write does not leave it.`)}</p>
      <div class="actions">
        <button class="quiet primary" type="button" @click=${() => this.#decide(true)}>${msg(str`Fetch ${size}`)}</button>
        <button class="quiet" type="button" @click=${() => this.#decide(false)}>${msg('Not now')}</button>
      </div>
    </ca-dialog>`;
  }
}
