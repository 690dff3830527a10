import { css, html, LitElement } from '../vendor/lit.js';
import { msg } from '../vendor/localize.js';
import { fieldStyles, quietButton, shared } from './shared_styles.js';

/** Asks, in a dialog, for the access token of this server. */
export class TokenQuestionElement extends LitElement {
  /** @override */
  static properties = { wasRefused: { state: true } };

  /** @override */
  static styles = [
    shared,
    quietButton,
    fieldStyles,
    css`
      form { display: grid; gap: var(--ca-space-3); }
      p { margin: 0; font-size: var(--ca-size-3); text-wrap: pretty; }
      .field { grid-template-columns: minmax(0, 1fr); font-size: var(--ca-size-2); }
      .failed { color: var(--ca-color-danger); font-size: var(--ca-size-2); }
      .actions { display: flex; gap: var(--ca-space-2); margin-block-start: var(--ca-space-1); }
    `,
  ];

  /** @type {(token: string) => void} */ #decide = () => {};

  constructor() {
    super();
    this.wasRefused = false;
  }

  /** The token, or nothing where the person gives none. @param {boolean} wasRefused @returns {Promise<string>} */
  async ask(wasRefused) {
    this.wasRefused = wasRefused;
    /** @type {Promise<string>} */
    const decided = new Promise((resolve) => {
      this.#decide = resolve;
    });
    await this.updateComplete;
    const dialog = /** @type {import('./dialog.js').DialogElement} */ (this.renderRoot.querySelector('ca-dialog'));
    await dialog.show();
    /** @type {HTMLInputElement | null} */ (this.renderRoot.querySelector('input'))?.focus();
    try {
      return await decided;
    } finally {
      dialog.close();
    }
  }

  /** @override */
  render() {
    return html`<ca-dialog label=${msg('Access token')} @ca-closed=${() => this.#decide('')}>
      <form @submit=${this.#give}>
        <p>${msg('This server asks for an access token before its models can be used. Whoever runs it can give you one. It is forgotten when this tab is closed.')}</p>
        <div class="field"><label for="token">${msg('Access token')}</label>
          <input id="token" name="token" type="password" required pattern="[!-~]+" autocomplete="off" spellcheck="false"
            aria-describedby="problem"></div>
        <p class="failed" id="problem" role="alert">${this.wasRefused ? msg('The server does not know this token.') : ''}</p>
        <div class="actions">
          <button class="quiet primary" type="submit">${msg('Use it')}</button>
          <button class="quiet" type="button" @click=${() => this.#decide('')}>${msg('Not now')}</button>
        </div>
      </form>
    </ca-dialog>`;
  }

  /** @param {SubmitEvent} event */
  #give(event) {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
    this.#decide(String(form.get('token')).trim());
  }
}
