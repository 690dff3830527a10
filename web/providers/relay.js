/** The models behind the server's relay, which keeps the key. */

import { ModelFailure } from './model_failure.js';
import { OpenAIService } from './openai_service.js';
import { fetchFromRelay } from './relay_access.js';

/** For the list of models, without the time the person takes to give the access token, in ms. */
const PATIENCE_MS = 15_000;

/** @typedef {import('./provider.js').Model} Model */
/** @typedef {import('./provider.js').Question} Question */

export class Relay {
  #service = new OpenAIService('v1', {}, fetchFromRelay);
  #list = new OpenAIService('v1', {}, (url, options) => fetchFromRelay(url, options, PATIENCE_MS));

  /** Empty where no upstream is connected to the server. @returns {Promise<Model[]>} */
  async models() {
    try {
      const found = await this.#list.models();
      return found.map((facts) => ({ ...facts, name: facts.id, recorded: false, provider: 'relay' }));
    } catch (error) {
      if (error instanceof ModelFailure && [404, 405, 501].includes(error.status)) return [];
      throw error;
    }
  }

  /** @param {Question} question @param {AbortSignal} signal */
  chat(question, signal) {
    return this.#service.chat(question, signal);
  }
}
