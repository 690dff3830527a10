/** One visitor after another in one session: runs of theirs, and between them nothing that is left. */

/** @typedef {import('../session.js').Session} Session */
/** @typedef {import('../run.js').Run} Run */

/** Stop ends any code in a second or two; longer than this, only loading the page anew helps. */
const RESET_MS = 20_000;

export class Visits {
  #session;
  /** Until nothing of the former visitor is left. @type {Promise<void>} */ #clean = Promise.resolve();
  #giveUp;
  #mostMs;
  /** Whether something has run since the last reset. */ #isUsed = false;

  /**
   * @param {Session} session
   * @param {number} mostMs  of a run: then it is stopped, whatever it waits for
   * @param {() => void} giveUp  called where a reset does not end
   */
  constructor(session, mostMs, giveUp) {
    this.#session = session;
    this.#mostMs = mostMs;
    this.#giveUp = giveUp;
  }

  /** Run a task as soon as all is clean. @param {string} task @param {string} model  its id @returns {Run} */
  run(task, model) {
    const { runs } = this.#session;
    const run = runs.take(task, model);
    this.#isUsed = true;
    const late = setTimeout(() => run.phase === 'begun' && runs.stop(), this.#mostMs);
    run.ended.catch(() => {}).finally(() => clearTimeout(late));
    this.#clean.then(() => (run.isLeft ? run.end() : runs.begin(run, async () => [])));
    return run;
  }

  /** End what runs, and give the next visitor an interpreter, a loop and a history without a past. */
  reset() {
    if (!this.#isUsed) return this.#clean;
    this.#isUsed = false;
    const { runs } = this.#session;
    runs.leaveNewest();
    runs.leaveBegun();
    this.#clean = this.#clean.then(() => this.#reset());
    return this.#clean;
  }

  async #reset() {
    const late = setTimeout(this.#giveUp, RESET_MS);
    await this.#session.runs.endBegun();
    await this.#session.open([], null);
    performance.clearResourceTimings(); // a list of what was fetched for the visitor
    clearTimeout(late);
  }
}
