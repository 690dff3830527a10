/**
 * The conversations of this browser, and which one the page is in. The address names it (`#id`), so that a reload
 * comes back to it. What the person asks for is done one after another, in the order it was asked for.
 *
 * Fires `changed` (the list or the current one), `left`, `opened` (a Transcript to show) and `notice` (a Notice).
 */

import { addressedId, showId } from './address.js';
import { Changes } from './changes.js';
import { makeConversation } from './store/conversation.js';
import { openStore } from './store/database.js';
import { hold } from './store/hold.js';
import { keep } from './store/keep.js';
import { Kept } from './store/kept.js';
import { MemoryStore } from './store/memory.js';
import { blockedInWords, heldInWords, outdatedInWords, troubleInWords } from './store/trouble.js';
import { msg, str } from './vendor/localize.js';

/** @typedef {import('./run.js').Run} Run */
/** @typedef {import('./sandbox/protocol.js').FileInfo} FileInfo */
/** @typedef {import('./session.js').Session} Session */
/** @typedef {import('./store/kept.js').Found} Found */
/** @typedef {import('./store/records.js').Conversation} Conversation */
/** @typedef {import('./store/records.js').Store} Store */

export class Conversations extends EventTarget {
  /** Newest first. @type {Conversation[]} */ list = [];
  /** Whether they outlast the page. */ isKept = true;
  #session;
  /** @type {Store} */ #store = new MemoryStore();
  #kept = this.#makeKept();
  #changes = new Changes();

  /** @param {Session} session */
  constructor(session) {
    super();
    this.#session = session;
    keep(session, () => this.#kept.keeper);
    addEventListener('hashchange', () => {
      const id = addressedId();
      if (id && id !== this.current?.id) this.open(id);
    });
  }

  /** None until the first task of a new one. */
  get current() {
    return this.#kept.conversation;
  }

  /** Open the store and what the address names, and begin to boot the session. */
  start() {
    return this.#change(async () => {
      await this.#openStore();
      const id = addressedId();
      const letGo = id ? await this.#hold(id) : null;
      const found = letGo && (await this.#enter(id, letGo));
      if (!found) showId(this.current?.id);
      this.#session.start(found?.messages, found?.stored);
    });
  }

  /**
   * Begin a run in the conversation the page was last told to be in, once it is there.
   * @param {Run} run @param {() => Promise<FileInfo[]>} prepare  see `Runs.begin`
   */
  begin(run, prepare) {
    return this.#change(async () => {
      try {
        if (this.current) this.#kept.name(run.task);
        else await this.#kept.create(run.task, true);
      } finally {
        showId(this.current?.id);
        this.#session.runs.begin(run, prepare); // even where it cannot be kept
      }
    });
  }

  /** A file is added, which is kept even if no task follows. @param {string} name */
  beginFile(name) {
    return this.#change(async () => {
      if (!this.current) await this.#kept.create(name, false);
      showId(this.current?.id);
    });
  }

  /** Leave for a new one. */
  new() {
    this.#session.runs.leaveNewest();
    this.#fire('left');
    return this.#change(async () => {
      await this.#leave();
      await this.#session.open([], null);
    });
  }

  /** @param {string} id */
  open(id) {
    return this.#change(() => this.#go(id));
  }

  /** A copy that goes on by itself, and is opened. A run of the original ends. @param {string} id */
  duplicate(id) {
    return this.#change(async () => {
      if (id === this.current?.id) await this.#finish();
      const { conversation } = await this.#store.load(id);
      const copy = makeConversation(msg(str`Copy of ${conversation.title}`), conversation.named);
      await this.#store.duplicate(id, copy);
      await this.#go(copy.id);
    });
  }

  /** @param {string} id */
  async delete(id) {
    if (id === this.current?.id) await this.new();
    await this.#change(async () => {
      const letGo = await this.#hold(id);
      if (letGo) await this.#store.delete(id).finally(letGo);
    });
  }

  async refresh() {
    try {
      this.list = await this.#store.list();
    } catch (error) {
      this.#tell(error);
    }
    this.#fire('changed');
  }

  async #openStore() {
    try {
      this.#store = await openStore(() => this.#fire('notice', outdatedInWords()));
      this.#kept = this.#makeKept();
    } catch (error) {
      this.isKept = false;
      this.#fire('notice', blockedInWords(error));
    }
  }

  /** @param {string} id */
  async #go(id) {
    if (id === this.current?.id) return;
    const letGo = await this.#hold(id);
    if (!letGo) return showId(this.current?.id);
    this.#session.runs.leaveBegun();
    this.#fire('left');
    await this.#leave();
    const found = await this.#enter(id, letGo);
    await this.#session.open(found?.messages ?? [], found?.stored ?? null);
  }

  /** @param {string} id @param {() => void} letGo @returns {Promise<Found | null>} */
  async #enter(id, letGo) {
    try {
      const found = await this.#kept.enter(id, letGo);
      showId(this.current?.id);
      this.#fire('opened', found);
      return found;
    } catch (error) {
      this.#tell(error);
      return null;
    }
  }

  /** End what runs, and write down what it did. */
  async #finish() {
    await this.#session.finish();
    await this.#kept.keeper.flush();
  }

  async #leave() {
    await this.#finish();
    this.#kept.leave();
    showId(this.current?.id);
  }

  /** @param {string} id @returns {Promise<(() => void) | null>} */
  async #hold(id) {
    const letGo = await hold(id);
    const duplicate = () => this.duplicate(id);
    if (!letGo) this.#fire('notice', heldInWords(duplicate));
    return letGo;
  }

  /** @param {() => Promise<void>} change */
  #change(change) {
    return this.#changes.add(async () => {
      await change().catch((error) => this.#tell(error));
      await this.refresh();
    });
  }

  #makeKept() {
    return new Kept(this.#store, (error) => this.#tell(error));
  }

  /** @param {unknown} error */
  #tell(error) {
    this.#fire('notice', troubleInWords(error));
  }

  /** @param {string} type @param {object} [detail] */
  #fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
