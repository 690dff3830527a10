import { css, html, LitElement } from '../vendor/lit.js';
import { msg } from '../vendor/localize.js';
import { quietButton, shared } from './shared_styles.js';

const SHOWN_MS = 1500;

/** Copies its text to the clipboard and says so. */
export class CopyButtonElement extends LitElement {
  /** @override */
  static properties = { text: {}, label: {}, state: { state: true } };

  /** @override */
  static styles = [
    shared,
    quietButton,
    css`
      .quiet { padding: 0.1rem var(--ca-space-2); font-size: var(--ca-size-1); color: var(--ca-color-muted); }
      .quiet:hover { color: var(--ca-color-text); }
    `,
  ];

  constructor() {
    super();
    this.text = '';
    /** What the button is called; empty: Copy. */
    this.label = '';
    /** @type {'idle' | 'copied' | 'refused'} */
    this.state = 'idle';
  }

  /** @override */
  render() {
    const words = { idle: msg('Copy'), copied: msg('Copied'), refused: msg('Not allowed') }[this.state];
    return html`<button class="quiet" type="button" aria-label=${this.state === 'idle' && this.label ? this.label : words} @click=${this.#copy}>${words}</button>`;
  }

  async #copy() {
    this.state = await navigator.clipboard.writeText(this.text).then(
      () => 'copied',
      () => 'refused',
    );
    setTimeout(() => {
      this.state = 'idle';
    }, SHOWN_MS);
  }
}
