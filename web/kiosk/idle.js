/** Notices that nobody touches the screen any more: warns, and then says that the visit is over. */

const TOUCHES = ['pointerdown', 'pointermove', 'keydown', 'input', 'wheel'];
/** Of the idle time, the last part in which the visitor is asked; not longer than this. */
const MOST_WARNING_S = 15;
const WARNING_SHARE = 1 / 3;

/**
 * @typedef {object} IdleDelegate
 * @property {(seconds: number) => void} warned  once a second; so many are left
 * @property {() => void} left
 */

export class Idle {
  #seconds;
  #warning;
  #delegate;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #timer;
  #isOn = false;
  #isHeld = false;
  #isWarning = false;

  /** @param {number} seconds @param {IdleDelegate} delegate */
  constructor(seconds, delegate) {
    this.#seconds = seconds;
    this.#warning = Math.min(MOST_WARNING_S, seconds * WARNING_SHARE);
    this.#delegate = delegate;
    for (const type of TOUCHES) addEventListener(type, () => this.touch(), { capture: true, passive: true });
  }

  /** A visit begins. */
  start() {
    this.#isOn = true;
    this.#isHeld = false;
    this.#count();
  }

  /** Nobody is there. */
  stop() {
    this.#isOn = false;
    this.#isWarning = false;
    clearTimeout(this.#timer);
  }

  /** While something goes on that the visitor may just be watching. @param {boolean} held */
  hold(held) {
    if (this.#isHeld === held) return;
    this.#isHeld = held;
    this.stay();
  }

  /** The visitor says that they are there. */
  stay() {
    this.#isWarning = false;
    this.touch();
  }

  touch() {
    if (this.#isOn && !this.#isWarning) this.#count(); // whoever is asked must see what they touch
  }

  #count() {
    clearTimeout(this.#timer);
    if (this.#isHeld) return;
    this.#timer = setTimeout(() => this.#warn(this.#warning), (this.#seconds - this.#warning) * 1_000);
  }

  /** @param {number} left  seconds */
  #warn(left) {
    if (left <= 0) {
      this.stop();
      return this.#delegate.left();
    }
    this.#isWarning = true;
    this.#delegate.warned(Math.ceil(left));
    this.#timer = setTimeout(() => this.#warn(left - 1), Math.min(1, left) * 1_000);
  }
}
