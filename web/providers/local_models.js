/** Models that run in this browser. One is loaded at a time: each takes as much memory as its weights, and more. */

import { modelName } from '../elements/model_words.js';
import { sizeInWords } from '../file_names.js';
import { msg, str } from '../vendor/localize.js';
import { aborted, ModelFailure, unlessAborted, unusable } from './model_failure.js';
import { plainMessages } from './plain_messages.js';

/** @typedef {import('../elements/events.js').Model} Model */
/** @typedef {import('../site_settings.js').LocalModel} LocalModel */
/** @typedef {import('./local_engine.js').Engine} Engine */
/** @typedef {import('./local_engine.js').Runtime} Runtime */
/** @typedef {import('./local_engine.js').Source} Source */
/** @typedef {import('./provider.js').ModelProgress} ModelProgress */
/** @typedef {import('./provider.js').Part} Part */
/** @typedef {import('./provider.js').Question} Question */
/** @typedef {'wllama' | 'webllm' | 'prompt_api'} EngineName */
/** @typedef {{id: string, opened: Promise<Engine>, abort: AbortController}} Current */

/**
 * @typedef {object} LocalDelegate
 * @property {(progress: ModelProgress) => void} onProgress
 * @property {(model: Model, bytes: number, signal: AbortSignal) => Promise<boolean>} allowFetch  whether the person
 *   wants that many bytes fetched; rejects when aborted
 */

/** Larger ones are fetched only with the person's leave, in bytes. */
const ASKED_FROM = 50_000_000;
/** Tokens, where the operator does not say: enough for a few steps, and a phone can hold it. */
export const USUAL_WINDOW = 8192;

/** @type {Omit<Source, 'id' | 'name'>} */
const UNTOLD = { url: '', file: null, bytes: 0, context_window: 0, sha256: '' };

/** @type {Record<EngineName, () => Promise<Runtime>>} */
const RUNTIMES = {
  wllama: () => import('./wllama.js'),
  webllm: () => import('./webllm.js'),
  prompt_api: () => import('./prompt_api.js'),
};

export class LocalModels {
  /** @type {Map<string, {source: Source, model: Model, engine: EngineName}>} */ #known = new Map();
  /** Thrown where the person did not want weights fetched. @type {Error | null} */ #declined = null;
  /** @type {Current | null} */ #current = null;
  /** By id, until its newest load has ended: one that was given up may still be taking away its files. @type {Map<string, Promise<void>>} */
  #loads = new Map();
  #delegate;

  /** @param {LocalDelegate} delegate */
  constructor(delegate) {
    this.#delegate = delegate;
  }

  /** @returns {Model[]} */
  get known() {
    return [...this.#known.values()].map(({ model }) => model);
  }

  async models() {
    return this.known;
  }

  /** What the operator offers. @param {LocalModel} offered */
  add({ id, name, engine, url, bytes = 0, context_window = 0, sha256 = '' }) {
    const source = { name, url: new URL(url, document.baseURI).href, file: null, bytes, context_window, sha256 };
    return this.#add({ ...source, id: `local:${id}` }, engine);
  }

  /** A GGUF file from the person's disk. @param {File} file */
  addFile(file) {
    const source = { ...UNTOLD, id: `local:${file.name}`, name: file.name, file };
    return this.#add(source, 'wllama');
  }

  /** The browser's own model. */
  addBuiltIn() {
    const source = { ...UNTOLD, id: 'browser', name: 'Built into this browser' };
    return this.#add(source, 'prompt_api');
  }

  /** @param {string} id */
  has(id) {
    return this.#known.has(id);
  }

  /**
   * Get a model ready; another that is loaded is given up.
   * @param {string} id
   * @param {AbortSignal} [signal]  ends the waiting at once, and the load where this call has begun it
   * @returns {Promise<Engine>}
   */
  async load(id, signal) {
    if (signal?.aborted) throw aborted(signal);
    const begun = this.#current?.id === id ? this.#current : this.#begin(id, signal);
    return signal ? unlessAborted(begun.opened, signal) : begun.opened;
  }

  /** Give up the model that is loaded, or on its way. */
  unload() {
    const current = this.#current;
    if (!current) return;
    this.#current = null;
    current.abort.abort();
    current.opened.then(
      (engine) => engine.close(),
      () => {}, // told to whoever waited for it
    );
    this.#tell(current.id, 'idle');
  }

  /** @param {Question} question @param {AbortSignal} signal @returns {AsyncGenerator<Part, void>} */
  async *chat({ model, messages, tools }, signal) {
    if (tools)
      throw unusable(msg('A model in the browser acts by writing Python. Choose that in Settings, or another model.'));
    const engine = await this.#soundEngine(model, signal);
    try {
      for await (const part of engine.reply(plainMessages(messages), signal)) {
        yield 'text' in part ? part : { ...part, context_window: engine.contextWindow };
      }
    } finally {
      if (engine.isBroken) this.unload();
    }
  }

  /** @param {string} id @param {AbortSignal} signal */
  async #soundEngine(id, signal) {
    const engine = await this.load(id, signal);
    await engine.ended;
    if (!engine.isBroken) return engine;
    this.unload();
    return this.load(id, signal);
  }

