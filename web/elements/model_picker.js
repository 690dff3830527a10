import { css, html, LitElement } from '../vendor/lit.js';
import { ModelChosenEvent } from './events.js';
import { shared } from './shared_styles.js';

/** @typedef {import('./events.js').Model} Model */

/**
 * Which model answers.
 * @fires ca-model-chosen - with `model`, the id
 */
export class ModelPickerElement extends LitElement {
  /** @override */
  static properties = { models: {}, chosen: {} };

  /** @override */
  static styles = [
    shared,
    css`
      :host { min-inline-size: 0; }
      select { max-inline-size: 100%; padding: var(--ca-space-1) var(--ca-space-2); border: 1px solid transparent; border-radius: var(--ca-radius-1); background: none; font-size: var(--ca-size-2); text-overflow: ellipsis; field-sizing: content; }
      select:hover { border-color: var(--ca-color-line-strong); background: var(--ca-color-surface); }
      option { background: var(--ca-color-surface); color: var(--ca-color-text); }
    `,
  ];

  constructor() {
    super();
    /** @type {Model[]} */
    this.models = [];
    this.chosen = '';
  }

  /** @override */
  render() {
    if (!this.models.length) return '';
    const option = (/** @type {Model} */ { id, name }) =>
      html`<option value=${id} .selected=${id === this.chosen}>${name}</option>`;
    return html`<select aria-label="Model" @change=${this.#choose}>${this.models.map(option)}</select>`;
  }

  /** @param {Event} event */
  #choose(event) {
    this.dispatchEvent(new ModelChosenEvent(/** @type {HTMLSelectElement} */ (event.target).value));
  }
}
