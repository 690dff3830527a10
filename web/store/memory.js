/** Conversations where the browser keeps nothing: they last as long as the page. */

import { SavedState } from '../sandbox/saved_state.js';
import { StoreError } from './errors.js';

/** @typedef {import('./records.js').Conversation} Conversation */
/** @typedef {import('./records.js').Entry} Entry */
/** @typedef {import('./records.js').Store} Store */
/** @typedef {import('../sandbox/protocol.js').Checkpointed} Checkpointed */
/** @typedef {{conversation: Conversation, entries: Entry[], saved: SavedState}} Kept */

/** @implements {Store} */
export class MemoryStore {
  /** @type {Map<string, Kept>} */ #kept = new Map();

  async list() {
    const all = [...this.#kept.values()].map(({ conversation }) => conversation);
    return all.sort((one, other) => other.updated - one.updated);
  }

  /** @param {Conversation} conversation */
  async create(conversation) {
    this.#kept.set(conversation.id, { conversation, entries: [], saved: new SavedState() });
  }

  /** @param {string} id */
  async load(id) {
    const { conversation, entries } = this.#get(id);
    return {
      conversation,
      events: entries.flatMap(({ events }) => events),
      messages: entries.flatMap(({ messages }) => messages),
    };
  }

  /** @param {string} id */
  async loadCheckpoint(id) {
    return this.#get(id).saved.toStored();
  }

  /** @param {Conversation} next @param {Entry} entry */
  async append(next, entry) {
    const kept = this.#get(next.id);
    kept.conversation = next;
    kept.entries.push(entry);
  }

  /** @param {Conversation} next @param {Checkpointed} delta */
  async saveCheckpoint(next, delta) {
    const kept = this.#get(next.id);
    kept.conversation = next;
    kept.saved.apply(delta);
  }

  /** @param {string} id @param {Conversation} copy */
  async duplicate(id, copy) {
    const { entries, saved } = this.#get(id);
    this.#kept.set(copy.id, {
      conversation: copy,
      entries: [...entries],
      saved: SavedState.from(saved.toStored()), // bytes are never changed, so both may hold the same
    });
  }

  /** @param {string} id */
  async delete(id) {
    this.#kept.delete(id);
  }

  /** @param {string} id */
  #get(id) {
    const kept = this.#kept.get(id);
    if (!kept) throw new StoreError('gone');
    return kept;
  }
}
