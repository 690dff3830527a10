/**
 * The browser's own model, by the Prompt API. Specification: https://webmachinelearning.github.io/prompt-api/
 * The browser fetches and keeps its weights, and shares them between sites.
 */

import { msg, str } from '../vendor/localize.js';
import { unusable } from './model_failure.js';

/** @typedef {import('./local_engine.js').Engine} Engine */
/** @typedef {import('./local_engine.js').Loading} Loading */
/** @typedef {import('./local_engine.js').Source} Source */
/** @typedef {import('./plain_messages.js').PlainMessage} PlainMessage */
/** @typedef {import('./provider.js').Part} Part */
/** @typedef {'unavailable' | 'downloadable' | 'downloading' | 'available'} Availability */
/**
 * @typedef {object} BuiltInSession  a conversation with the browser's model
 * @property {(text: string, options: {signal: AbortSignal}) => ReadableStream<string>} promptStreaming
 * @property {() => void} destroy
 * @property {number} [contextWindow]  tokens
 * @property {number} [inputQuota]  the same, as it was called before
 * @property {number} [contextUsage]  tokens
 * @property {number} [inputUsage]
 */
/**
 * @typedef {object} BuiltInModel
 * @property {(expected: object) => Promise<Availability>} availability
 * @property {(options: {initialPrompts?: PlainMessage[], monitor?: (monitor: EventTarget) => void, signal: AbortSignal}) => Promise<BuiltInSession>} create
 */

const TEXT = { type: 'text', languages: ['en'] };
/** What the loop's prompts are written in. */
const EXPECTED = { expectedInputs: [TEXT], expectedOutputs: [TEXT] };

/** @returns {BuiltInModel | undefined} */
const builtIn = () => /** @type {{LanguageModel?: BuiltInModel}} */ (globalThis).LanguageModel;

const state = async () =>
  (await builtIn()
    ?.availability(EXPECTED)
    .catch(() => null)) ?? 'unavailable';

/** Whether this browser has a model of its own, or could fetch one. */
export const isOffered = async () => (await state()) !== 'unavailable';

export const isKept = async () => (await state()) === 'available';

/** The browser asks the person itself where it wants to. */
export const sizeOf = async () => 0;

/** They are the browser's. */
export const remove = async () => {};

/** @param {Source} source @param {Loading} loading @returns {Promise<Engine>} */
export async function open({ name }, { progress, signal }) {
  const model = builtIn();
  if (!model || (await state()) === 'unavailable') {
    throw unusable(msg(str`${name}: this browser does not offer its model here any more. Choose another one.`));
  }
  const monitor = (/** @type {EventTarget} */ events) => {
    events.addEventListener('downloadprogress', (event) => {
      const { loaded, total } = /** @type {ProgressEvent} */ (event);
      progress('fetching', loaded, total);
    });
  };
  progress('starting', 0, 0);
  const session = await model.create({ ...EXPECTED, monitor, signal });
  const contextWindow = session.contextWindow ?? session.inputQuota ?? 0;
  session.destroy(); // each reply has a session of its own, with the messages so far
  return {
    contextWindow,
    reply: (messages, stopped) => reply(model, name, messages, stopped),
    close() {},
    ended: Promise.resolve(),
    isBroken: false,
  };
}

/** @param {BuiltInModel} model @param {string} name @param {PlainMessage[]} messages @param {AbortSignal} signal @returns {AsyncGenerator<Part, void>} */
async function* reply(model, name, messages, signal) {
  const initialPrompts = messages.slice(0, -1);
  const { content } = /** @type {PlainMessage} */ (messages.at(-1));
  let session;
  try {
    session = await model.create({ ...EXPECTED, initialPrompts, signal });
    const words = session.promptStreaming(content, { signal }).getReader();
    while (true) {
      const { value, done } = await words.read();
      if (done) break;
      yield { text: value };
    }
  } catch (error) {
    if (signal.aborted) throw error;
    const { name: kind, message } = /** @type {DOMException} */ (error);
    if (kind === 'QuotaExceededError')
      throw unusable(msg(str`The conversation no longer fits in what ${name} can take in. Start a new one.`));
    throw unusable(msg(str`${name} could not answer: ${message}`));
  } finally {
    session?.destroy();
  }
  yield { usage: null, tool_calls: [] };
}
