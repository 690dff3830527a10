import { css, html, LitElement } from '../vendor/lit.js';
import { msg } from '../vendor/localize.js';
import { shared } from './shared_styles.js';

const INDENT = '    ';
const MOST_ROWS = 24;

/**
 * Python to be edited, plainly. Tab indents once something was typed, so that the keyboard can pass through; Escape
 * gives Tab back.
 * @fires ca-edited - with the code, at each change
 */
export class CodeEditorElement extends LitElement {
  /** @override */
  static properties = { code: {}, rows: { state: true } };

  /** @override */
  static styles = [
    shared,
    css`
      textarea { display: block; scroll-margin-block: 4.5rem 11rem; inline-size: 100%; padding: var(--ca-space-3) var(--ca-space-4); border: 0; background: var(--ca-color-sunken); color: inherit; font: var(--ca-size-2) / 1.6 var(--ca-font-code); tab-size: 4; white-space: pre; overflow: auto; resize: vertical; }
      textarea:focus-visible { outline-offset: -2px; }
      p { margin: 0; padding: var(--ca-space-1) var(--ca-space-4); background: var(--ca-color-surface); color: var(--ca-color-muted); font-size: var(--ca-size-1); }
    `,
  ];

  /** Whether Tab indents. */ #indents = false;

  constructor() {
    super();
    this.code = '';
    this.rows = 0;
  }

  get #text() {
    return /** @type {HTMLTextAreaElement} */ (this.renderRoot.querySelector('textarea'));
  }

  /** @override */
  async focus() {
    await this.updateComplete;
    this.#text.focus();
    this.#text.setSelectionRange(0, 0);
  }

  /** @override */
  render() {
    const rows = Math.min(this.code.split('\n').length + 1, MOST_ROWS);
    return html`<textarea aria-label=${msg('Code to run')} aria-describedby="keys" rows=${rows} spellcheck="false" autocapitalize="off" autocomplete="off"
        .value=${this.code} @input=${this.#input} @keydown=${this.#key} @blur=${this.#letGo}></textarea>
      <p id="keys">${msg('While you type, Tab indents. Escape, then Tab, leaves the field.')}</p>`;
  }

  #input() {
    this.#indents = true;
    this.#tell();
  }

  #letGo() {
    this.#indents = false;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === 'Escape') this.#letGo();
    if (event.key !== 'Tab' || event.shiftKey || !this.#indents) return;
    event.preventDefault();
    const { selectionStart, selectionEnd } = this.#text;
    this.#text.setRangeText(INDENT, selectionStart, selectionEnd, 'end');
    this.#tell();
  }

  #tell() {
    this.code = this.#text.value;
    this.dispatchEvent(new CustomEvent('ca-edited', { detail: this.code }));
  }
}
