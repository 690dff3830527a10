/** The sandbox's hidden frame, and our end of the channel to it. Made anew at each start. */

import { isIsolated, sandboxOf } from '../isolated_frame.js';

/**
 * @typedef {object} ChannelDelegate
 * @property {(message: any) => void} frameSaid
 * @property {(reason: string) => void} frameLost  told once; the channel is of no use from then on
 */

export class FrameChannel {
  /** @type {HTMLIFrameElement} */ #frame;
  #port;
  #delegate;
  #closed = false;

  /** @param {string | URL} url @param {Element} parent @param {ChannelDelegate} delegate */
  constructor(url, parent, delegate) {
    const { port1, port2 } = new MessageChannel();
    this.#delegate = delegate;
    this.#port = port1;
    port1.onmessage = ({ data }) => !this.#closed && delegate.frameSaid(data);
    port1.addEventListener('close', () => this.#lose('The sandbox was removed from the page.'));
    this.#frame = makeFrame(url);
    let loads = 0;
    this.#frame.addEventListener('load', () => {
      if (!isIsolated(this.#frame)) return;
      if (++loads > 1) return this.#lose('The sandbox was reloaded.');
      // An opaque origin can only be addressed as '*': this message carries nothing but the port.
      this.#frame.contentWindow?.postMessage({ type: 'connect' }, '*', [port2]);
    });
    parent.append(this.#frame);
  }

  /** What is posted before the frame has loaded waits in the port. @param {object} message @param {Transferable[]} transfer */
  post(message, transfer) {
    this.#port.postMessage(message, transfer);
  }

  /** Not every browser tells when a port's other end is gone: ask now and then. */
  check() {
    if (!this.#frame.isConnected) this.#lose('The sandbox was removed from the page.');
  }

  close() {
    this.#closed = true;
    this.#port.close();
    this.#frame.remove();
  }

  /** @param {string} reason */
  #lose(reason) {
    if (this.#closed) return;
    this.close();
    this.#delegate.frameLost(reason);
  }
}

/** @param {string | URL} url */
function makeFrame(url) {
  const frame = document.createElement('iframe');
  const sandbox = sandboxOf();
  if (sandbox) frame.setAttribute('sandbox', sandbox);
  frame.setAttribute('allow', 'cross-origin-isolated *'); // its address is ours, its origin is not
  frame.setAttribute('aria-hidden', 'true');
  frame.title = 'Python sandbox';
  frame.tabIndex = -1;
  frame.style.display = 'none';
  frame.src = String(url);
  return frame;
}
