import { css, html, LitElement } from '../vendor/lit.js';
import { msg, str } from '../vendor/localize.js';
import { characters } from './counts.js';
import { shared } from './shared_styles.js';

/** @typedef {import('./events.js').Chunk} Chunk */

const MOST_CHARS = 100_000;
const MOST_RUNS = 1_000;

/**
 * What code printed, as it comes. At most once per frame, one text node for a run of one stream, and
 * never more than MOST_CHARS: the oldest go first, and it says so.
 */
export class OutputElement extends LitElement {
  /** @override */
  static properties = { dropped: { state: true } };

  /** @override */
  static styles = [
    shared,
    css`
      pre { max-block-size: 20rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
      p { margin: 0 0 var(--ca-space-2); color: var(--ca-color-muted); font-size: var(--ca-size-2); }
      .stderr { color: var(--ca-color-warning); background: var(--ca-color-warning-soft); }
    `,
  ];

  #pre = document.createElement('pre');
  /** @type {Chunk[]} */ #pending = [];
  #pendingChars = 0;
  #chars = 0;
  #frame = 0;

  constructor() {
    super();
    this.dropped = 0;
  }

  /** @param {Chunk[]} chunks */
  print(chunks) {
    for (const { stream, text } of chunks) {
      this.#pending.push({ stream, text });
      this.#pendingChars += text.length;
    }
    while (this.#pendingChars > MOST_CHARS && this.#pending.length > 1) this.#drop(this.#pending.shift()?.text ?? '');
    this.#frame ||= requestAnimationFrame(() => this.flush());
  }

  /** Show at once what waits for the next frame. */
  flush() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (!this.#pending.length) return;
    const atEnd = this.#pre.scrollHeight - this.#pre.clientHeight - this.#pre.scrollTop < 8;
    for (const chunk of this.#pending) this.#show(chunk);
    this.#pending = [];
    this.#pendingChars = 0;
    this.#trim();
    if (atEnd) this.#pre.scrollTop = this.#pre.scrollHeight;
  }

  /** @param {Chunk} chunk */
  #show({ stream, text }) {
    this.#chars += text.length;
    const last = this.#pre.lastElementChild;
    if (last?.className === stream) {
      /** @type {Text} */ (last.firstChild).appendData(text);
      return;
    }
    const run = document.createElement('span');
    run.className = stream;
    run.append(document.createTextNode(text));
    this.#pre.append(run);
  }

  #trim() {
    while (this.#chars > MOST_CHARS || this.#pre.childElementCount > MOST_RUNS) {
      const text = /** @type {Text} */ (this.#pre.firstElementChild?.firstChild);
      const excess = this.#chars - MOST_CHARS;
      const whole = excess <= 0 || excess >= text.length;
      const gone = whole ? text.length : excess;
      if (whole) this.#pre.firstElementChild?.remove();
      else text.deleteData(0, gone);
      this.#chars -= gone;
      this.dropped += gone;
    }
  }

  /** @param {string} text */
  #drop(text) {
    this.#pendingChars -= text.length;
    this.dropped += text.length;
  }

  /** @override */
  render() {
    const note = html`<p>${msg(str`The first ${characters(this.dropped)} are no longer shown.`)}</p>`;
    return html`${this.dropped ? note : ''}${this.#pre}`;
  }
}
