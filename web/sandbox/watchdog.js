/** One countdown that can be paused while the sandbox waits for us, and a guard that looks in now and then. */

const GUARD_MS = 500;

export class Watchdog {
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #interval;
  #onGuard;
  /** @type {() => void} */ #onTimeout = () => {};
  #whole = 0;
  #left = 0;
  #since = 0;
  #pauses = 0;
  #round = 0;

  /** @param {() => void} onGuard  what to look at twice a second while a countdown runs or is paused */
  constructor(onGuard) {
    this.#onGuard = onGuard;
  }

  /** Forget any former countdown. @param {number} milliseconds @param {() => void} onTimeout */
  start(milliseconds, onTimeout) {
    this.stop();
    this.#whole = this.#left = milliseconds;
    this.#onTimeout = onTimeout;
    this.#interval = setInterval(() => this.#onGuard(), GUARD_MS);
    this.#resume();
  }

  /** Count the running countdown anew from its whole length. */
  restart() {
    clearTimeout(this.#timer);
    this.#left = this.#whole;
    this.#resume();
  }

  /** Stand still until the returned function is called, which may be called again; pauses nest. @returns {() => void} */
  pause() {
    let round = this.#round;
    if (this.#pauses++ === 0) {
      clearTimeout(this.#timer);
      this.#left -= performance.now() - this.#since;
    }
    return () => {
      if (round === this.#round && --this.#pauses === 0) this.#resume();
      round = -1;
    };
  }

  stop() {
    clearTimeout(this.#timer);
    clearInterval(this.#interval);
    this.#pauses = 0;
    this.#round++;
  }

  #resume() {
    this.#since = performance.now();
    this.#timer = setTimeout(this.#onTimeout, this.#left);
  }
}
