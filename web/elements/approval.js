import { css, html, LitElement } from '../vendor/lit.js';
import { quietButton, shared } from './shared_styles.js';

/** @typedef {import('../sandbox/protocol.js').Finding} Finding */

/** Asks the person whether code with serious findings may run; the code itself stands in the newest step. */
export class ApprovalElement extends LitElement {
  /** @override */
  static properties = { findings: { state: true } };

  /** @override */
  static styles = [
    shared,
    quietButton,
    css`
      p { margin: 0 0 var(--ca-space-3); font-size: var(--ca-size-3); text-wrap: pretty; }
      .actions { display: flex; flex-wrap: wrap; justify-content: end; gap: var(--ca-space-2); margin-block-start: var(--ca-space-4); }
      .run { border-color: var(--ca-color-danger); color: var(--ca-color-danger); }
    `,
  ];

  constructor() {
    super();
    /** @type {Finding[]} */
    this.findings = [];
    /** @type {((approved: boolean) => void) | null} */
    this.resolve = null;
  }

  /** Resolves with what the person chose; closing the dialog is a no. @param {Finding[]} findings @returns {Promise<boolean>} */
  async ask(findings) {
    this.#answer(false);
    this.findings = findings;
    await this.updateComplete;
    await this.#dialog.show();
    return new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  /** Nobody waits for an answer any more. */
  withdraw() {
    this.#answer(false);
  }

  get #dialog() {
    return /** @type {import('./dialog.js').DialogElement} */ (this.renderRoot.querySelector('ca-dialog'));
  }

  /** @param {boolean} approved */
  #answer(approved) {
    this.resolve?.(approved);
    this.resolve = null;
    if (this.#dialog?.isOpen) this.#dialog.close();
  }

  /** @override */
  render() {
    return html`<ca-dialog label="Run this code?" @ca-closed=${() => this.#answer(false)}>
      <p>The model wants to run the code in the newest step. It runs inside the sandbox, without network. An audit found in it:</p>
      <ca-findings .findings=${this.findings} open></ca-findings>
      <div class="actions">
        <button class="quiet" type="button" autofocus @click=${() => this.#answer(false)}>Don’t run</button>
        <button class="quiet run" type="button" @click=${() => this.#answer(true)}>Run it</button>
      </div>
    </ca-dialog>`;
  }
}
