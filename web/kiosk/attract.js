/** What plays while nobody is there: a recorded run, whose code really runs, again and again. */

/** @typedef {import('./visits.js').Visits} Visits */

export class Attract {
  #visits;
  #recording;
  #pause;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #isOn = false;

  /** @param {Visits} visits @param {{recording: string, pause_seconds: number} | null} attract */
  constructor(visits, attract) {
    this.#visits = visits;
    this.#recording = attract?.recording ?? null;
    this.#pause = (attract?.pause_seconds ?? 0) * 1_000;
  }

  /** Where all is clean. */
  start() {
    if (this.#isOn || !this.#recording) return;
    this.#isOn = true;
    this.#play();
  }

  /** Whoever stops it resets the visit. */
  stop() {
    this.#isOn = false;
    clearTimeout(this.#timer);
  }

  async #play() {
    const run = this.#visits.run(/** @type {string} */ (this.#recording), 'recorded');
    await run.ended.catch(() => {}); // told by the run's own events, or by `broken`
    if (run.isLeft || !this.#isOn) return;
    this.#timer = setTimeout(async () => {
      await this.#visits.reset();
      if (this.#isOn) this.#play();
    }, this.#pause);
  }
}
