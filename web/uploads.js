/**
 * Files between the person's computer and the conversation. Uploads go to /data, one after another; the next task
 * tells the model of them.
 *
 * Fires `changed` (the list of uploads) and `saved` (a file is in the conversation).
 */

import { files as counted } from './elements/counts.js';
import { fileName, freeName, safeName, sizeInWords } from './file_names.js';
import { saveFile } from './save_file.js';
import { msg, str } from './vendor/localize.js';

/** @typedef {import('./elements/events.js').Upload} Upload */
/** @typedef {import('./sandbox/protocol.js').FileInfo} FileInfo */
/** @typedef {import('./sandbox/protocol.js').Limits} Limits */
/** @typedef {import('./session.js').Session} Session */

const MB = 2 ** 20;

export class Uploads extends EventTarget {
  /** @type {Upload[]} */ list = [];
  #session;
  /** @type {Promise<unknown>} */ #adding = Promise.resolve();

  /** @param {Session} session */
  constructor(session) {
    super();
    this.#session = session;
  }

  /**
   * @param {Iterable<File>} files @param {(file: File) => Promise<unknown>} prepare  what must be done before it is written
   * @returns {Promise<(Upload | null)[]>}  what became of each; null: the person left the conversation
   */
  add(files, prepare) {
    const added = [...files].map((file) => {
      /** @type {Upload} */
      const upload = { name: file.name, size: file.size, state: 'adding', path: '', message: '' };
      this.#set([...this.list, upload]);
      // At once: it belongs to the conversation the page is in, or on its way to, now.
      const prepared = prepare(file);
      prepared.catch(() => {}); // told below
      const written = this.#adding.then(async () => {
        if (!this.list.includes(upload)) return null;
        try {
          await prepared;
          return this.#replace(upload, { state: 'added', path: await this.#write(file) });
        } catch (error) {
          return this.#replace(upload, { state: 'failed', message: /** @type {Error} */ (error).message });
        }
      });
      this.#adding = written;
      return written;
    });
    return Promise.all(added);
  }

  /** What the next task comes with, once it is all there. @returns {Promise<FileInfo[]>} */
  async take() {
    await this.#adding;
    const added = this.list.filter(({ state }) => state === 'added');
    this.#set(this.list.filter(({ state }) => state !== 'added'));
    return added.map(({ path, size }) => ({ path, size }));
  }

  /** @param {Upload} upload */
  dismiss(upload) {
    this.#set(this.list.filter((each) => each !== upload));
  }

  /** It was deleted: the next task does not come with it. @param {string} path */
  forget(path) {
    this.#set(this.list.filter((each) => each.path !== path));
  }

  /** Another conversation has other files. */
  clear() {
    this.#set([]);
  }

  /** @param {File} file @returns {Promise<string>}  its path */
  async #write(file) {
    const [limits, present] = await Promise.all([this.#session.limits(), this.#session.files.listFiles()]);
    checkRoom(file, present, limits);
    const taken = new Set(present.filter(({ path }) => path.startsWith('/data/')).map(({ path }) => fileName(path)));
    const path = `/data/${freeName(safeName(file.name), taken)}`;
    const data = await file.arrayBuffer().catch(() => {
      throw new Error(msg('It could not be read. Folders cannot be added, only the files in them.'));
    });
    await this.#session.files.writeFile(path, data);
    this.dispatchEvent(new Event('saved'));
    return path;
  }

  /** @param {Upload} upload @param {Partial<Upload>} changes @returns {Upload | null}  null: it is no longer listed */
  #replace(upload, changes) {
    if (!this.list.includes(upload)) return null;
    const changed = { ...upload, ...changes };
    this.#set(this.list.map((each) => (each === upload ? changed : each)));
    return changed;
  }

  /** @param {Upload[]} list */
  #set(list) {
    this.list = list;
    this.dispatchEvent(new Event('changed'));
  }
}

/** Throws an Error with words where the file does not fit. @param {File} file @param {FileInfo[]} present @param {Limits} limits */
function checkRoom(file, present, { file_mb, files_mb, files }) {
  const used = present.reduce((sum, { size }) => sum + size, 0);
  const left = Math.max(files_mb * MB - used, 0);
  if (file.size > file_mb * MB)
    throw new Error(msg(str`Too large: ${sizeInWords(file.size)}, and one file may have ${file_mb} MB.`));
  if (file.size > left)
    throw new Error(msg(str`No room: ${sizeInWords(left)} of ${files_mb} MB are left for files here.`));
  if (present.length >= files) throw new Error(msg(str`Too many: this conversation may keep ${counted(files)}.`));
}

/** Let the person save a file. @param {Session} session @param {string} path */
export async function download(session, path) {
  const data = await session.files.readFile(path);
  saveFile(safeName(fileName(path)), 'application/octet-stream', data);
}
