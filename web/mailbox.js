/** A queue whose reader waits. */

/** @template T */
export class Mailbox {
  /** @type {T[]} */ #letters = [];
  /** @type {((letter: T) => void) | null} */ #reader = null;

  /** @param {T} letter */
  put(letter) {
    if (!this.#reader) return void this.#letters.push(letter);
    this.#reader(letter);
    this.#reader = null;
  }

  /** @returns {Promise<T>} */
  take() {
    const letter = this.#letters.shift();
    return letter !== undefined ? Promise.resolve(letter) : new Promise((resolve) => (this.#reader = resolve));
  }
}
