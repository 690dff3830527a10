/**
 * Writes the current conversation down as it happens: events and messages in entries, checkpoints as they come, one
 * after another. What cannot be written is told once; the page goes on.
 */

import { asStoreError } from './errors.js';

/** @typedef {import('./errors.js').StoreError} StoreError */
/** @typedef {import('./records.js').AgentEvent} AgentEvent */
/** @typedef {import('./records.js').Conversation} Conversation */
/** @typedef {import('./records.js').Message} Message */
/** @typedef {import('./records.js').Naming} Naming */
/** @typedef {import('./records.js').Store} Store */
/** @typedef {import('../sandbox/protocol.js').Checkpointed} Checkpointed */
/** @typedef {import('../sandbox/saved_state.js').Stored} Stored */

/** While a step runs, what it prints is written down this often. */
const FLUSH_MS = 1_000;
/** After these, at once: what a reload must not lose. */
const TURNS = ['run_started', 'code_parsed', 'step_finished', 'run_finished'];
/** Not worth keeping: what they tell comes again in `code_parsed`, or is over soon. */
const PASSING = ['model_delta', 'model_retried', 'package_progress'];

export class Keeper {
  #store;
  #onTrouble;
  /** @type {{id: string, revision: number, whole: boolean, lost: boolean} | null} */ #kept = null;
  /** @type {AgentEvent[]} */ #events = [];
  /** @type {Message[]} */ #messages = [];
  /** @type {Naming} */ #naming = {};
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** @type {Promise<void>} */ #writing = Promise.resolve();

  /**
   * @param {Store} store
   * @param {(error: StoreError) => void} onTrouble
   */
  constructor(store, onTrouble) {
    this.#store = store;
    this.#onTrouble = onTrouble;
  }

  /**
   * Keep this one from now on, or none.
   * @param {Conversation | null} conversation
   * @param {boolean} whole  whether all that is saved of its interpreter is in the store
   */
  attach(conversation, whole) {
    this.flush();
    this.#kept = conversation && { id: conversation.id, revision: conversation.revision, whole, lost: false };
  }

  /** @param {AgentEvent} event */
  addEvent(event) {
    if (PASSING.includes(event.type)) return;
    this.#events.push(event);
    if (TURNS.includes(event.type)) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  }

  /** It is written with the next event. @param {Naming} naming */
  name(naming) {
    this.#naming = naming;
  }

  /** They are written with the next event. @param {Message[]} messages */
  addMessages(messages) {
    this.#messages.push(...messages);
  }

  /**
   * @param {Checkpointed} delta
   * @param {() => Stored} whole  all that is saved, in case an earlier delta could not be written
   */
  addCheckpoint(delta, whole) {
    const kept = this.#kept;
    if (!kept) return;
    this.#queue(async () => {
      if (kept.lost) return;
      const complete = kept.whole ? delta : asDelta(whole());
      kept.whole = false;
      kept.revision = await this.#store.saveCheckpoint(kept.id, kept.revision, complete);
      kept.whole = true;
    }, kept);
  }

  /** Write down what waits. @returns {Promise<void>}  when all has been written that can be */
  flush() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const kept = this.#kept;
    const entry = { events: this.#events, messages: this.#messages };
    const naming = this.#naming;
    this.#events = [];
    this.#messages = [];
    this.#naming = {};
    if (!kept || !(entry.events.length || entry.messages.length)) return this.#writing;
    return this.#queue(async () => {
      if (kept.lost) return;
      kept.lost = true; // an entry that is missing makes those after it senseless
      kept.revision = await this.#store.append(kept.id, kept.revision, entry, naming);
      kept.lost = false;
    }, kept);
  }

  /** @param {() => Promise<void>} write @param {{lost: boolean}} kept */
  #queue(write, kept) {
    this.#writing = this.#writing.then(write).catch((cause) => {
      const error = asStoreError(cause);
      if (error.kind !== 'full') kept.lost = true;
      this.#onTrouble(error);
    });
    return this.#writing;
  }
}

/** @param {Stored} stored @returns {Checkpointed} */
function asDelta({ variables, files, ...rest }) {
  const names = variables.map(({ name }) => name);
  const sizes = files.map(({ path, data }) => ({ path, size: data.byteLength }));
  return {
    type: 'checkpointed',
    request_id: 0,
    names,
    variables,
    lost: [],
    files: sizes,
    changed_files: files,
    ...rest,
    complete: true,
  }; // prettier-ignore
}
