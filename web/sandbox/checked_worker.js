/** One worker of the frame: what it says is checked and counted here, and never acted on. */

import { chars, isWellFormed } from './message_checks.js';

/** @typedef {import('./protocol.js').SandboxEvent} SandboxEvent */
/** @typedef {import('./protocol.js').Ready} Ready */
/** @typedef {import('./protocol.js').Limits} Limits */

/** More text in a second than any honest step sends: the page would starve. Where the operator lets a call be longer, a few calls. */
const CHARS_PER_SECOND = 50_000_000;
const LONG_CALLS = 4;

/**
 * @typedef {object} WorkerDelegate
 * @property {(worker: CheckedWorker, event: SandboxEvent, transfer: Transferable[]) => void} workerSaid
 * @property {(worker: CheckedWorker, kind: string, message: string) => void} workerFailed  told once; it has been ended
 */

export class CheckedWorker {
  #worker;
  #delegate;
  /** @type {Limits | null} */ #limits = null;
  /** @type {Int32Array | null} */ #shared = null;
  /** The first one it sent. @type {Ready | null} */ ready = null;
  #second = 0;
  #messages = 0;
  #chars = 0;
  #toolCalls = 0;
  #displays = 0;
  #displayed = 0;
  /** Of the step's output. */ #written = 0;
  #ended = false;

  /** @param {string} url @param {WorkerDelegate} delegate */
  constructor(url, delegate) {
    this.#delegate = delegate;
    this.#worker = new Worker(url);
    this.#worker.onmessage = ({ data }) => this.#check(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#fail('worker_died', event.message || 'the worker ended');
    };
    this.#worker.onmessageerror = () => this.#fail('unknown_message', 'the worker sent a message that cannot be read');
  }

  get isFed() {
    return this.#limits !== null;
  }

  /** Hand it what it boots from, once. @param {Omit<import('./boot.js').WorkerStart, 'type' | 'interrupt'>} assets */
  feed(assets) {
    this.#limits = assets.limits;
    // WebKit may be isolated and still not have it.
    const canShare = crossOriginIsolated && typeof SharedArrayBuffer === 'function';
    this.#shared = canShare ? new Int32Array(new SharedArrayBuffer(4)) : null;
    this.#worker.postMessage({ type: 'start', interrupt: this.#shared, ...assets });
  }

  /** @param {{type: string, run_id?: number}} request @param {Transferable[]} [transfer] */
  post(request, transfer = []) {
    if (request.type === 'run') this.#toolCalls = this.#displays = this.#displayed = this.#written = 0;
    // Which run, since the worker may not have begun it yet, or have ended it already.
    if (request.type === 'interrupt' && this.#shared) Atomics.store(this.#shared, 0, request.run_id ?? 0);
    this.#worker.postMessage(request, transfer);
  }

  end() {
    this.#ended = true;
    this.#worker.terminate();
  }

  /** @param {string} kind @param {string} message */
  #fail(kind, message) {
    if (this.#ended) return;
    this.end();
    this.#delegate.workerFailed(this, kind, message);
  }

  /** @param {any} data */
  #check(data) {
    if (this.#ended) return;
    if (!isWellFormed(data, this.#limits)) {
      return this.#fail('unknown_message', 'the worker sent a message of unknown type or shape');
    }
    /** @type {SandboxEvent} */
    const event = data;
    if (this.#isFlood(event)) return this.#fail('message_flood', 'the code sent too many messages');
    if (event.type === 'failed') return this.#fail(event.error.kind, event.error.message);
    if (event.type === 'ready') {
      if (this.ready) return; // code in the worker says so
      this.ready = event;
    }
    this.#delegate.workerSaid(this, event, buffersOf(event));
  }

  /** @param {SandboxEvent} event */
  #isFlood(event) {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.#second) this.#messages = this.#chars = 0;
    this.#second = second;
    this.#chars += chars(event);
    if (event.type === 'output') this.#written += chars(event);
    if (event.type === 'tool_called') this.#toolCalls++;
    if (event.type === 'displayed') {
      this.#displays++;
      this.#displayed += chars(event.bundle);
    }
    const { messages_per_s, tool_calls, tool_chars, display_items, displays_chars, person_chars } = this.#limits ?? {
      messages_per_s: 100,
      tool_calls: 0,
      tool_chars: 0,
      display_items: 0,
      displays_chars: 0,
      person_chars: 0,
    };
    return (
      ++this.#messages > messages_per_s ||
      this.#chars > Math.max(CHARS_PER_SECOND, LONG_CALLS * tool_chars) ||
      this.#written > 3 * person_chars || // by the runtime's streams and past them, and a margin
      this.#toolCalls > tool_calls ||
      this.#displays > display_items ||
      this.#displayed > displays_chars
    );
  }
}

/** What is handed on without a copy. @param {SandboxEvent} event @returns {Transferable[]} */
function buffersOf(event) {
  if (event.type === 'file') return [event.data];
  if (event.type === 'checkpointed') return [...event.variables, ...event.changed_files].map(({ data }) => data);
  return [];
}
