/**
 * The conversation the page is in, as it is kept: held against other tabs, read when it is opened, written down as it
 * happens. There may be none yet.
 */

import { endOfCutOff, inShort, makeConversation } from './conversation.js';
import { hold } from './hold.js';
import { Keeper } from './keeper.js';

/** @typedef {import('./errors.js').StoreError} StoreError */
/** @typedef {import('./records.js').Conversation} Conversation */
/** @typedef {import('./records.js').Store} Store */
/** @typedef {import('./records.js').Transcript & {stored: import('../sandbox/saved_state.js').Stored | null}} Found */

export class Kept {
  /** None until the first task of a new one. @type {Conversation | null} */ conversation = null;
  #store;
  #letGo = () => {};

  /** @param {Store} store @param {(error: StoreError) => void} onTrouble */
  constructor(store, onTrouble) {
    this.#store = store;
    /** Takes what happens in it. */
    this.keeper = new Keeper(store, onTrouble);
  }

  /** Begin one. Rejects with a StoreError; then nothing of it is kept. @param {string} title @param {boolean} named */
  async create(title, named) {
    const conversation = makeConversation(title, named);
    await this.#store.create(conversation);
    this.#letGo = (await hold(conversation.id)) ?? this.#letGo;
    this.conversation = conversation;
    this.keeper.attach(conversation, false);
  }

  /** One that began with a file is named after its first task. @param {string} task */
  name(task) {
    if (!this.conversation || this.conversation.named) return;
    this.conversation = { ...this.conversation, title: inShort(task), named: true };
    this.keeper.name(this.conversation.title);
  }

  /**
   * Go on with one. Rejects with a StoreError, and lets go of it.
   * @param {string} id @param {() => void} letGo  of what `hold` gave
   * @returns {Promise<Found>}  `stored` is null where nothing is to be brought back
   */
  async enter(id, letGo) {
    try {
      const [transcript, stored] = await Promise.all([this.#store.load(id), this.#store.loadCheckpoint(id)]);
      this.#letGo = letGo;
      this.conversation = transcript.conversation;
      this.keeper.attach(this.conversation, true);
      this.#close(transcript.events);
      const { variables, files, modules } = stored;
      const isEmpty = !variables.length && !files.length && !Object.keys(modules).length;
      return { ...transcript, stored: isEmpty ? null : stored };
    } catch (error) {
      letGo();
      throw error;
    }
  }

  /** Another tab may have it. Nothing happens in it any more. */
  leave() {
    this.keeper.attach(null, true);
    this.conversation = null;
    this.#letGo();
    this.#letGo = () => {};
  }

  /** End a run that was cut off. @param {import('./records.js').AgentEvent[]} events */
  #close(events) {
    const ending = endOfCutOff(events);
    if (!ending) return;
    events.push(ending);
    this.keeper.addEvent(ending);
  }
}
