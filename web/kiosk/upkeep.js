/**
 * Keeps a kiosk going for weeks: a copy of the site on the device, new versions between two visits, and another try
 * where the model was not there at the start. Fires `waiting` when a new version is there.
 */

import { SiteWorker } from '../site_worker.js';

const CHECK_MS = 10 * 60_000;

/**
 * @typedef {object} UpkeepDelegate
 * @property {() => boolean} isVisited  whether somebody is there
 * @property {() => boolean} isComplete  whether the model was there at the start
 */

export class Upkeep extends EventTarget {
  /** @type {SiteWorker | null} */ #worker = null;
  #needsReload = false;
  /** @type {UpkeepDelegate} */ #delegate = { isVisited: () => false, isComplete: () => true };

  /** Once the kiosk works: what is fetched for later must not hold it up. @param {UpkeepDelegate} delegate */
  async start(delegate) {
    this.#delegate = delegate;
    navigator.storage?.persist?.().catch(() => {}); // asked of the browser; it may decline
    await this.#join();
    this.#worker?.keep();
    setInterval(() => this.#check(), CHECK_MS);
    addEventListener('online', () => this.#check());
  }

  /** What is missing comes with a new start, as soon as nobody is there. */
  reloadLater() {
    this.#needsReload = true;
    if (!this.#delegate.isVisited()) this.settle();
  }

  get canUpdate() {
    return Boolean(this.#worker?.isWaiting);
  }

  /** Nobody is there: do what has waited for that. True where the page is about to load anew. */
  settle() {
    if (this.canUpdate) this.update();
    else if (this.#needsReload) location.reload();
    return this.canUpdate || this.#needsReload;
  }

  /** Load the version that waits. */
  update() {
    this.#worker?.apply();
  }

  /** @returns {Promise<import('../service_worker/messages.js').Description | null>} */
  async describe() {
    return (await this.#worker?.describe()) ?? null;
  }

  /** Where the page has not joined its service worker yet: each check tries again. */
  async #join() {
    if (this.#worker) return;
    const worker = await SiteWorker.start();
    if (!worker || this.#worker) return; // another call was faster
    this.#worker = worker;
    worker.addEventListener('waiting', () => this.#onWaiting());
    worker.addEventListener('replaced', () => this.reloadLater());
    if (this.canUpdate) this.#onWaiting();
  }

  #onWaiting() {
    this.dispatchEvent(new Event('waiting'));
    if (!this.#delegate.isVisited()) this.settle();
  }

  async #check() {
    await this.#join();
    this.#worker?.check();
    this.#worker?.keep();
    if (this.#delegate.isComplete() || !navigator.onLine) return;
    const { kept = 0 } = (await this.describe()) ?? {};
    if (kept) this.reloadLater(); // with nothing kept, a start could fail
  }
}
