/** One task, from when the person sends it until its run has ended. */

/**
 * A run goes `waiting` → `begun` → `ended`, and never back; `ended` may come at any time. It waits until the
 * conversation it was sent to is entered: the one before may still have to end.
 * @typedef {'waiting' | 'begun' | 'ended'} Phase
 */

export class Run {
  /** @type {Phase} */ phase = 'waiting';
  /** Whether the person wants it to end, or has left its conversation. */ stopping = false;
  /** Whether the person has left its conversation: its events are kept, and no longer shown. */ isLeft = false;
  #settle = { resolve: () => {}, reject: (/** @type {Error} */ _error) => {} };

  /** Resolves when it has ended, however it did; rejects where it could not begin. @type {Promise<void>} */
  ended = new Promise((resolve, reject) => {
    this.#settle = { resolve, reject };
  });

  /** @param {string} task @param {string} model  its id */
  constructor(task, model) {
    this.task = task;
    this.model = model;
    this.ended.catch(() => {}); // whoever waits for it is told; nobody need be waiting
  }

  /** @param {Error} [error]  why it could not begin */
  end(error) {
    this.phase = 'ended';
    if (error) this.#settle.reject(error);
    else this.#settle.resolve();
  }
}
