/** OpenAI-compatible services that the person connects, with a key of their own that goes nowhere else. */

import { msg } from '../vendor/localize.js';
import { forgetEndpoint, keepEndpoint, keptEndpoints, watchOthers } from './endpoint_store.js';
import { inWords } from './endpoint_words.js';
import { unusable } from './model_failure.js';
import { OpenAIService } from './openai_service.js';

/** @typedef {import('./provider.js').Model} Model */
/** @typedef {import('./provider.js').Question} Question */
/** @typedef {import('./endpoint_store.js').Kept} Kept */
/** @typedef {Kept & {models: Model[], problem: string}} Connected  `problem`: why its models are not known */
/** @typedef {{service: OpenAIService, base: string, name: string}} Way  to a model: `name` as the service knows it */

/** Of asking for the list of models, in ms. */
const PATIENCE_MS = 15_000;

export class Endpoints {
  /** @type {Connected[]} */ connected = keptEndpoints().map((kept) => ({ ...kept, models: [], problem: '' }));
  /** @type {Map<string, Way>} */ #ways = new Map();
  /** The operator's. @type {import('../site_settings.js').Endpoint[]} */ #offered = [];
  #changed;

  /** @param {() => void} changed  the models are others */
  constructor(changed) {
    this.#changed = changed;
    watchOthers(() => this.#dropForgotten());
  }

  /** What is known by now. @returns {Model[]} */
  get known() {
    return this.connected.flatMap(({ models }) => models);
  }

  /** Only what the operator allows stays connected. @param {Readonly<import('../site_settings.js').SiteSettings>} settings */
  allow({ endpoints, own_endpoint }) {
    this.#offered = endpoints.map((each) => ({ ...each, base_url: addressOf(each.base_url) }));
    const isOffered = (/** @type {Kept} */ { base_url }) => this.#offered.some((each) => each.base_url === base_url);
    this.connected = this.connected.filter((each) => own_endpoint || isOffered(each));
  }

  /** Ask those that were connected before for their models; never rejects. @returns {Promise<Model[]>} */
  async models() {
    await Promise.all(
      this.connected.map(async (each) => {
        each.problem = await this.#list(each).then(
          () => '',
          (error) => error.message,
        );
      }),
    );
    this.#changed();
    return this.known;
  }

  /**
   * Test the connection, and keep it. Rejects with a ModelFailure whose message is a sentence.
   * @param {Omit<Kept, 'base_url'> & {base_url: string}} wanted  the address as it was typed
   * @returns {Promise<Connected>}
   */
  async connect(wanted) {
    const connected = { ...wanted, base_url: addressOf(wanted.base_url), models: [], problem: '' };
    await this.#list(connected);
    this.connected = [...this.connected.filter(({ base_url }) => base_url !== connected.base_url), connected];
    keepEndpoint(connected);
    this.#changed();
    return connected;
  }

  /** Forget an endpoint and its key. @param {string} base_url */
  disconnect(base_url) {
    this.connected = this.connected.filter((each) => each.base_url !== base_url);
    forgetEndpoint(base_url);
    this.#changed();
  }

  /** @param {Question} question @param {AbortSignal} signal */
  async *chat(question, signal) {
    const way = this.#ways.get(question.model);
    if (!way)
      throw unusable(
        msg('This endpoint is no longer connected: connect it again in Settings, or choose another model.'),
      );
    try {
      yield* way.service.chat({ ...question, model: way.name }, signal);
    } catch (error) {
      throw await inWords(error, way.base);
    }
  }

  /** In another tab. */
  #dropForgotten() {
    const kept = new Set(keptEndpoints().map(({ base_url }) => base_url));
    this.connected = this.connected.filter((each) => !each.remember || kept.has(each.base_url));
    this.#changed();
  }

  /** @param {Connected} endpoint */
  async #list(endpoint) {
    const { base_url, key } = endpoint;
    const service = new OpenAIService(base_url, {
      headers: key ? { authorization: `Bearer ${key}` } : {},
      credentials: 'omit',
      redirect: 'error', // a key goes to the address it was given for
      referrerPolicy: 'no-referrer',
    });
    try {
      const { models: only } = this.#offered.find((each) => each.base_url === base_url) ?? {};
      const found = await service.models(AbortSignal.timeout(PATIENCE_MS));
      const offered = only?.length ? found.filter(({ id }) => only.includes(id)) : found;
      endpoint.models = offered.map((facts) => {
        const id = `endpoint:${shortName(base_url)}:${facts.id}`;
        this.#ways.set(id, { service, base: base_url, name: facts.id });
        const group = endpoint.name || shortName(base_url);
        return { ...facts, id, name: facts.id, recorded: false, provider: 'endpoint', group };
      });
    } catch (error) {
      throw await inWords(error, base_url);
    }
  }
}

/** `api.example` for `https://api.example/v1`; another path is told. @param {string} base_url */
export function shortName(base_url) {
  const { host, pathname } = new URL(base_url);
  return host + pathname.replace(/\/(v1)?$/, '');
}

/** The address as it is asked. Throws ModelFailure. @param {string} typed */
function addressOf(typed) {
  const text = typed.trim().replace(/\/+$/, '');
  if (!URL.canParse(text) || !['http:', 'https:'].includes(new URL(text).protocol)) {
    throw unusable(msg('This is not an address. It looks like https://api.example.com/v1.'));
  }
  const { username, password, search, hash } = new URL(text);
  if (username || password || search || hash) {
    throw unusable(msg('The address must end with its path, such as /v1, and hold no key or name.'));
  }
  return new URL(text).href.replace(/\/+$/, '');
}
