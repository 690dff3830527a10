/** The models behind the server's relay, which keeps the key. */

import { ModelFailure } from './model_failure.js';
import { OpenAIService } from './openai_service.js';

/** @typedef {import('./provider.js').Model} Model */
/** @typedef {import('./provider.js').Question} Question */

export class Relay {
  #service = new OpenAIService('v1');

  /** Empty where no server of ours is behind the page, or no upstream behind the server. @returns {Promise<Model[]>} */
  async models() {
    try {
      const found = await this.#service.models();
      return found.map((facts) => ({ ...facts, name: facts.id, recorded: false, provider: 'relay' }));
    } catch (error) {
      if (error instanceof ModelFailure && isNoRelay(error)) return [];
      throw error;
    }
  }

  /** @param {Question} question @param {AbortSignal} signal */
  chat(question, signal) {
    return this.#service.chat(question, signal);
  }
}

/**
 * A static host has no such file, and says so in its own way: a page with status 404, a bucket's 403, or the same page
 * for every address. Our server, and a proxy before it, answer in JSON or with a status of 500 and more.
 * @param {ModelFailure} failure
 */
function isNoRelay({ kind, status, mediaType }) {
  if ([404, 405, 501].includes(status)) return true;
  return ['refused', 'malformed'].includes(kind) && status < 500 && mediaType !== 'application/json';
}
