/**
 * Keeps the end of a growing page in view, but only while the person is there: scrolling up lets go,
 * coming back to the end takes hold again.
 */
export class BottomFollower {
  static #NEAR = 40;
  /** @type {Element} */ #target;
  /** @type {(following: boolean) => void} */ #onChange;
  #sizes = new ResizeObserver(() => this.#follow());
  #following = true;
  #last = 0;

  /**
   * @param {Element} target  what grows
   * @param {(following: boolean) => void} [onChange]
   */
  constructor(target, onChange = () => {}) {
    this.#target = target;
    this.#onChange = onChange;
  }

  start() {
    addEventListener('scroll', this.#scrolled, { passive: true });
    this.#sizes.observe(this.#target);
    this.jump();
  }

  stop() {
    removeEventListener('scroll', this.#scrolled);
    this.#sizes.disconnect();
    this.#set(true);
  }

  jump() {
    this.#set(true);
    this.#follow();
  }

  #follow() {
    if (this.#following) scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' });
  }

  #scrolled = () => {
    const { scrollHeight, clientHeight } = document.documentElement;
    if (scrollHeight - clientHeight - scrollY < BottomFollower.#NEAR) this.#set(true);
    else if (scrollY < this.#last - 1) this.#set(false);
    this.#last = scrollY;
  };

  /** @param {boolean} following */
  #set(following) {
    if (following === this.#following) return;
    this.#following = following;
    this.#onChange(following);
  }
}
