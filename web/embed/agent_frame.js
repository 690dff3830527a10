/**
 * What the element shows and talks with: one frame at a time, from its start until it is closed, what the page asks of
 * it, and what it says. `element.js` is what the page sees of this.
 */

import { approvalDetail, questionDetail } from './decisions.js';
import { FrameLine } from './frame_line.js';
import { HostTools } from './host_tools.js';
import { Requests } from './requests.js';
import { RunError } from './run_error.js';

/** @typedef {import('../widget/protocol.js').FromFrame} FromFrame */
/** @typedef {import('../widget/protocol.js').WidgetSettings} WidgetSettings */
/**
 * @typedef {object} FrameDelegate
 * @property {() => {base: URL, title: string}} place  where the agent is; throws a RunError where there is no place for it
 * @property {() => boolean} isShown  whether the element is in the page
 * @property {(frame: HTMLIFrameElement) => void} show
 * @property {() => WidgetSettings} settings
 * @property {(name: string, detail: object) => boolean} tell  fires an event; false where the page has prevented it
 * @property {(height: number) => void} grow  what the frame holds has this height, in CSS pixels
 */

const LIVED_MS = 1_000;

export class AgentFrame {
  tools = new HostTools();
  requests = new Requests((message, transfer) => this.#open().post(message, transfer));
  /** @type {object[]} */ messages = [];
  #delegate;
  #ready = awaited();
  /** @type {FrameLine | null} */ #line = null;
  /** Why its frame is of no use. @type {RunError | null} */ #broken = null;
  #told = false;
  /** Whether there should be a frame, though there may be no place for it, or it may be lost. */ #wanted = false;
  /** Whether `ready` was rejected since there was no place for a frame. */ #unplaced = false;

  /** @param {FrameDelegate} delegate */
  constructor(delegate) {
    this.#delegate = delegate;
  }

  /** Resolves with `{python, models}` when code can run; rejects where it never will. */
  get ready() {
    return this.#ready.promise;
  }

  get isOpen() {
    return this.#line !== null;
  }

  load() {
    try {
      this.#open();
      return this.ready;
    } catch (error) {
      const { ready } = this;
      this.#ready.reject(error);
      this.#unplaced = true;
      this.#delegate.tell('error', asData(/** @type {RunError} */ (error))); // last: the page may give another address
      return ready;
    }
  }

  stop() {
    this.requests.ask(() => {
      this.#line?.post({ type: 'stop' });
      return null;
    });
  }

  handTools() {
    this.#line?.post({ type: 'set_tools', tools: this.tools.describe() });
  }

  /** Several changes in a row are told once. */
  configure() {
    if (this.#told || !this.#line) return;
    this.#told = true;
    queueMicrotask(() => {
      this.#told = false;
      this.#line?.post({ type: 'configure', settings: this.#delegate.settings() });
    });
  }

  /** @param {RunError} error  for all that waits */
  close(error) {
    this.#wanted = false;
    this.#end(error);
  }

  /** The agent is served from elsewhere: what was begun, or has failed, begins anew. @param {RunError} error */
  moved(error) {
    if (!this.#wanted) return;
    if (this.#line) this.#end(error);
    this.load();
  }

  /** @param {RunError} error */
  #end(error) {
    this.#line?.close();
    this.#line = this.#broken = null;
    this.messages = [];
    this.tools.cancelAll();
    this.requests.rejectAll(error);
    this.#ready.reject(error);
    this.#ready = awaited();
  }

  /** @returns {FrameLine} */
  #open() {
    if (this.#broken) throw this.#broken;
    if (this.#line) return this.#line;
    this.#wanted = true;
    const { base, title } = this.#delegate.place();
    if (this.#unplaced) this.#ready = awaited();
    this.#unplaced = false;
    const opened = performance.now();
    this.#line = new FrameLine(base, title, {
      introduce: () => ({ settings: this.#delegate.settings(), tools: this.tools.describe() }),
      said: (message) => this.#take(message),
      lost: (error) => {
        this.#end(error);
        this.#delegate.tell('error', asData(error));
        // The person may have reloaded it; one that is lost at once would be lost again.
        if (error.kind === 'frame_lost' && performance.now() - opened > LIVED_MS && this.#delegate.isShown())
          this.load();
      },
    });
    this.#delegate.show(this.#line.frame);
    return this.#line;
  }

  /** @param {FromFrame} message */
  #take(message) {
    const line = /** @type {FrameLine} */ (this.#line);
    const { tell } = this.#delegate;
    switch (message.type) {
      case 'ready': {
        const { python, models } = message;
        this.#ready.resolve({ python, models });
        return tell('ready', { python, models });
      }
      case 'happened':
        return tell(message.name, message.detail);
      case 'messages':
        return void this.messages.splice(message.from, Infinity, ...message.messages);
      case 'finished':
        this.requests.settle(message.request_id, message.result);
        return tell('answer', message.result);
      case 'call_tool':
        return void this.tools.call(message, (answer) => this.#line === line && line.post(answer));
      case 'cancel_tool':
        return this.tools.cancel(message.call_id);
      case 'ask_approval': {
        const { approval_id } = message;
        const { detail, decide } = approvalDetail(message, (decision) =>
          line.post({ type: 'decide', approval_id, decision }),
        );
        if (tell('approval', detail)) decide(null);
        return;
      }
      case 'ask_question': {
        const { question_id } = message;
        const { detail, decide } = questionDetail(message, (answer) =>
          line.post({ type: 'answer_question', question_id, answer }),
        );
        if (tell('question', detail)) decide(null);
        return;
      }
      case 'done':
        return this.requests.settle(message.request_id, message.value);
      case 'refused':
        return this.requests.settle(message.request_id, null, asError(message.error));
      case 'failed':
        if (message.fatal) {
          this.#broken = asError(message.error);
          this.#ready.reject(this.#broken);
          this.requests.rejectAll(this.#broken);
        }
        return tell('error', message.error); // last: the page may give another address
      case 'resized':
        this.#delegate.grow(message.height);
    }
  }
}

/** A promise to be settled from outside, that nobody need wait for. */
function awaited() {
  const made = Promise.withResolvers();
  made.promise.catch(() => {});
  return made;
}

/** @param {{kind: string, message: string}} error */
const asError = ({ kind, message }) => new RunError(kind, message);
/** @param {RunError} error */
const asData = ({ kind, message }) => ({ kind, message });
