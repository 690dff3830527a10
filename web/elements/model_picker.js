import { sizeInWords } from '../file_names.js';
import { css, html, LitElement } from '../vendor/lit.js';
import { ModelChosenEvent } from './events.js';
import { shared } from './shared_styles.js';

/** @typedef {import('./events.js').Model} Model */

const IN_BROWSER = 'In this browser';
/** @type {Record<import('./events.js').ProviderName, string>} */
const GROUPS = {
  relay: 'This site',
  endpoint: 'Your endpoint',
  wllama: IN_BROWSER,
  webllm: IN_BROWSER,
  prompt_api: IN_BROWSER,
  recorded: 'Recorded replies',
};

/** @param {Model} model */
const groupOf = ({ provider, group }) => (group ? `${GROUPS[provider]}: ${group}` : GROUPS[provider]);

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
    return html`<select aria-label="Model" @change=${this.#choose}>
      ${[...groups].map(([label, models]) => html`<optgroup label=${label}>${models.map((each) => this.#option(each))}</optgroup>`)}
    </select>`;
  }

  /** @param {Model} model */
  #option({ id, name, bytes }) {
    const size = bytes ? ` (${sizeInWords(bytes)})` : '';
    return html`<option value=${id} .selected=${id === this.chosen}>${name}${size}</option>`;
  }

  /** @param {Event} event */
  #choose(event) {
    this.dispatchEvent(new ModelChosenEvent(/** @type {HTMLSelectElement} */ (event.target).value));
  }
}
