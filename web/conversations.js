/**
 * The conversations of this browser, and which one the page is in. The address names it (`#id`), so that a reload
 * comes back to it.
 *
 * Fires `changed` (the list or the current one), `left`, `opened` (a Transcript to show) and `notice` (a Notice).
 */

import { openStore } from './store/database.js';
import { asStoreError } from './store/errors.js';
import { hold } from './store/hold.js';
import { Keeper } from './store/keeper.js';
import { MemoryStore } from './store/memory.js';

/** @typedef {import('./session.js').Session} Session */
/** @typedef {import('./store/records.js').AgentEvent} AgentEvent */
/** @typedef {import('./store/records.js').Conversation} Conversation */
/** @typedef {import('./store/records.js').Store} Store */
/** @typedef {import('./store/records.js').Transcript & {stored: import('./sandbox/saved_state.js').Stored | null}} Found */
/** @typedef {import('./elements/events.js').Notice} Notice */

const LONGEST_TITLE = 80;
/** How a run ended that nobody saw the end of. @type {import('./elements/events.js').Failure} */
const CUT_OFF = { kind: 'reloaded', message: 'The page was reloaded during this run.' };

export class Conversations extends EventTarget {
  /** Newest first. @type {Conversation[]} */ list = [];
  /** None until the first task of a new one. @type {Conversation | null} */ current = null;
  #session;
  /** @type {Store} */ #store = new MemoryStore();
  #keeper = this.#makeKeeper();
  #letGo = () => {};
  /** One change of conversation after another. @type {Promise<void>} */ #changing = Promise.resolve();

  /** @param {Session} session */
  constructor(session) {
    super();
    this.#session = session;
    const detail = (/** @type {Event} */ event) => /** @type {CustomEvent} */ (event).detail;
    session.addEventListener('messages', (event) => this.#keeper.addMessages(detail(event)));
    session.addEventListener('agent', (event) => this.#keeper.addEvent(detail(event)));
    session.addEventListener('checkpointed', (event) => this.#keeper.addCheckpoint(detail(event), () => session.saved));
    addEventListener('pagehide', () => this.#keeper.flush());
    addEventListener('hashchange', () => this.#followAddress());
  }

  /** Whether they outlast the page. */
  isKept = true;

  /** Resolves when the page is in the conversation it was last told to be in. */
  get settled() {
    return this.#changing;
  }

  /** Open the store and what the address names, and begin to boot the session. */
  async start() {
    await this.#change(async () => {
      await this.#openStore();
      const id = location.hash.slice(1);
      const found = id ? await this.#take(id) : null;
      if (found) this.#enter(found);
      else this.#setAddress('');
      this.#session.start(found?.messages, found?.stored);
    });
  }

  /** A task begins. @param {string} task */
  async beginTask(task) {
    if (!this.current) return this.#create(task, true);
    if (this.current.named) return;
    this.current = { ...this.current, title: inShort(task), named: true };
    this.#keeper.name(this.current.title);
  }

  /** A file is added, which is kept even if no task follows. @param {string} name */
  async beginFile(name) {
    await this.#changing;
    if (!this.current) await this.#create(name, false);
  }

  /** Leave for a new one. */
  new() {
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
      if (id === this.current?.id) await this.#save();
      const { conversation } = await this.#store.load(id);
      const copy = makeConversation(`Copy of ${conversation.title}`, conversation.named);
      await this.#store.duplicate(id, copy);
      await this.#go(copy.id);
    });
  }

  /** @param {string} id */
  async delete(id) {
    if (id === this.current?.id) await this.new();
    await this.#change(async () => {
      const letGo = await this.#hold(id);
      if (!letGo) return;
      await this.#store.delete(id).finally(letGo);
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
      this.#store = await openStore(() => this.#notify('failed', 'Reload the page: another tab has a newer one.'));
      this.#keeper = this.#makeKeeper();
    } catch (error) {
      this.isKept = false;
      const { message } = asStoreError(error);
      this.#notify('blocked', `${message} It works, but closing or reloading it ends what you do here.`);
    }
  }

