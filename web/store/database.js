/**
 * Conversations in the browser's IndexedDB. A conversation is a record, its transcript a journal of entries, each
 * variable and each file a record of its own: a checkpoint writes what has changed and nothing else. Pickles are
 * bytes here and are never read.
 */

import { openDB } from '../vendor/idb.js';
import { asStoreError, StoreError } from './errors.js';

/** @typedef {import('./records.js').Conversation} Conversation */
/** @typedef {import('./records.js').Entry} Entry */
/** @typedef {import('./records.js').Store} Store */
/** @typedef {import('../sandbox/protocol.js').Checkpointed} Checkpointed */
/** @typedef {import('idb').IDBPDatabase} Database */
/** @typedef {import('idb').IDBPTransaction<unknown, string[], 'readwrite'>} Writing */

const VERSION = 1;
/** Keyed by [conversation, revision], [conversation, name] and [conversation, path]. */
const PARTS = ['journal', 'variables', 'files'];
const ALL = ['conversations', 'checkpoints', ...PARTS];

/** Larger ones are stored as a Blob, whose bytes the browser takes over without holding up the page. */
const LARGE = 100_000;

/** @param {ArrayBuffer} data */
const packed = (data) => (data.byteLength > LARGE ? new Blob([data]) : data);
/** @param {ArrayBuffer | Blob} stored */
const unpacked = (stored) => (stored instanceof Blob ? stored.arrayBuffer() : stored);

/** All keys that begin with the conversation: an array comes after every text and number. @param {string} id */
const keysOf = (id) => IDBKeyRange.bound([id], [id, []]);

/**
 * Open the conversations of this site; two sites on one origin have one database each.
 * @param {() => void} onOutdated  another tab needs the database in a newer form: this one must let go
 * @returns {Promise<Store>}
 */
export async function openStore(onOutdated) {
  try {
    const database = await openDB(`codeact-web ${new URL('.', location.href).pathname}`, VERSION, {
      upgrade(opened) {
        opened.createObjectStore('conversations', { keyPath: 'id' });
        for (const name of ['checkpoints', ...PARTS]) opened.createObjectStore(name);
      },
      blocking: (_from, _to, event) => {
        /** @type {IDBDatabase} */ (event.target).close();
        onOutdated();
      },
      terminated: onOutdated,
    });
    return new DatabaseStore(database);
  } catch (error) {
    throw new StoreError('blocked', asStoreError(error).reason);
  }
}

/** @implements {Store} */
class DatabaseStore {
  #database;

  /** @param {Database} database */
  constructor(database) {
    this.#database = database;
  }

  async list() {
    /** @type {Conversation[]} */
    const all = await this.#read(['conversations'], (tx) => tx.objectStore('conversations').getAll());
    return all.sort((one, other) => other.updated - one.updated);
  }

  /** @param {Conversation} conversation */
  async create(conversation) {
    await this.#write(['conversations'], (tx) => tx.objectStore('conversations').add(conversation));
  }

