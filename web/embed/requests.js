/** What the host page has asked of the frame and waits for. */

import { Changes } from '../changes.js';
import { RunError } from './run_error.js';

/** @typedef {Blob | ArrayBuffer | Uint8Array | string} FileData */
/** @typedef {[request: {type: string, [field: string]: unknown}, transfer?: Transferable[]]} Asked */
/** @typedef {{resolve(value: any): void, reject(error: RunError): void}} Waiting */

export class Requests {
  /** @type {Map<number, Waiting>} */ #waiting = new Map();
  #post;
  #next = 1;
  #turns = new Changes();
  /** Aborted when the frame is closed, by why. */ #closed = new AbortController();

  /** @param {(message: any, transfer: Transferable[]) => void} post  throws a RunError where there is nobody to ask */
  constructor(post) {
    this.#post = post;
  }

  /**
   * Sent in the order in which it was asked for, though files are read first.
   * @param {() => Asked | null | Promise<Asked>} make  null: nothing is asked of the frame @returns {Promise<any>}
   */
  async ask(make) {
    const { signal } = this.#closed;
    const { answer } = await this.#turns.add(async () => {
      const made = await make();
      if (!made) return {};
      signal.throwIfAborted();
      return { answer: this.#send(...made) }; // wrapped, since the next does not wait for it
    });
    return answer;
  }

  /** @param {Asked[0]} request @param {Transferable[]} [transfer] @returns {Promise<any>} */
  #send(request, transfer = []) {
    return new Promise((resolve, reject) => {
      const request_id = this.#next++;
      this.#post({ ...request, request_id }, transfer);
      this.#waiting.set(request_id, { resolve, reject });
    });
  }

  /** @param {string} task @param {(Blob | {name: string, data: FileData})[]} given */
  async run(task, given) {
    if (typeof task !== 'string' || !task.trim()) throw new RunError('no_task', 'Say in words what is to be done.');
    const copies = given.map((each) => ({
      name: 'name' in each ? String(each.name) : 'file',
      blob: copied('data' in each ? each.data : each),
    }));
    return this.ask(async () => {
      const files = await Promise.all(copies.map(async ({ name, blob }) => ({ name, data: await blob.arrayBuffer() })));
      return [{ type: 'run', task, files }, files.map(({ data }) => data)];
    });
  }

  /** @param {string} name @param {FileData} given @returns {Promise<{path: string}>} */
  async addFile(name, given) {
    const blob = copied(given);
    return this.ask(async () => {
      const data = await blob.arrayBuffer();
      return [{ type: 'add_file', name: String(name), data }, [data]];
    });
  }

  /** @param {number} request_id @param {unknown} value @param {RunError} [error] */
  settle(request_id, value, error) {
    const waiting = this.#waiting.get(request_id);
    this.#waiting.delete(request_id);
    if (error) waiting?.reject(error);
    else waiting?.resolve(value);
  }

  /** @param {RunError} error */
  rejectAll(error) {
    this.#closed.abort(error);
    this.#closed = new AbortController();
    for (const request_id of [...this.#waiting.keys()]) this.settle(request_id, null, error);
  }
}

/** As it is now: it is handed over later. @param {FileData} data */
function copied(data) {
  return new Blob([/** @type {BlobPart} */ (data)]);
}
