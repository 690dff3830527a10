import { sizeInWords } from '../file_names.js';
import { css, html, LitElement } from '../vendor/lit.js';
import { msg } from '../vendor/localize.js';
import { ModelChosenEvent } from './events.js';
import { modelName } from './model_words.js';
import { shared } from './shared_styles.js';

/** @typedef {import('./events.js').Model} Model */

/** @param {Model} model */
function groupOf({ provider, group }) {
  switch (provider) {
    case 'relay':
      return msg('This site');
    case 'endpoint':
      return group ? `${msg('Your endpoint')}: ${group}` : msg('Your endpoint');
    case 'recorded':
      return msg('Recorded replies');
    default:
      return msg('In this browser');
  }
}

/**
 * Which model answers, grouped by where it runs.
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
      option, optgroup { background: var(--ca-color-surface); color: var(--ca-color-text); }
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
    const groups = Map.groupBy(this.models, groupOf);
    return html`<select aria-label=${msg('Model')} @change=${this.#choose}>
      ${[...groups].map(([label, models]) => html`<optgroup label=${label}>${models.map((each) => this.#option(each))}</optgroup>`)}
    </select>`;
  }

  /** @param {Model} model */
  #option(model) {
    const { id, bytes } = model;
    const size = bytes ? ` (${sizeInWords(bytes)})` : '';
    return html`<option value=${id} .selected=${id === this.chosen}>${modelName(model)}${size}</option>`;
  }

  /** @param {Event} event */
  #choose(event) {
    this.dispatchEvent(new ModelChosenEvent(/** @type {HTMLSelectElement} */ (event.target).value));
  }
}
