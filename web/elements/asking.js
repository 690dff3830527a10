/** Waits for what the person decides in an element, which shows its controls while it does. */

/** @typedef {import('../vendor/lit.js').LitElement & {isAsking: boolean}} AskingElement */

/** Something in this element asks the person now: what hides it should show it. */
export const ASKING = 'ca-asking';

/** @template T */
export class Asking {
  #element;
  /** @type {((decision: T) => void) | null} */ #resolve = null;

  /** @param {AskingElement} element */
  constructor(element) {
    this.#element = element;
  }

  /** Resolves with what the person decides; rejects when the signal aborts. @param {AbortSignal} signal @returns {Promise<T>} */
  async ask(signal) {
    signal.throwIfAborted();
    const element = this.#element;
    element.isAsking = true;
    element.dispatchEvent(new Event(ASKING, { bubbles: true, composed: true }));
    const decided = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    decided
      .catch(() => {})
      .finally(() => {
        element.isAsking = false;
      });
    await element.updateComplete;
    if (!isWriting() && !isElsewhere()) element.focus();
    element.scrollIntoView({ block: 'nearest' });
    return decided;
  }

  /** @param {T} decision */
  settle(decision) {
    this.#resolve?.(decision);
    this.#resolve = null;
  }
}

/** Whether the person is in the middle of a text, from which the focus should not be taken. */
function isWriting() {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return (active instanceof HTMLTextAreaElement || active instanceof HTMLInputElement) && active.value !== '';
}

/** Whether we are a frame in a page of which the person uses another part. */
const isElsewhere = () => window !== parent && !document.hasFocus();
