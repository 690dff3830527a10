/** GGUF models by wllama: llama.cpp in WebAssembly, on the CPU, in a worker. https://github.com/ngxson/wllama */

import { Mailbox } from '../mailbox.js';
import { msg, str } from '../vendor/localize.js';
import { Model, ModelManager, Wllama, WllamaAbortError, WllamaError, WllamaRuntimeError } from '../vendor/wllama.js';
import { USUAL_WINDOW } from './local_models.js';
import { aborted, ModelFailure, unusable } from './model_failure.js';

/** @typedef {import('./local_engine.js').Engine} Engine */
/** @typedef {import('./local_engine.js').Loading} Loading */
/** @typedef {import('./local_engine.js').Source} Source */
/** @typedef {import('./plain_messages.js').PlainMessage} PlainMessage */
/** @typedef {import('./provider.js').Part} Part */

const WASM = 'vendor/wllama.wasm';
/** Of the window a reply gets a quarter, at most so many tokens: the loop leaves that much room (context.py). */
const REPLY_SHARE = 4;
const REPLY_TOKENS = 4096;
/** How long a stopped reply may take to end, in ms: reading a long prompt cannot be interrupted. */
const ENDING_MS = 2000;
/** The first bytes of a GGUF file. https://github.com/ggml-org/ggml/blob/master/docs/gguf.md */
const MAGIC = 'GGUF';

/** What llama.cpp said last of what went wrong. */
let complaint = '';
const logger = {
  debug() {},
  log() {},
  warn() {},
  error(/** @type {unknown[]} */ ...said) {
    complaint = said.map(String).join(' ');
  },
};
const manager = new ModelManager({ logger });

/** @param {Source} source */
export async function isKept(source) {
  return Boolean(source.file || (await keptModel(source)));
}

