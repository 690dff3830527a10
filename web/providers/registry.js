/** All models of the page, and who answers for each of them. */

import { RECORDED } from '../choices.js';
import { heard } from '../heard_words.js';
import { fetchSiteSettings, USUAL } from '../site_settings.js';
import { msg, str } from '../vendor/localize.js';
import { Endpoints } from './endpoint.js';
import { LocalModels } from './local_models.js';
import { unusable } from './model_failure.js';
import { Relay } from './relay.js';

/** @typedef {import('../elements/events.js').Model} Model */
/** @typedef {import('../site_settings.js').SiteSettings} SiteSettings */
/** @typedef {import('./provider.js').Question} Question */
/** @typedef {import('./local_models.js').LocalDelegate} LocalDelegate */
/** @typedef {LocalDelegate & {changed: () => void}} ProvidersDelegate  `changed`: there are other models */

export class Providers {
  /** What the operator decides, once it is known. @type {Readonly<SiteSettings>} */ settings = USUAL;
  /** What the person should know of the models. */ notice = '';
  /** @type {Model[]} */ #relayed = [];
  #relay = new Relay();
  #delegate;
  /** The person's. */ endpoints;
  /** In the browser. */ local;

  /** @param {ProvidersDelegate} delegate */
  constructor(delegate) {
    this.#delegate = delegate;
    this.endpoints = new Endpoints(() => delegate.changed());
    this.local = new LocalModels(delegate);
  }

  /** Grouped by provider. @returns {Model[]} */
  get models() {
    return [...this.#relayed, ...this.endpoints.known, ...this.local.known, RECORDED];
  }

  /** The one to begin with: a model of the browser's takes memory, and is the person's choice. @returns {Model} */
  get usual() {
    return this.#relayed[0] ?? this.endpoints.known[0] ?? RECORDED;
  }

  /** Find out what there is; never rejects. Endpoints and the browser's own model may come later. */
  async open() {
    await this.#readSettings();
    if (this.settings.relay) await this.#askRelay();
    this.endpoints.models();
    this.#addBuiltIn();
  }

  /**
   * Throws ModelFailure; an AbortError when aborted.
   * @param {Question} question @param {AbortSignal} signal
   * @returns {AsyncGenerator<import('./provider.js').Part, void>}
   */
  chat(question, signal) {
    const { provider } = this.models.find(({ id }) => id === question.model) ?? {};
    if (provider === undefined) return gone();
    if (provider === 'endpoint') return this.endpoints.chat(question, signal);
    return provider === 'relay' ? this.#relay.chat(question, signal) : this.local.chat(question, signal);
  }

  async #readSettings() {
    try {
      this.settings = await fetchSiteSettings();
      this.endpoints.allow(this.settings);
      for (const each of this.settings.local_models) this.local.add(each);
    } catch (error) {
      this.#tell(heard(/** @type {Error} */ (error).message));
    }
  }

  /** The browser takes its time to say whether it has a model. */
  async #addBuiltIn() {
    if (!this.settings.prompt_api || !('LanguageModel' in globalThis)) return;
    const { isOffered } = await import('./prompt_api.js');
    if (!(await isOffered())) return;
    this.local.addBuiltIn();
    this.#delegate.changed();
  }

  async #askRelay() {
    try {
      this.#relayed = await this.#relay.models();
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      const sentence = /[.!?]$/.test(message) ? message : `${message}.`;
      this.#tell(msg(str`The connected models could not be listed: ${heard(sentence)}`));
    }
  }

  /** @param {string} words */
  #tell(words) {
    this.notice = [this.notice, words].filter(Boolean).join(' ');
  }
}

/** @returns {AsyncGenerator<never, void>} */
// biome-ignore lint/correctness/useYield: it only throws
async function* gone() {
  throw unusable(msg('This model is not here any more: choose another one.'));
}
