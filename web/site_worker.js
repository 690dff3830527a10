/**
 * The page's side of the service worker: keeps the site for use without a network, and tells of new versions.
 *
 * Fires `waiting` (a new version is there; `apply` takes it) and `replaced` (another tab has taken it).
 */

/** @typedef {import('./service_worker/messages.js').Description} Description */
/** @typedef {import('./service_worker/messages.js').Message} Message */

const SCRIPT = 'sw.js';
/** A worker that was stopped starts in a fraction of this. */
const ANSWER_MS = 3_000;

/** Whether the site's own service worker answers for this page. */
export function isServedByWorker() {
  const worker = navigator.serviceWorker?.controller; // none where the page is not secure
  return worker?.scriptURL === new URL(SCRIPT, document.baseURI).href;
}

/** Null without a network and with nothing kept, or in a browser that forbids it. */
async function register() {
  try {
    return await navigator.serviceWorker.register(SCRIPT, { updateViaCache: 'none' });
  } catch (error) {
    if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
    return null;
  }
}

export class SiteWorker extends EventTarget {
  #registration;
  #applying = false;

  /** @param {ServiceWorkerRegistration} registration */
  constructor(registration) {
    super();
    this.#registration = this.#follow(registration);
    let served = isServedByWorker();
    navigator.serviceWorker.addEventListener('controllerchange', () => {
      if (!isServedByWorker()) return; // the browser has dropped it
      if (served || this.#applying) this.#onReplaced();
      served = true; // the first is the claim after installation
    });
  }

  /**
   * Null where the browser has none: over plain http, or with storage forbidden.
   * @returns {Promise<SiteWorker | null>}
   */
  static async start() {
    const registration = navigator.serviceWorker ? await register() : null;
    return registration && new SiteWorker(registration);
  }

  /** Whether a new version waits for `apply`. */
  get isWaiting() {
    return Boolean(this.#registration.waiting && this.#registration.active);
  }

  /** Ask the server for a new version; for any, where the first was not installed or the browser has dropped it. */
  async check() {
    const { installing, waiting, active } = this.#registration;
    if (installing || waiting || active) {
      await this.#registration.update().catch(() => {}); // there is no network: later
    } else {
      const registration = await register();
      if (registration) this.#registration = this.#follow(registration);
    }
  }

  /** Have what the browser has dropped fetched again. */
  keep() {
    this.#post(this.#registration.active, { type: 'keep' });
  }

  /** Take the version that waits: the page reloads with it. */
  apply() {
    const { waiting } = this.#registration;
    if (!waiting) return;
    this.#applying = true;
    this.#post(waiting, { type: 'activate' });
  }

  /** Null where it is not installed yet. @returns {Promise<Description | null>} */
  async describe() {
    const { active } = this.#registration;
    if (!active) return null;
    const { port1, port2 } = new MessageChannel();
    /** @type {Promise<Description | null>} */
    const answered = new Promise((resolve) => {
      port1.onmessage = ({ data }) => resolve(data);
      setTimeout(resolve, ANSWER_MS, null);
    });
    this.#post(active, { type: 'describe' }, [port2]);
    return answered.finally(() => port1.close());
  }

  /** @param {ServiceWorker | null} worker @param {Message} message @param {Transferable[]} [transfer] */
  #post(worker, message, transfer = []) {
    worker?.postMessage(message, transfer);
  }

  /** @param {ServiceWorkerRegistration} registration */
  #follow(registration) {
    registration.addEventListener('updatefound', () => this.#watch(registration.installing));
    this.#watch(registration.installing); // one under way may have been found before
    return registration;
  }

  /** Twice is as once. @param {ServiceWorker | null} worker */
  #watch(worker) {
    worker?.addEventListener('statechange', this.#onState);
  }

  #onState = (/** @type {Event} */ { target }) => {
    const { state } = /** @type {ServiceWorker} */ (target);
    if (state === 'installed' && this.isWaiting) this.dispatchEvent(new Event('waiting'));
  };

  #onReplaced() {
    if (this.#applying) location.reload();
    else this.dispatchEvent(new Event('replaced'));
  }
}
