/**
 * The one conversation of a widget, in memory only: nothing of it is kept, and nothing of the page's own conversations
 * can be reached. What is asked for is done one after another.
 *
 * Fires `left` when it begins anew.
 */

import { Changes } from '../changes.js';

/** @typedef {import('../run.js').Run} Run */
/** @typedef {import('../sandbox/protocol.js').FileInfo} FileInfo */
/** @typedef {import('../session.js').Session} Session */

export class Conversation extends EventTarget {
  #session;
  #changes = new Changes();

  /** @param {Session} session */
  constructor(session) {
    super();
    this.#session = session;
  }

  /** @param {Run} run @param {() => Promise<FileInfo[]>} prepare  see `Runs.begin` */
  begin(run, prepare) {
    return this.#changes.add(async () => void this.#session.runs.begin(run, prepare));
  }

  /** A file is added: to the conversation there is, or that is on its way. */
  beginFile() {
    return this.#changes.add(async () => {});
  }

  /** Something that must not meet with an interpreter on its way. @param {() => Promise<void>} work */
  prepare(work) {
    return this.#changes.add(work);
  }

  /** Leave what was said and made, at once. */
  new() {
    this.#session.runs.leaveNewest();
    this.dispatchEvent(new Event('left'));
    return this.#changes.add(async () => {
      await this.#session.finish();
      await this.#session.open([], null);
    });
  }
}
