/** Models compiled for WebGPU, by WebLLM, in a worker. https://webllm.mlc.ai */

import { msg, str } from '../vendor/localize.js';
import { deleteModelAllInfoInCache, hasModelInCache, WebWorkerMLCEngine } from '../vendor/webllm.js';
import { USUAL_WINDOW } from './local_models.js';
import { aborted, unusable } from './model_failure.js';

/** @typedef {import('./local_engine.js').Engine} Engine */
/** @typedef {import('./local_engine.js').Loading} Loading */
/** @typedef {import('./local_engine.js').Source} Source */
/** @typedef {import('./plain_messages.js').PlainMessage} PlainMessage */
/** @typedef {import('./provider.js').Part} Part */

const WORKER = 'webllm_worker.js';
/** The compiled model, beside its weights. */
const LIBRARY = 'model.wasm';

/** @param {Source} source */
const configOf = ({ id, url }) => {
  const folder = url.endsWith('/') ? url : `${url}/`;
  return { model_list: [{ model_id: id, model: folder, model_lib: new URL(LIBRARY, folder).href }] };
};

/** @param {Source} source */
export const isKept = (source) => hasModelInCache(source.id, configOf(source)).catch(() => false);

/** Its weights are many files, which only their list tells. */
export const sizeOf = async () => 0;

/** @param {Source} source */
export const remove = (source) => deleteModelAllInfoInCache(source.id, configOf(source));

/** @param {Source} source @param {Loading} loading @returns {Promise<Engine>} */
export async function open(source, { progress, signal }) {
  if (source.sha256) {
    throw unusable(
      msg(
        str`${source.name} cannot be checked: a sha256 is of a GGUF file. For who runs the site: take it out of this model in site.json or codeact.toml.`,
      ),
    );
  }
  await seeGpu(source.name);
  signal.throwIfAborted();
  const worker = new Worker(WORKER, { type: 'module' });
  const end = () => worker.terminate();
  signal.addEventListener('abort', end, { once: true });
  const ended = new Promise((_, reject) => {
    worker.addEventListener('error', (event) => reject(new Error(event.message || 'its worker did not start')));
    signal.addEventListener('abort', () => reject(aborted(signal)), { once: true });
  });
  const contextWindow = source.context_window || USUAL_WINDOW;
  try {
    const engine = new WebWorkerMLCEngine(worker, {
      appConfig: configOf(source),
      logLevel: 'SILENT',
      initProgressCallback: ({ progress: share }) => {
        const total = source.bytes || 1;
        progress(share < 1 ? 'fetching' : 'starting', share * total, total);
      },
    });
    await Promise.race([engine.reload(source.id, { context_window_size: contextWindow }), ended]);
    return new LoadedModel(engine, worker, source.name, contextWindow);
  } catch (error) {
    worker.terminate();
    if (signal.aborted) throw aborted(signal);
    const said = error instanceof Error ? error.message : String(error);
    throw unusable(
      msg(
        str`${source.name} could not be loaded from ${new URL(source.url).host}: ${said} Check that its weights and ${LIBRARY} are there.`,
      ),
    );
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/** @param {string} name */
async function seeGpu(name) {
  const { gpu } = /** @type {{gpu?: {requestAdapter(): Promise<object | null>}}} */ (navigator);
  if (await gpu?.requestAdapter().catch(() => null)) return;
  throw unusable(
    msg(
      str`${name} needs WebGPU, which this browser or this computer does not offer. Choose a model that runs on the processor.`,
    ),
  );
}

/** @implements {Engine} */
class LoadedModel {
  #engine;
  #worker;
  #name;
  /** @type {Promise<void>} */ ended = Promise.resolve();
  isBroken = false;

  /** @param {WebWorkerMLCEngine} engine @param {Worker} worker @param {string} name @param {number} contextWindow */
  constructor(engine, worker, name, contextWindow) {
    this.#engine = engine;
    this.#worker = worker;
    this.#name = name;
    this.contextWindow = contextWindow;
    worker.addEventListener('error', () => {
      this.isBroken = true;
    });
  }

  close() {
    this.#worker.terminate();
  }

  /** @param {PlainMessage[]} messages @param {AbortSignal} signal @returns {AsyncGenerator<Part, void>} */
  async *reply(messages, signal) {
    const stop = () => this.#engine.interruptGenerate();
    signal.addEventListener('abort', stop, { once: true });
    let usage = null;
    try {
      const chunks = await this.#engine.chatCompletion({
        messages,
        stream: true,
        stream_options: { include_usage: true },
      });
      for await (const chunk of chunks) {
        if (signal.aborted) continue; // it ends by itself, and the next reply needs it whole
        usage = chunk.usage ?? usage;
        const text = chunk.choices[0]?.delta.content;
        if (text) yield { text };
      }
    } catch (error) {
      this.isBroken = true;
      throw unusable(
        msg(
          str`${this.#name} broke down (${/** @type {Error} */ (error).message ?? error}). Send the task again, or choose a smaller model.`,
        ),
      );
    } finally {
      signal.removeEventListener('abort', stop);
    }
    if (signal.aborted) throw aborted(signal);
    yield { usage, tool_calls: [], tokens_per_s: usage?.extra?.decode_tokens_per_s };
  }
}
