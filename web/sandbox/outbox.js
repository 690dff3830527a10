/** What the code writes, gathered into few messages. One per worker. */

/** @typedef {import('./protocol.js').Chunk} Chunk */

const FLUSH_MS = 40;
const FLUSH_CHARS = 16_384;

export class Outbox {
  /** @type {(chunks: Chunk[]) => void} */ #send;
  /** @type {Chunk[]} */ #chunks = [];
  #chars = 0;
  #flushedAt = 0;

  /** @param {(chunks: Chunk[]) => void} send */
  constructor(send) {
    this.#send = send;
  }

  /** @param {'stdout' | 'stderr'} stream @param {string} text */
  write(stream, text) {
    const last = this.#chunks.at(-1);
    if (last?.stream === stream) last.text += text;
    else this.#chunks.push({ stream, text });
    this.#chars += text.length;
    if (this.#chars > FLUSH_CHARS) this.flush();
    else this.flushIfLate(performance.now());
  }

  /** @param {number} now */
  flushIfLate(now) {
    if (this.#chars && now - this.#flushedAt > FLUSH_MS) this.flush();
  }

  flush() {
    this.#flushedAt = performance.now();
    if (!this.#chunks.length) return;
    this.#send(this.#chunks);
    this.#chunks = [];
    this.#chars = 0;
  }
}