/** @param {Source} source @param {AbortSignal} signal */
export async function sizeOf({ url }, signal) {
  const sizes = ModelManager.parseModelUrl(url).map(async (part) => {
    const head = await fetch(part, { method: 'HEAD', signal }).catch(() => null); // told when it is fetched
    return head?.ok ? Number(head.headers.get('content-length') ?? 0) : 0;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** @param {Source} source */
export async function remove({ url }) {
  for (const each of ModelManager.parseModelUrl(url)) await manager.cacheManager.delete(each);
}

/** @param {Source} source @param {Loading} loading @returns {Promise<Engine>} */
export async function open(source, { progress, signal }) {
  const blobs = source.file ? [source.file] : await weightsOf(source, progress, signal);
  await check(source, blobs);
  progress('starting', 0, 0);
  const wllama = new Wllama({ default: WASM }, { logger });
  wllama.setCompat(null); // it would come from another host
  const end = () => wllama.exit();
  signal.addEventListener('abort', end, { once: true });
  const until = new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(aborted(signal)), { once: true }),
  );
  complaint = '';
  try {
    const n_ctx = source.context_window || USUAL_WINDOW;
    const loaded = wllama.loadModel(blobs, { n_ctx, n_gpu_layers: 0, n_parallel: 1, jinja: true });
    await Promise.race([loaded, until]);
    // A file that llama.cpp refuses is told in the result alone.
    if (!wllama.getLoadedContextInfo().n_vocab) throw new WllamaError('llama.cpp refused it', 'load_error');
  } catch (error) {
    await wllama.exit();
    if (signal.aborted) throw aborted(signal);
    throw unusable(whyNotLoaded(source, /** @type {Error} */ (error)));
  } finally {
    signal.removeEventListener('abort', end);
  }
  return new LoadedModel(wllama, source);
}

/** From the browser's storage, else over the network. @param {Source} source @param {Loading['progress']} progress @param {AbortSignal} signal */
async function weightsOf(source, progress, signal) {
  const kept = await keptModel(source);
  if (kept) {
    if (!(await foundInstead(kept, source, signal))) return kept.open();
    await remove(source); // the operator names another file by now
  }
  progress('fetching', 0, source.bytes);
  try {
    const model = await fetchModel(source, progress, signal);
    await settle(model.files, source);
    progress('starting', 0, 0);
    const found = await foundInstead(model, source, signal);
    if (found) throw unusable(notTheFile(source, found));
    return await model.open();
  } catch (error) {
    await remove(source).catch(() => {}); // a part of it may be there
    if (signal.aborted) throw aborted(signal);
    throw error instanceof ModelFailure ? error : unusable(whyNotFetched(source, /** @type {Error} */ (error)));
  }
}

/** Where each of its parts is there and whole; other models are no concern of it. @param {Source} source */
async function keptModel({ url }) {
  const stored = await manager.cacheManager.list();
  const isWhole = ModelManager.parseModelUrl(url).every((part) => wholePart(stored, part));
  return isWhole ? new Model(manager, url, undefined, stored) : null;
}

/** @param {import('@wllama/wllama').CacheEntry[]} stored @param {string} url */
const wholePart = (stored, url) =>
  stored.find(({ size, metadata }) => metadata.originalURL === url && metadata.originalSize === size);

/**
 * One part after the other, so that none is still on its way where another has failed.
 * @param {Source} source @param {Loading['progress']} progress @param {AbortSignal} signal
 */
async function fetchModel(source, progress, signal) {
  const { cacheManager } = manager;
  const total = source.bytes || (await sizeOf(source, signal));
  const stored = await cacheManager.list();
  let before = 0;
  for (const part of ModelManager.parseModelUrl(source.url)) {
    let size = wholePart(stored, part)?.size ?? 0;
    if (!size) {
      await cacheManager.delete(part); // of a torn one wllama would ask the length, whether aborted or not
      await cacheManager.download(part, {
        signal,
        metadataAdditional: { originalURL: part },
        progressCallback: ({ loaded }) => {
          size = loaded;
          progress('fetching', before + loaded, total);
        },
      });
    }
    before += size;
  }
  return new Model(manager, source.url, undefined, await cacheManager.list());
}

/**
 * A server that tells no length leaves wllama unable to see later that the file is whole: note the length we got.
 * @param {import('@wllama/wllama').CacheEntry[]} files @param {Source} source
 */
async function settle(files, { name: model, bytes }) {
  const got = files.reduce((sum, { size }) => sum + size, 0);
  for (const { name, size, metadata } of files) {
    if (metadata.originalSize === size || got === bytes) continue;
    if (metadata.originalSize > 0)
      throw unusable(msg(str`${model} arrived incomplete. Choose it again to fetch it anew.`));
    await manager.cacheManager.writeMetadata(name, { ...metadata, originalSize: size });
  }
}

/**
 * The SHA-256 of its files where it is another than the operator names, else nothing. That it is the right one is noted
 * beside the files.
 * @param {import('@wllama/wllama').Model} model @param {Source} source @param {AbortSignal} signal
 */
async function foundInstead(model, { sha256 }, signal) {
  /** @type {(import('@wllama/wllama').CacheEntry & {metadata: {checked_sha256?: string}})[]} */
  const files = model.files;
  const wanted = sha256.toLowerCase();
  if (!wanted || files.every(({ metadata }) => metadata.checked_sha256 === wanted)) return '';
  const found = await sha256Of(await model.open(), signal);
  if (found !== wanted) return found;
  for (const { name, metadata } of files) {
    const noted = { ...metadata, checked_sha256: wanted };
    await manager.cacheManager.writeMetadata(name, noted);
  }
  return '';
}

/** Of the blobs one after the other, as hexadecimal digits: crypto.subtle would take them whole. @param {Blob[]} blobs @param {AbortSignal} signal */
async function sha256Of(blobs, signal) {
  const { createSHA256 } = await import('../vendor/sha256.js');
  const hash = await createSHA256();
  for (const blob of blobs) {
    const reader = blob.stream().getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      signal.throwIfAborted();
      hash.update(part.value);
    }
  }
  return hash.digest('hex');
}

/** @param {Source} source @param {Blob[]} blobs */
async function check(source, blobs) {
  for (const blob of blobs) {
    if ((await blob.slice(0, MAGIC.length).text()) === MAGIC) continue;
    if (!source.file) await remove(source);
    throw unusable(msg(str`${source.name} is not a GGUF file, so wllama cannot run it.`));
  }
}

/** @param {Source} source @param {string} found */
const notTheFile = ({ name, url, sha256 }, found) =>
  msg(
    str`${name} is not the file that this site names, so nothing of it was kept. Choose another model. For who runs the site: the SHA-256 of ${url} is ${found}, not ${sha256}.`,
  );

