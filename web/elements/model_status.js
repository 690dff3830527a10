import { sizeInWords } from '../file_names.js';
import { css, html, LitElement } from '../vendor/lit.js';
import { msg, str } from '../vendor/localize.js';
import { number } from './counts.js';
import { ModelChosenEvent } from './events.js';
import { abilityInWords, modelName } from './model_words.js';
import { quietButton, shared } from './shared_styles.js';

/** @typedef {import('./events.js').Model} Model */
/** @typedef {import('../providers/provider.js').ModelProgress} ModelProgress */

/**
 * How far a model in this browser is: its weights on their way, or what it can hold and how fast it is.
 * @fires ca-model-chosen - the person wants it loaded
 * @fires ca-model-given-up - the person does not want it loaded any more
 */
export class ModelStatusElement extends LitElement {
  /** @override */
  static properties = { model: {}, progress: {}, speed: {} };

  /** @override */
  static styles = [
    shared,
    quietButton,
    css`
      div { display: flex; flex-wrap: wrap; align-items: center; justify-content: center; gap: var(--ca-space-1) var(--ca-space-3); }
      .failed { min-inline-size: 0; color: var(--ca-color-danger); overflow-wrap: anywhere; text-wrap: pretty; }
      progress { inline-size: 8rem; block-size: 0.375rem; accent-color: var(--ca-color-accent); }
      span { font-variant-numeric: tabular-nums; }
      .quiet { padding-block: 0.125rem; color: var(--ca-color-text); }
    `,
  ];

  constructor() {
    super();
    /** The one that is chosen. @type {Model | null} */
    this.model = null;
    /** @type {ModelProgress | null} */
    this.progress = null;
    /** Of its newest reply, in tokens a second; 0: not known. */
    this.speed = 0;
  }

  /** @override */
  render() {
    if (!this.model || this.progress?.model !== this.model.id) return '';
    return html`<div>${this.#words(this.progress, this.model)}</div>`;
  }

  /** @param {ModelProgress} progress @param {Model} model */
  #words({ state, loaded, total, text, context_window = 0, threads = 1 }, model) {
    const name = modelName(model);
    const isShare = total === 1; // a browser's own model tells no bytes
    const share = isShare
      ? number(loaded, { style: 'percent' })
      : total
        ? msg(str`${sizeInWords(loaded)} of ${sizeInWords(total)}`)
        : sizeInWords(loaded);
    switch (state) {
      case 'asking':
        return '';
      case 'fetching':
        return html`<span>${msg(str`Fetching ${name}: ${share}`)}</span>
          <progress aria-label=${msg(str`Fetching ${name}`)} max=${total || 1} .value=${loaded}></progress>${this.#cancel()}`;
      case 'starting':
        return html`<span>${msg(str`Starting ${name}…`)}</span>${this.#cancel()}`;
      case 'ready':
        return html`<span>${msg(str`${name} runs in this browser`)} · ${abilityInWords(context_window, threads, this.speed)}</span>`;
      case 'idle':
        return html`<span>${msg(str`${name} is not loaded.`)}</span>${this.#load(msg('Load'))}`;
      case 'failed':
        return html`<span class="failed" role="alert">${text}</span>${this.#load(msg('Try again'))}`;
    }
  }

  #cancel() {
    const cancel = () => this.dispatchEvent(new Event('ca-model-given-up', { bubbles: true, composed: true }));
    return html`<button class="quiet" type="button" @click=${cancel}>${msg('Cancel')}</button>`;
  }

  /** @param {string} label */
  #load(label) {
    const load = () => this.dispatchEvent(new ModelChosenEvent(this.model?.id ?? ''));
    return html`<button class="quiet" type="button" @click=${load}>${label}</button>`;
  }
}
