import { sizeInWords } from '../file_names.js';
import { css, html, LitElement } from '../vendor/lit.js';
import { msg, str } from '../vendor/localize.js';
import { LocalModelEvent } from './events.js';
import { modelName } from './model_words.js';
import { quietButton, shared } from './shared_styles.js';

/** @typedef {import('./events.js').Model} Model */

/**
 * The models that run in this browser, with what they take of its storage, and a button to open one from disk.
 * @fires ca-local-model - with `act` (`remove`) and the model's `id`, or `act` `open` and the `file`
 */
export class LocalModelsElement extends LitElement {
  /** @override */
  static properties = { models: {}, kept: {}, own: {}, words: {} };

  /** @override */
  static styles = [
    shared,
    quietButton,
    css`
      p { margin: 0; color: var(--ca-color-muted); font-size: var(--ca-size-2); text-wrap: pretty; overflow-wrap: anywhere; }
      ul { display: grid; margin: var(--ca-space-3) 0; padding: 0; list-style: none; }
      li { display: flex; flex-wrap: wrap; align-items: center; gap: var(--ca-space-1) var(--ca-space-3); padding-block: var(--ca-space-2); border-block-end: 1px solid var(--ca-color-line); font-size: var(--ca-size-3); }
      li div { flex: 1 1 12rem; min-inline-size: 0; overflow-wrap: anywhere; }
      .quiet { margin-block-start: var(--ca-space-3); }
      li .quiet { margin: 0; }
      input { display: none; }
    `,
  ];

  constructor() {
    super();
    /** @type {Model[]} */
    this.models = [];
    /** Ids of those whose weights are kept in this browser. @type {string[]} */
    this.kept = [];
    /** Whether the person may open a file. */
    this.own = true;
    this.words = '';
  }

  /** @override */
  render() {
    if (!this.own && !this.models.length) return '';
    return html`<p>${msg('They run on this computer: nothing you write leaves it. They are slower and less able than those of a service, and act by writing Python.')}</p>
      ${this.models.length ? html`<ul aria-label=${msg('Models in this browser')}>${this.models.map((each) => this.#row(each))}</ul>` : ''}
      ${this.own ? this.#opener() : ''}
      <p role="status">${this.words}</p>`;
  }

  #opener() {
    const choose = () => this.renderRoot.querySelector('input')?.click();
    return html`<button class="quiet" type="button" @click=${choose}>${msg('Open a GGUF file…')}</button>
      <input type="file" accept=".gguf" aria-label=${msg('GGUF file')} @change=${this.#open}>`;
  }

  /** @param {Model} model */
  #row(model) {
    const { id, bytes = 0, provider } = model;
    const name = modelName(model);
    const isKept = this.kept.includes(id);
    const size = bytes ? sizeInWords(bytes) : '';
    const where =
      provider === 'prompt_api'
        ? msg('the browser keeps it itself')
        : isKept
          ? msg('kept in this browser')
          : msg('fetched when you choose it');
    const remove = () => this.dispatchEvent(new LocalModelEvent('remove', { id }));
    return html`<li><div>${name}<p>${[size, where].filter(Boolean).join(' · ')}</p></div>
      ${isKept ? html`<button class="quiet" type="button" aria-label=${msg(str`Remove ${name} from cache`)} @click=${remove}>${msg('Remove from cache')}</button>` : ''}</li>`;
  }

  /** @param {Event} event */
  #open(event) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    const [file] = input.files ?? [];
    if (file) this.dispatchEvent(new LocalModelEvent('open', { file }));
    input.value = ''; // so that the same file can be chosen again
  }
}
