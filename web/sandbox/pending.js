/** Requests that wait for an answer with their `request_id`. */

/** @typedef {import('./protocol.js').SandboxEvent} SandboxEvent */
/** @typedef {Extract<SandboxEvent, {request_id: number}>} Reply */

export class Pending {
  /** @type {Map<number, {resolve(reply: Reply): void, reject(error: Error): void, timer: ReturnType<typeof setInterval>}>} */
  #waiting = new Map();
  #next = 1;

  /**
   * @param {(request_id: number) => void} post
   * @param {number} milliseconds  of waiting, while `counts` says so
   * @param {() => boolean} counts
   * @param {() => void} onTimeout
   * @returns {Promise<Reply>}
   */
  ask(post, milliseconds, counts, onTimeout) {
    return new Promise((resolve, reject) => {
      const id = this.#next++;
      let left = milliseconds;
      const timer = setInterval(() => {
        if (counts()) left -= 250;
        if (left <= 0) onTimeout();
      }, 250);
      this.#waiting.set(id, { resolve, reject, timer });
      post(id);
    });
  }

  /** @param {Reply} reply @param {Error} [error] */
  settle(reply, error) {
    const waiting = this.#waiting.get(reply.request_id);
    if (!waiting) return; // given up, or made up by code in the worker
    this.#waiting.delete(reply.request_id);
    clearInterval(waiting.timer);
    if (error) waiting.reject(error);
    else waiting.resolve(reply);
  }

  /** @param {Error} error */
  rejectAll(error) {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject, timer } of waiting) {
      clearInterval(timer);
      reject(error);
    }
  }
}