  /** @param {string} id */
  async load(id) {
    return this.#read(['conversations', 'journal'], async (tx) => {
      const conversation = await tx.objectStore('conversations').get(id);
      if (!conversation) throw new StoreError('gone');
      /** @type {Entry[]} */
      const entries = await tx.objectStore('journal').getAll(keysOf(id));
      return {
        conversation,
        events: entries.flatMap(({ events }) => events),
        messages: entries.flatMap(({ messages }) => messages),
      };
    });
  }

  /** @param {string} id */
  async loadCheckpoint(id) {
    const { variables, files, rest } = await this.#read(['checkpoints', 'variables', 'files'], async (tx) => ({
      variables: await parts(tx, 'variables', id),
      files: await parts(tx, 'files', id),
      rest: (await tx.objectStore('checkpoints').get(id)) ?? NOTHING,
    }));
    return {
      variables: await Promise.all(variables.map(async ([name, data]) => ({ name, data: await unpacked(data) }))),
      files: await Promise.all(files.map(async ([path, data]) => ({ path, data: await unpacked(data) }))),
      ...rest,
    };
  }

  /** Nothing is read, so that it is done even if the page goes at once. @param {Conversation} next @param {Entry} entry */
  async append(next, entry) {
    await this.#write(['conversations', 'journal'], async (tx) => {
      const changed = change(tx, next, entry);
      tx.commit();
      await changed;
    });
  }

  /** @param {Conversation} next @param {Checkpointed} delta */
  async saveCheckpoint(next, delta) {
    const { id } = next;
    await this.#write(ALL, async (tx) => {
      await change(tx, next, { events: [], messages: [] });
      const { modules, sources, execution_count, packages } = delta;
      tx.objectStore('checkpoints').put({ modules, sources, execution_count, packages }, id);
      // One by one, so that the page has turns between.
      for (const { name, data } of delta.variables) await tx.objectStore('variables').put(packed(data), [id, name]);
      for (const { path, data } of delta.changed_files) await tx.objectStore('files').put(packed(data), [id, path]);
      if (!delta.complete) return; // the rest comes after the next step
      const lost = new Set(delta.lost.map(({ name }) => name));
      await keepOnly(tx, 'variables', id, new Set(delta.names.filter((name) => !lost.has(name))));
      await keepOnly(tx, 'files', id, new Set(delta.files.map(({ path }) => path)));
    });
  }

  /** @param {string} id @param {Conversation} copy */
  async duplicate(id, copy) {
    await this.#write(ALL, async (tx) => {
      await tx.objectStore('conversations').add(copy);
      const rest = await tx.objectStore('checkpoints').get(id);
      if (rest) await tx.objectStore('checkpoints').put(rest, copy.id);
      for (const name of PARTS) {
        const store = tx.objectStore(name);
        for (const key of await store.getAllKeys(keysOf(id))) {
          await store.put(await store.get(key), [copy.id, /** @type {IDBValidKey[]} */ (key)[1]]);
        }
      }
    });
  }

  /** @param {string} id */
  async delete(id) {
    await this.#write(ALL, async (tx) => {
      await tx.objectStore('conversations').delete(id);
      await tx.objectStore('checkpoints').delete(id);
      for (const name of PARTS) await tx.objectStore(name).delete(keysOf(id));
    });
  }

  /** @template T @param {string[]} stores @param {(tx: import('idb').IDBPTransaction<unknown, string[]>) => Promise<T>} work */
  async #read(stores, work) {
    try {
      return await work(this.#database.transaction(stores));
    } catch (error) {
      throw asStoreError(error);
    }
  }

  /** All or nothing. @template T @param {string[]} stores @param {(tx: Writing) => Promise<T>} work @returns {Promise<T>} */
  async #write(stores, work) {
    try {
      const tx = this.#database.transaction(stores, 'readwrite');
      const done = tx.done;
      done.catch(() => {}); // `work` rejects first, where it does
      try {
        const value = await work(tx);
        await done;
        return value;
      } catch (error) {
        abort(tx);
        throw error;
      }
    } catch (error) {
      throw asStoreError(error);
    }
  }
}

/** Names and what is stored under them. @param {import('idb').IDBPTransaction<unknown, string[]>} tx @param {string} name @param {string} id */
async function parts(tx, name, id) {
  const store = tx.objectStore(name);
  /** @type {[string, ArrayBuffer | Blob][]} */
  const all = [];
  for (const key of await store.getAllKeys(keysOf(id))) {
    all.push([/** @type {string[]} */ (key)[1], await store.get(key)]);
  }
  return all;
}

const NOTHING = { modules: {}, sources: {}, execution_count: 0, packages: [] };

/** @param {Writing} tx */
function abort(tx) {
  try {
    tx.abort();
  } catch (error) {
    if (/** @type {Error} */ (error).name !== 'InvalidStateError') throw error; // it has ended by itself
  }
}

/** Rejects where the revision is there already. @param {Writing} tx @param {Conversation} next @param {Entry} entry */
function change(tx, next, entry) {
  return Promise.all([
    tx.objectStore('journal').add(entry, [next.id, next.revision]),
    tx.objectStore('conversations').put(next),
  ]);
}

/** @param {Writing} tx @param {string} name @param {string} id @param {Set<string>} kept */
async function keepOnly(tx, name, id, kept) {
  const store = tx.objectStore(name);
  for (const key of await store.getAllKeys(keysOf(id))) {
    if (!kept.has(/** @type {string[]} */ (key)[1])) await store.delete(key);
  }
}
