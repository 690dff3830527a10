/** The frame's end of the line to its host page: what the page is told, and what it is asked and answers. */

import { FROM_HOST } from './host_messages.js';
import { isKnown } from './message_checks.js';

/** @typedef {import('./protocol.js').Decision} Decision */
/** @typedef {import('./protocol.js').Failure} Failure */
/** @typedef {import('./protocol.js').FromFrame} FromFrame */
/** @typedef {import('./protocol.js').FromHost} FromHost */
/** @typedef {import('../tools/javascript.js').Progress} Progress */
/** @typedef {{resolve(value: any): void, reject(error: Error): void, progress: Progress}} Call */

export class HostLine {
  /** @type {(message: FromHost) => void} */ #onRequest = () => {};
  #port;
  #next = 1;
  /** @type {Map<number, Call>} */ #calls = new Map();
  /** What the page may decide. @type {Map<number, (decision: any) => void>} */ #asked = new Map();

  /** @param {MessagePort} port */
  constructor(port) {
    this.#port = port;
  }

  /** Until then what comes waits in the port. @param {(message: FromHost) => void} onRequest  gets all but the answers */
  listen(onRequest) {
    this.#onRequest = onRequest;
    this.#port.onmessage = ({ data }) => this.#receive(data);
  }

  /** @param {FromFrame} message */
  post(message) {
    this.#port.postMessage(message);
  }

  /** @param {unknown} error @param {boolean} [fatal]  nothing can be run any more */
  fail(error, fatal = false) {
    this.post({ type: 'failed', error: asData(error), fatal });
  }

  /** Answer a request. @param {number} request_id @param {() => Promise<object | void>} work */
  async carryOut(request_id, work) {
    try {
      const value = await work();
      this.post(value ? { type: 'done', request_id, value } : { type: 'done', request_id });
    } catch (error) {
      this.post({ type: 'refused', request_id, error: asData(error) });
    }
  }

  /** Call a function of the host page. @param {string} name @param {object} args @param {AbortSignal} signal @param {Progress} progress */
  callTool(name, args, signal, progress) {
    const call_id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#calls.set(call_id, { resolve, reject, progress });
      signal.addEventListener(
        'abort',
        () => this.#calls.delete(call_id) && this.post({ type: 'cancel_tool', call_id }),
        {
          once: true,
        },
      );
      this.post({ type: 'call_tool', call_id, name, arguments: JSON.stringify(args) });
    });
  }

  /** What the host page decides; null where it leaves that to the person. @param {import('./protocol.js').Card} card @param {AbortSignal} signal @returns {Promise<Decision | null>} */
  askApproval(card, signal) {
    return this.#ask((approval_id) => ({ type: 'ask_approval', approval_id, card }), signal);
  }

  /** What the host page answers; null where it leaves that to the person. @param {import('./protocol.js').Question} asked @param {AbortSignal} signal @returns {Promise<string | null>} */
  askQuestion({ question, choices }, signal) {
    return this.#ask((question_id) => ({ type: 'ask_question', question_id, question, choices }), signal);
  }

  /** @param {(id: number) => FromFrame} message @param {AbortSignal} signal @returns {Promise<any>} */
  #ask(message, signal) {
    const id = this.#next++;
    const decided = new Promise((resolve, reject) => {
      signal.throwIfAborted();
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      this.#asked.set(id, resolve);
      this.post(message(id));
    });
    return decided.finally(() => this.#asked.delete(id));
  }

  /** @param {unknown} message */
  #receive(message) {
    if (!isKnown(message, FROM_HOST)) {
      this.fail({ kind: 'bad_message', message: 'The page sent what the widget does not know.' }, true);
      this.#port.close();
      return;
    }
    const known = /** @type {FromHost} */ (message);
    switch (known.type) {
      case 'tool_result':
        return this.#settle(known);
      case 'tool_progress':
        return this.#calls.get(known.call_id)?.progress(known.fraction, known.text);
      case 'decide':
        return this.#asked.get(known.approval_id)?.(known.decision);
      case 'answer_question':
        return this.#asked.get(known.question_id)?.(known.answer);
      default:
        this.#onRequest(known);
    }
  }

  /** @param {import('./protocol.js').ToolResult} result */
  #settle({ call_id, value = 'null', error }) {
    const call = this.#calls.get(call_id);
    this.#calls.delete(call_id);
    if (error) return call?.reject(Object.assign(new Error(error.message), { kind: error.kind }));
    try {
      call?.resolve(JSON.parse(value));
    } catch {
      call?.reject(new Error('The page answered with what is not JSON.'));
    }
  }
}

/** @param {unknown} error @returns {Failure} */
function asData(error) {
  const { kind, name, message } = /** @type {any} */ (error ?? {});
  return { kind: String(kind ?? name ?? 'Error'), message: String(message ?? error) };
}
