/** The named steps of a boot, as they begin and end; the view shows them. */

/** @typedef {import('./elements/events.js').BootStep} BootStep */

/** Not steps of one worker's boot, which follow each other. */
const APART = ['agent', 'assets', 'restore', 'packages'];

export class BootProgress {
  #onStep;
  /** When each began that has not ended. @type {Map<string, number>} */ #doing = new Map();

  /** @param {(step: BootStep) => void} onStep */
  constructor(onStep) {
    this.#onStep = onStep;
  }

  /** @param {string} step */
  begin(step) {
    this.#doing.set(step, performance.now());
    this.#onStep({ step, state: 'doing' });
  }

  /** @param {string} step */
  done(step) {
    const since = this.#doing.get(step);
    if (since === undefined) return;
    this.#doing.delete(step);
    this.#onStep({ step, state: 'done', ms: performance.now() - since });
  }

  /** The worker is at this step of its boot, or has none left. @param {string} [step] */
  workerIsAt(step) {
    for (const each of this.#doing.keys()) if (!APART.includes(each)) this.done(each);
    if (step) this.begin(step);
  }

  /** A step that lasts as long as `promise`. @template T @param {string} step @param {Promise<T>} promise */
  async during(step, promise) {
    this.begin(step);
    try {
      const value = await promise;
      this.done(step);
      return value;
    } catch (error) {
      this.#doing.delete(step);
      const { message } = /** @type {Error} */ (error);
      this.#onStep({ step, state: 'failed', message });
      throw error;
    }
  }
}
