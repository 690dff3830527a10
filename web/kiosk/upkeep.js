/**
 * Keeps a kiosk going for weeks: a copy of the site on the device, new versions between two visits, and another try
 * where the model was not there at the start. Fires `waiting` when a new version is there.
 */

import { SiteWorker } from '../site_worker.js';

const CHECK_MS = 10 * 60_000;

export class Upkeep extends EventTarget {
  /** @type {SiteWorker | null} */ #worker = null;
  #needsReload = false;
  #isVisited = () => false;

  /** Once the kiosk works: what is fetched for later must not hold it up. @param {() => boolean} isVisited */
  async start(isVisited) {
    this.#isVisited = isVisited;
    navigator.storage?.persist?.().catch(() => {}); // asked of the browser; it may decline
    this.#worker = await SiteWorker.start();
    this.#worker?.keep();
    this.#worker?.addEventListener('waiting', () => this.#onWaiting());
    this.#worker?.addEventListener('replaced', () => this.reloadLater());
    setInterval(() => this.#check(), CHECK_MS);
    if (this.canUpdate) this.#onWaiting();
  }

  /** What is missing comes with a new start, as soon as nobody is there. */
  reloadLater() {
    this.#needsReload = true;
    if (!this.#isVisited()) this.settle();
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

  #onWaiting() {
    this.dispatchEvent(new Event('waiting'));
    if (!this.#isVisited()) this.settle();
  }

  #check() {
    this.#worker?.check();
    this.#worker?.keep();
  }
}
