/** What the host page has asked of the frame and waits for. */

import { RunError } from './run_error.js';

/** @typedef {Blob | ArrayBuffer | Uint8Array | string} FileData */
/** @typedef {{resolve(value: any): void, reject(error: RunError): void}} Waiting */

export class Requests {
  /** @type {Map<number, Waiting>} */ #waiting = new Map();
  #post;
  #next = 1;

  /** @param {(message: any, transfer: Transferable[]) => void} post  throws a RunError where there is nobody to ask */
  constructor(post) {
    this.#post = post;
  }

  /** @param {{type: string, [field: string]: unknown}} request @param {Transferable[]} [transfer] @returns {Promise<any>} */
  ask(request, transfer = []) {
    return new Promise((resolve, reject) => {
      const request_id = this.#next++;
      this.#post({ ...request, request_id }, transfer);
      this.#waiting.set(request_id, { resolve, reject });
    });
  }

  /** @param {string} task @param {(File | {name: string, data: FileData})[]} given */
  async run(task, given) {
    if (typeof task !== 'string' || !task.trim()) throw new RunError('no_task', 'Say in words what is to be done.');
    const files = await Promise.all(
      given.map(async (each) => ({ name: each.name, data: await bytes('data' in each ? each.data : each) })),
    );
    const transfer = files.map(({ data }) => data);
    return this.ask({ type: 'run', task, files }, transfer);
  }

  /** @param {string} name @param {FileData} given @returns {Promise<{path: string}>} */
  async addFile(name, given) {
    const data = await bytes(given);
    return this.ask({ type: 'add_file', name: String(name), data }, [data]);
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
    for (const request_id of [...this.#waiting.keys()]) this.settle(request_id, null, error);
  }
}

/** A copy, since it is handed over. @param {FileData} data @returns {Promise<ArrayBuffer>} */
function bytes(data) {
  return new Blob([/** @type {BlobPart} */ (data)]).arrayBuffer();
}
