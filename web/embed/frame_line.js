/**
 * The element's end of the line to its frame: makes the frame, meets it once by a nonce, and from then on talks
 * through one port. What comes is checked; what it must not send ends the line.
 */

import { isKnown } from '../widget/message_checks.js';
import { WIDGET_PROTOCOL_VERSION } from '../widget/protocol.js';
import { FROM_FRAME, HELLO } from './frame_messages.js';
import { RunError } from './run_error.js';

/** @typedef {import('../widget/protocol.js').FromFrame} FromFrame */
/** @typedef {import('../widget/protocol.js').FromHost} FromHost */
/**
 * @typedef {object} LineDelegate
 * @property {() => {settings: import('../widget/protocol.js').WidgetSettings, tools: object[]}} introduce
 * @property {(message: FromFrame) => void} said
 * @property {(error: RunError) => void} lost  told once; the line is of no use from then on
 */

const HELLO_MS = 20_000;
/** As many as the sandbox may send its page. */
const MESSAGES_PER_S = 5_000;
const SANDBOX =
  'allow-scripts allow-same-origin allow-forms allow-downloads allow-popups allow-popups-to-escape-sandbox';

export class FrameLine {
  /** To be put into the document. */ frame = document.createElement('iframe');
  #channel = new MessageChannel();
  #delegate;
  #address;
  #nonce = crypto.getRandomValues(new Uint32Array(4)).join('-');
  #met = new AbortController();
  #ended = false;
  #loads = 0;
  #late;
  #counted = { since: 0, messages: 0 };

  /** @param {URL} base  of the deployment @param {string} title  of the frame @param {LineDelegate} delegate */
  constructor(base, title, delegate) {
    this.#delegate = delegate;
    this.#address = new URL('widget.html', base);
    const port = this.#channel.port1;
    port.onmessage = ({ data }) => this.#receive(data);
    port.addEventListener('close', () => this.#lose('frame_lost', 'The widget was closed or reloaded.'));
    addEventListener('message', (event) => this.#meet(event), { signal: this.#met.signal });
    const { frame } = this;
    frame.setAttribute('sandbox', SANDBOX);
    frame.allow = 'cross-origin-isolated; clipboard-write';
    frame.title = title;
    frame.part.add('frame');
    frame.addEventListener('load', () => {
      if (++this.#loads > 1) this.#lose('frame_lost', 'The widget was closed or reloaded.');
    });
    frame.src = `${this.#address}#${this.#nonce}`;
    const { href } = this.#address;
    this.#late = setTimeout(
      () =>
        this.#lose(
          'unreachable',
          `${href} did not answer. Is it there, may this page embed it (widget_origins there), and does this page's policy allow it (frame-src)?`,
        ),
      HELLO_MS,
    );
  }

  /** What is posted before the frame is there waits in the port. @param {FromHost} message @param {Transferable[]} [transfer] */
  post(message, transfer = []) {
    if (!this.#ended) this.#channel.port1.postMessage(message, transfer);
  }

  close() {
    this.#ended = true;
    clearTimeout(this.#late);
    this.#met.abort();
    this.#channel.port1.close();
    this.frame.remove();
  }

  /** @param {MessageEvent} event */
  #meet({ source, origin, data }) {
    if (source !== this.frame.contentWindow || origin !== this.#address.origin) return;
    if (!isKnown(data, HELLO) || data.nonce !== this.#nonce) return;
    this.#met.abort();
    clearTimeout(this.#late);
    if (data.version !== WIDGET_PROTOCOL_VERSION) {
      return this.#lose('wrong_version', 'embed.js and widget.html are of different versions: reload the page.');
    }
    const connect = { type: 'codeact-connect', version: WIDGET_PROTOCOL_VERSION, nonce: this.#nonce };
    const introduced = { ...connect, ...this.#delegate.introduce() };
    this.frame.contentWindow?.postMessage(introduced, origin, [this.#channel.port2]);
  }

  /** @param {unknown} message */
  #receive(message) {
    if (this.#ended) return;
    const now = performance.now();
    if (now - this.#counted.since > 1_000) this.#counted = { since: now, messages: 0 };
    if (++this.#counted.messages > MESSAGES_PER_S)
      return this.#lose('message_flood', 'The widget sent too many messages.');
    if (!isKnown(message, FROM_FRAME))
      return this.#lose('bad_message', 'The widget sent what this page does not know.');
    this.#delegate.said(/** @type {FromFrame} */ (message));
  }

  /** @param {string} kind @param {string} message */
  #lose(kind, message) {
    if (this.#ended) return;
    this.close();
    this.#delegate.lost(new RunError(kind, message));
  }
}
