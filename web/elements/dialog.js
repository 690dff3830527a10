import { css, html, LitElement } from '../vendor/lit.js';
import { msg } from '../vendor/localize.js';
import { iconStyles, icons } from './icons.js';
import { shared } from './shared_styles.js';

/**
 * A native modal dialog with a heading and a button that closes it; so do Escape and a click beside it. It gives the
 * focus back to where it was.
 * @slot - what it holds
 * @fires ca-closed - however it was closed
 */
export class DialogElement extends LitElement {
  /** @override */
  static properties = { label: {} };

  /** @override */
  static styles = [
    shared,
    iconStyles,
    css`
      dialog { inline-size: min(34rem, 100vw - 2 * var(--ca-space-4)); max-block-size: min(40rem, 100dvh - 2 * var(--ca-space-5)); margin-block: max(var(--ca-space-5), 8vh) auto; padding: 0; overflow: hidden; border: 1px solid var(--ca-color-line-strong); border-radius: var(--ca-radius-2); background: var(--ca-color-surface); color: var(--ca-color-text); box-shadow: 0 12px 48px rgb(0 0 0 / 25%); }
      dialog[open] { display: flex; flex-direction: column; }
      dialog::backdrop { background: rgb(0 0 0 / 35%); }
      header { display: flex; align-items: center; justify-content: space-between; padding: var(--ca-space-3) var(--ca-space-3) var(--ca-space-2) var(--ca-space-4); }
      h2 { margin: 0; font-size: var(--ca-size-4); font-weight: 600; letter-spacing: -0.01em; }
      header button { display: grid; place-items: center; inline-size: 2.25rem; block-size: 2.25rem; border: 0; border-radius: 50%; background: none; color: var(--ca-color-muted); }
      header button:hover { background: var(--ca-color-hover); color: var(--ca-color-text); }
      .body { flex: 1; min-block-size: 0; overflow-y: auto; overscroll-behavior: contain; padding: var(--ca-space-1) var(--ca-space-4) var(--ca-space-4); }
      @media (max-width: 30rem) {
        dialog { inline-size: 100vw; max-inline-size: 100vw; max-block-size: 88dvh; margin-block: auto 0; border-width: 1px 0 0; border-end-start-radius: 0; border-end-end-radius: 0; }
      }
    `,
  ];

  constructor() {
    super();
    this.label = '';
  }

  get isOpen() {
    return this.#dialog?.open ?? false;
  }

  async show() {
    await this.updateComplete;
    if (!this.isOpen) this.#dialog?.showModal();
  }

  close() {
    this.#dialog?.close();
  }

  get #dialog() {
    return /** @type {HTMLDialogElement | null} */ (this.renderRoot.querySelector('dialog'));
  }

  /** @override */
  render() {
    const closed = () => this.dispatchEvent(new Event('ca-closed'));
    return html`<dialog aria-labelledby="label" @click=${this.#beside} @close=${closed}>
      <header>
        <h2 id="label">${this.label}</h2>
        <button type="button" aria-label=${msg('Close')} @click=${this.close}>${icons.close}</button>
      </header>
      <div class="body"><slot></slot></div>
    </dialog>`;
  }

  /** @param {MouseEvent} event */
  #beside(event) {
    if (event.composedPath()[0] === this.#dialog) this.close(); // the backdrop belongs to the dialog
  }
}