  /** Ids of the models whose weights are kept in this browser. */
  async kept() {
    const kept = [];
    for (const [id, { source, engine }] of this.#known) {
      if (source.file || !(await mayKeep[engine]())) continue;
      if (await (await RUNTIMES[engine]()).isKept(source)) kept.push(id);
    }
    return kept;
  }

  /** Remove its weights from this browser. @param {string} id */
  async remove(id) {
    if (this.#current?.id === id) this.unload();
    const { source, engine } = this.#find(id);
    await (await RUNTIMES[engine]()).remove(source);
  }

  /** @param {Source} source @param {EngineName} engine */
  #add(source, engine) {
    const { id, name, file, bytes, context_window } = source;
    /** @type {Model} */
    const model = {
      id,
      name,
      recorded: false,
      provider: engine,
      modes: ['code'],
      bytes: file?.size ?? bytes,
      context_window: context_window || USUAL_WINDOW,
    };
    if (this.#current?.id === id) this.unload();
    this.#known.set(id, { source, engine, model });
    return model;
  }

  /** @param {string} id */
  #find(id) {
    const found = this.#known.get(id);
    if (!found) throw unusable(msg('This model is not here any more: choose another one.'));
    return found;
  }

  /** @param {string} id @param {AbortSignal} [signal] @returns {Current} */
  #begin(id, signal) {
    this.unload();
    const abort = new AbortController();
    const opened = this.#open(id, abort.signal, this.#loads.get(id));
    const current = { id, opened, abort };
    this.#current = current;
    const giveUp = () => this.#current === current && this.unload();
    signal?.addEventListener('abort', giveUp, { once: true });
    const end = () => signal?.removeEventListener('abort', giveUp);
    this.#loads.set(id, opened.then(end, end));
    opened.then(
      (engine) => {
        if (this.#current === current) {
          const { contextWindow: context_window, threads } = engine;
          this.#tell(id, 'ready', { context_window, threads });
        }
      },
      (error) => {
        if (this.#current !== current) return;
        this.#current = null;
        if (error === this.#declined) this.#tell(id, 'idle');
        else this.#tell(id, 'failed', { text: error.message });
      },
    );
    return current;
  }

  /** @param {string} id @param {AbortSignal} signal @param {Promise<void>} [former]  load of it @returns {Promise<Engine>} */
  async #open(id, signal, former) {
    const { source, model, engine } = this.#find(id);
    try {
      await former;
      const runtime = await RUNTIMES[engine]();
      if (!(await runtime.isKept(source))) await this.#allow(runtime, source, model, signal);
      signal.throwIfAborted();
      const opened = await runtime.open(source, {
        signal,
        progress: (state, loaded, total) => signal.aborted || this.#tell(id, state, { loaded, total }),
      });
      if (!signal.aborted) return opened;
      opened.close();
      throw aborted(signal);
    } catch (error) {
      if (signal.aborted) throw aborted(signal);
      if (error instanceof ModelFailure) throw error;
      throw unusable(msg(str`${modelName(model)} could not be started: ${/** @type {Error} */ (error).message}`));
    }
  }

  /** @param {Runtime} runtime @param {Source} source @param {Model} model @param {AbortSignal} signal */
  async #allow(runtime, source, model, signal) {
    const bytes = source.bytes || (await runtime.sizeOf(source, signal));
    if (bytes < ASKED_FROM) return;
    const { quota = Number.POSITIVE_INFINITY, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
    if (bytes > quota - usage) {
      throw unusable(
        msg(
          str`${model.name} takes ${sizeInWords(bytes)}, and this browser has only ${sizeInWords(quota - usage)} left for this site. Remove another model in Settings, or choose a smaller one.`,
        ),
      );
    }
    signal.throwIfAborted();
    this.#tell(source.id, 'asking', { total: bytes });
    if (await this.#delegate.allowFetch(model, bytes, signal)) return;
    this.#declined = unusable(
      msg(
        str`${model.name} is not in this browser yet. Send the task again to fetch ${sizeInWords(bytes)}, or choose another model.`,
      ),
    );
    throw this.#declined;
  }

  /** @param {string} model @param {ModelProgress['state']} state @param {Partial<ModelProgress>} [more] */
  #tell(model, state, more) {
    this.#delegate.onProgress({ model, state, loaded: 0, total: 0, text: '', ...more });
  }
}

/** Whether an engine has ever kept anything here, so that it need not be loaded to be asked. @type {Record<EngineName, () => Promise<boolean>>} */
const mayKeep = {
  wllama: () =>
    navigator.storage
      ?.getDirectory?.()
      .then((root) => root.getDirectoryHandle('cache'))
      .then(
        () => true,
        () => false,
      ) ?? false,
  webllm: () => globalThis.caches?.has('webllm/model').catch(() => false) ?? false,
  prompt_api: async () => false,
};
