/**
 * The person, as a run asks them: brings what is asked together with the element that shows it. The event that makes
 * the element and the question come by different ways, in the same order.
 */

/** @typedef {import('./elements/events.js').AsksEvent} AsksEvent */
/** @typedef {AsksEvent['asking']} AskingElement */
/** @typedef {{key: string, signal: AbortSignal, found: (element: any) => void}} Waiting */

/** @type {WeakMap<AskingElement, string>} */
const keys = new WeakMap();

export class AskedPerson {
  /** @type {AskingElement[]} */ #elements = [];
  /** @type {Waiting[]} */ #waiting = [];

  /** @param {EventTarget} view  where the elements are shown */
  constructor(view) {
    view.addEventListener('ca-asks', (event) => {
      const { asking } = /** @type {AsksEvent} */ (event);
      keys.set(asking, JSON.stringify(asking.asked));
      this.#elements.push(asking);
      this.#match();
    });
  }

  /** @type {import('./session.js').Person['ask']} */
  ask = async ({ question, choices }, signal) => (await this.shown({ question, choices }, signal)).ask(signal);

  /** @type {import('./session.js').Person['approve']} */
  approve = async (card, signal) => (await this.shown(card, signal)).ask(signal);

  /** The element that shows it, once it does; rejects when the signal aborts. @param {object} asked @param {AbortSignal} signal @returns {Promise<any>} */
  shown(asked, signal) {
    return new Promise((found, reject) => {
      signal.throwIfAborted();
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      this.#waiting.push({ key: JSON.stringify(asked), signal, found });
      this.#match();
    });
  }

  #match() {
    this.#waiting = this.#waiting.filter(({ signal }) => !signal.aborted);
    this.#elements = this.#elements.filter((element) => element.isOpen);
    for (const waiting of [...this.#waiting]) {
      const element = this.#elements.find((each) => keys.get(each) === waiting.key);
      if (!element) continue;
      this.#elements = this.#elements.filter((each) => each !== element);
      this.#waiting = this.#waiting.filter((each) => each !== waiting);
      waiting.found(element);
    }
  }
}
