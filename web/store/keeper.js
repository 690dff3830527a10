/**
 * Writes the current conversation down as it happens: events and messages in entries, checkpoints as they come. What
 * cannot be written is told; the page goes on.
 */

import { asStoreError } from './errors.js';

/** @typedef {import('./errors.js').StoreError} StoreError */
/** @typedef {import('./records.js').AgentEvent} AgentEvent */
/** @typedef {import('./records.js').Conversation} Conversation */
/** @typedef {import('./records.js').Entry} Entry */
/** @typedef {import('./records.js').Message} Message */
/** @typedef {import('./records.js').Store} Store */
/** @typedef {import('../sandbox/protocol.js').Checkpointed} Checkpointed */
/** @typedef {import('../sandbox/saved_state.js').Stored} Stored */

/** While a step runs, what it prints is written down this often. */
const FLUSH_MS = 1_000;
/** What found no room is tried again this often: room may come without another event. */
const AGAIN_MS = 3_000;
/** After these, at once: what a reload must not lose. */
const TURNS = ['run_started', 'code_parsed', 'step_finished', 'run_finished'];
/** Not worth keeping: what they tell comes again in `code_parsed`, or is over soon. */
const PASSING = ['model_delta', 'model_retried', 'package_progress'];

/**
 * @typedef {object} Kept
 * @property {Conversation} conversation  as it is to be in the store
 * @property {boolean} whole  whether all that is saved of its interpreter is in the store
 * @property {Entry[]} unwritten  for which there was no room
 * @property {boolean} retrying  whether entries that found no room are being written again
 * @property {number} written  the revision of the last entry that was
 * @property {boolean} lost  an entry cannot be written, which makes those after it senseless
 */

export class Keeper {
  #store;
  #onTrouble;
  /** @type {Kept | null} */ #kept = null;
  /** @type {AgentEvent[]} */ #events = [];
  /** @type {Message[]} */ #messages = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** @type {Promise<unknown>} */ #writing = Promise.resolve();

  /**
   * @param {Store} store
   * @param {(error: StoreError) => void} onTrouble
   */
  constructor(store, onTrouble) {
    this.#store = store;
    this.#onTrouble = onTrouble;
  }

  /** Keep this one from now on, or none. @param {Conversation | null} conversation @param {boolean} whole  see Kept */
  attach(conversation, whole) {
    this.flush();
    this.#kept = conversation && { conversation, whole, lost: false, unwritten: [], retrying: false, written: 0 };
  }

  /** It is written with the next entry. @param {string} title */
  name(title) {
    if (this.#kept) this.#kept.conversation = { ...this.#kept.conversation, title, named: true };
  }

  /** They are written with the next event. @param {Message[]} messages */
  addMessages(messages) {
    this.#messages.push(...messages);
  }

  /** @param {AgentEvent} event */
  addEvent(event) {
    if (PASSING.includes(innermost(event).type)) return;
    this.#events.push(event);
    if (TURNS.includes(event.type)) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  }

  /**
   * @param {Checkpointed} delta
   * @param {() => Stored} whole  all that is saved, in case an earlier delta could not be written
   */
  addCheckpoint(delta, whole) {
    const kept = this.#kept;
    if (!kept || kept.lost) return;
    const complete = kept.whole ? delta : asDelta(whole());
    kept.whole = true;
    const written = this.#store.saveCheckpoint(next(kept), complete).then(() => {
      if (kept === this.#kept && kept.unwritten.length) this.flush(); // there is room again
    });
    this.#write(written, (error) => {
      kept.whole = false;
      if (error.kind === 'elsewhere') kept.lost = true;
    });
  }

  /** Write down what waits. Resolves when all has been written that can be. */
  flush() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const kept = this.#kept;
    const entry = { events: this.#events, messages: this.#messages };
    this.#events = [];
    this.#messages = [];
    const waits = entry.events.length || entry.messages.length || kept?.unwritten.length;
    if (kept && !kept.lost && waits) this.#append(kept, entry);
    return this.#writing;
  }

  /** Where there is no room, it comes with the next entry. @param {Kept} kept @param {Entry} entry */
  #append(kept, entry) {
    if (kept.retrying) return void kept.unwritten.push(entry); // in their order, or they would make no sense
    kept.retrying = kept.unwritten.length > 0;
    const tried = [...kept.unwritten, entry];
    kept.unwritten = [];
    const record = next(kept);
    const whole = {
      events: tried.flatMap(({ events }) => events),
      messages: tried.flatMap(({ messages }) => messages),
    };
    const written = this.#store.append(record, whole).then(() => {
      kept.written = record.revision;
      kept.retrying = false;
      if (kept === this.#kept && kept.unwritten.length) this.flush();
    });
    this.#write(written, (error) => {
      kept.lost ||= error.kind !== 'full' || record.revision < kept.written;
      kept.retrying = false;
      kept.unwritten.unshift(...tried);
      if (kept === this.#kept && !kept.lost) this.#timer ??= setTimeout(() => this.flush(), AGAIN_MS);
    });
  }

  /** @param {Promise<void>} written @param {(error: StoreError) => void} onError */
  #write(written, onError) {
    const told = written.catch((cause) => {
      const error = asStoreError(cause);
      onError(error);
      this.#onTrouble(error);
    });
    this.#writing = Promise.all([this.#writing, told]);
  }
}

/** The event of a sub-agent that `event` carries; else itself. @param {AgentEvent} event @returns {AgentEvent} */
function innermost(event) {
  return event.type === 'agent_event' ? innermost(event.event) : event;
}

/** What the record becomes with the next change. @param {Kept} kept */
function next(kept) {
  const { conversation } = kept;
  kept.conversation = { ...conversation, updated: Date.now(), revision: conversation.revision + 1 };
  return kept.conversation;
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
