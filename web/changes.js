/** A queue of changes: one after another, and one that fails does not keep back those after it. */
export class Changes {
  #last = Promise.resolve();

  /** @template T @param {() => Promise<T>} change @returns {Promise<T>} how the change ended */
  add(change) {
    const changed = this.#last.then(change);
    const ended = () => {};
    this.#last = changed.then(ended, ended); // whoever added it is told
    return changed;
  }
}