  /** @param {string} title @param {boolean} named */
  async #create(title, named) {
    const conversation = makeConversation(title, named);
    try {
      await this.#store.create(conversation);
    } catch (error) {
      return this.#tell(error);
    }
    this.#letGo = (await hold(conversation.id)) ?? this.#letGo;
    this.current = conversation;
    this.#keeper.attach(conversation, false);
    this.#setAddress(conversation.id);
    await this.refresh();
  }

  /** @param {string} id */
  async #go(id) {
    if (id === this.current?.id) return;
    const letGo = await this.#hold(id);
    if (!letGo) return this.#setAddress(this.current?.id ?? '');
    this.#fire('left');
    await this.#leave();
    const found = await this.#take(id, letGo);
    if (found) this.#enter(found);
    await this.#session.open(found?.messages ?? [], found?.stored ?? null);
  }

  /** Hold it and read it. @param {string} id @param {(() => void) | null} [held] @returns {Promise<Found | null>} */
  async #take(id, held) {
    const letGo = held ?? (await this.#hold(id));
    if (!letGo) return null;
    try {
      const [transcript, stored] = await Promise.all([this.#store.load(id), this.#store.loadCheckpoint(id)]);
      this.#letGo = letGo;
      const { variables, files, modules } = stored;
      const isEmpty = !variables.length && !files.length && !Object.keys(modules).length;
      return { ...transcript, stored: isEmpty ? null : stored };
    } catch (error) {
      letGo();
      this.#tell(error);
      return null;
    }
  }

  /** @param {Found} found */
  #enter(found) {
    this.current = found.conversation;
    this.#keeper.attach(found.conversation, true);
    const ending = endOfCutOff(found.events);
    if (ending) {
      found.events.push(ending);
      this.#keeper.addEvent(ending);
    }
    this.#setAddress(found.conversation.id);
    this.#fire('opened', found);
  }

  /** End what runs, and write down what it did. */
  async #save() {
    await this.#session.leave();
    await this.#keeper.flush();
  }

  async #leave() {
    await this.#save();
    this.#keeper.attach(null, true);
    this.current = null;
    this.#setAddress('');
    this.#letGo();
    this.#letGo = () => {};
  }

  /** @param {string} id @returns {Promise<(() => void) | null>} */
  async #hold(id) {
    const letGo = await hold(id);
    if (!letGo) {
      const action = { label: 'Open a copy', act: () => this.duplicate(id) };
      this.#notify('elsewhere', 'This conversation is open in another tab, which goes on with it.', action);
    }
    return letGo;
  }

  /** @param {() => Promise<void>} change */
  #change(change) {
    const changed = this.#changing.then(change).catch((error) => this.#tell(error));
    this.#changing = changed.then(() => this.refresh());
    return this.#changing;
  }

  #followAddress() {
    const id = location.hash.slice(1);
    if (id && id !== this.current?.id) this.open(id);
  }

  /** @param {string} id */
  #setAddress(id) {
    history.replaceState(null, '', id ? `#${id}` : location.pathname + location.search);
  }

  #makeKeeper() {
    return new Keeper(this.#store, (error) => this.#tell(error));
  }

  /** @param {unknown} error */
  #tell(error) {
    if (!(error instanceof Error) || error.name !== 'StoreError') throw error;
    const { kind, message } = asStoreError(error);
    const reload = { label: 'Reload', act: () => location.reload() };
    if (kind === 'elsewhere') return this.#notify(kind, `${message} What happens here is no longer kept.`, reload);
    const advice = kind === 'full' ? ' What is new here is not kept. Delete conversations you no longer need.' : '';
    this.#notify(kind, message + advice);
  }

  /** @param {string} key @param {string} words @param {Notice['action']} [action] */
  #notify(key, words, action) {
    this.#fire('notice', { key: `conversation ${key}`, words, tone: 'warning', action });
  }

  /** @param {string} type @param {object} [detail] */
  #fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** @param {string} title @param {boolean} named @returns {Conversation} */
function makeConversation(title, named) {
  const random = crypto.getRandomValues(new Uint8Array(12));
  const id = Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const now = Date.now();
  return { id, title: inShort(title), named, created: now, updated: now, revision: 0 };
}

/** The first line, or its beginning. @param {string} text */
function inShort(text) {
  const [line] = text.trim().split('\n');
  return line.length > LONGEST_TITLE ? `${line.slice(0, LONGEST_TITLE).replace(/[\uD800-\uDBFF]$/, '')}…` : line;
}

/** The event that ends a run whose end was never written down. @param {AgentEvent[]} events @returns {AgentEvent | null} */
function endOfCutOff(events) {
  const last = events.findLast(({ type }) => type === 'run_started' || type === 'run_finished');
  if (last?.type !== 'run_started') return null;
  const begun = events.findLast(({ type }) => type === 'step_started');
  const steps = begun && events.lastIndexOf(begun) > events.lastIndexOf(last) && 'step' in begun ? begun.step : 0;
  return { type: 'run_finished', status: 'stopped', answer: null, error: CUT_OFF, steps, duration_ms: 0 };
}