/** @param {Source} source @param {Error} error */
function whyNotFetched({ name, url }, error) {
  if (error.name === 'QuotaExceededError')
    return msg(str`There is no room left in this browser’s storage for ${name}. Remove another model in Settings.`);
  return msg(
    str`${name} could not be fetched from ${new URL(url).host}, and this browser does not keep it (${error.message}). Check the connection, and choose it again.`,
  );
}

/** @param {Source} source @param {Error} error */
function whyNotLoaded({ name }, error) {
  const said = complaint || error.message;
  if (error instanceof RangeError || error instanceof WllamaRuntimeError) {
    return msg(
      str`${name} could not be started, most likely for lack of memory. Close other tabs, or choose a smaller model. (${said})`,
    );
  }
  return msg(
    str`${name} could not be started: there is not enough memory for it and its context, or its file is damaged or of a kind that wllama does not know. (${said})`,
  );
}

/** @implements {Engine} */
class LoadedModel {
  #wllama;
  #name;
  /** @type {Promise<void>} */ ended = Promise.resolve();
  isBroken = false;

  /** @param {Wllama} wllama @param {Source} source */
  constructor(wllama, { name, context_window }) {
    this.#wllama = wllama;
    this.#name = name;
    const { nCtxTrain } = wllama.getModelMetadata().hparams;
    this.contextWindow = Math.min(context_window || USUAL_WINDOW, nCtxTrain);
    this.threads = wllama.getNumThreads();
  }

  close() {
    this.#wllama.exit();
  }

  /** @param {PlainMessage[]} messages @param {AbortSignal} signal @returns {AsyncGenerator<Part, void>} */
  async *reply(messages, signal) {
    /** @type {Mailbox<Part | Error>} */
    const parts = new Mailbox();
    const stop = () => parts.put(aborted(signal));
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const writing = this.#write(messages, signal, (part) => parts.put(part)).catch((error) => parts.put(error));
    this.ended = writing;
    try {
      while (true) {
        const part = await parts.take();
        if (part instanceof Error || part instanceof DOMException) throw part;
        yield part;
        if ('usage' in part) return;
      }
    } finally {
      signal.removeEventListener('abort', stop);
      if (signal.aborted) this.ended = this.#seeEnd(writing);
    }
  }

  /** @param {PlainMessage[]} messages @param {AbortSignal} signal @param {(part: Part) => void} put */
  async #write(messages, signal, put) {
    /** @type {import('@wllama/wllama').ChatCompletionChunk | null} */
    let last = null;
    try {
      await this.#wllama.createChatCompletion({
        messages,
        stream: true,
        abortSignal: signal,
        max_tokens: Math.min(REPLY_TOKENS, Math.floor(this.contextWindow / REPLY_SHARE)),
        onData: (chunk) => {
          last = chunk;
          const text = chunk.choices[0]?.delta.content;
          if (text) put({ text });
        },
      });
    } catch (error) {
      throw this.#inWords(error);
    }
    put(endingOf(last));
  }

  /** @param {unknown} error */
  #inWords(error) {
    if (error instanceof WllamaAbortError) return aborted();
    const { message } = /** @type {Error} */ (error);
    if (error instanceof WllamaError && error.type !== 'unknown_error') {
      return unusable(msg(str`${this.#name} could not go on: ${message}`));
    }
    this.isBroken = true;
    return unusable(
      msg(
        str`${this.#name} broke down, most likely for lack of memory (${message}). Send the task again, or choose a smaller model.`,
      ),
    );
  }

  /** A stopped reply that does not end is ended with its worker. @param {Promise<void>} writing */
  async #seeEnd(writing) {
    const late = new Promise((resolve) => setTimeout(() => resolve('late'), ENDING_MS));
    if ((await Promise.race([writing, late])) !== 'late') return;
    this.isBroken = true;
    this.close();
  }
}

/** @param {import('@wllama/wllama').ChatCompletionChunk | null} last @returns {import('./provider.js').Ending} */
function endingOf(last) {
  const { timings } = last ?? {};
  if (!timings) return { usage: null, tool_calls: [] };
  const usage = { prompt_tokens: timings.cache_n + timings.prompt_n, completion_tokens: timings.predicted_n };
  return { usage, tool_calls: [], tokens_per_s: timings.predicted_per_second };
}
