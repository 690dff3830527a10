/**
 * Between the loop in MicroPython (codeact_agent/hosts/page.py) and the page. Everything crosses as JSON
 * text. A JavaScript function that throws skips Python's `except` and `finally`, and a rejected promise is
 * easy to lose, so nothing here throws or rejects: how a call ended is in what it resolves to.
 */

import { chat } from './providers/relay.js';
import { SandboxError } from './sandbox/errors.js';

/** @typedef {import('./sandbox/client.js').SandboxClient} SandboxClient */
/** @typedef {import('./sandbox/protocol.js').FileInfo} FileInfo */
/** @typedef {import('./sandbox/protocol.js').ToolCalled} ToolCalled */
/** @typedef {import('./store/records.js').Message} Message */
/** @typedef {AsyncGenerator<import('./providers/relay.js').Part, void>} Parts */

/** A queue whose reader waits. @template T */
class Mailbox {
  /** @type {T[]} */ #letters = [];
  /** @type {((letter: T) => void) | null} */ #reader = null;

  /** @param {T} letter */
  put(letter) {
    if (!this.#reader) return void this.#letters.push(letter);
    this.#reader(letter);
    this.#reader = null;
  }

  /** @returns {Promise<T>} */
  take() {
    const letter = this.#letters.shift();
    return letter !== undefined ? Promise.resolve(letter) : new Promise((resolve) => (this.#reader = resolve));
  }
}

/** @param {unknown} error */
const asData = (error) => {
  const { kind, name, message, status, retryAfter } = /** @type {any} */ (error ?? {});
  return {
    kind: kind ?? name ?? 'Error',
    message: message ?? String(error),
    status: status ?? 0,
    retry_after: retryAfter ?? null,
  };
};

export class AgentBridge {
  /** @type {Mailbox<string>} */ #commands = new Mailbox();
  /** @type {Mailbox<string>} */ #toolCalls = new Mailbox();
  /** @type {Map<number, {resolve(value: string): void, reject(error: Error): void}>} */ #waiting = new Map();
  /** @type {Map<number, {parts: Parts, abort: AbortController}>} */ #chats = new Map();
  #sandbox;
  #onEvent;
  #next = 1;
  #step = 0;
  #run = 0;

  /** Read by Python: whether the person has pressed Stop in this run. */
  stopping = false;

  #onMessages;

  /**
   * @param {SandboxClient} sandbox
   * @param {(event: any) => void} onEvent  gets the events of docs/events.md
   * @param {(messages: Message[]) => void} onMessages  gets what was added to the loop's messages, before the event
   */
  constructor(sandbox, onEvent, onMessages) {
    this.#sandbox = sandbox;
    this.#onEvent = onEvent;
    this.#onMessages = onMessages;
  }

  // For the page.

  /** The interpreters of the next conversation. @param {SandboxClient} sandbox */
  set sandbox(sandbox) {
    this.#sandbox = sandbox;
  }

  /** Leave the conversation for one with these messages. @param {Message[]} messages */
  open(messages) {
    this.#command({ type: 'open', messages });
  }

  /**
   * Carry out a task; the run before it has ended.
   * @param {{task: string, files: FileInfo[], model: string}} run
   * @param {boolean} stopping  whether it is to end at once: the person was faster
   */
  run(run, stopping) {
    this.stopping = stopping;
    this.#command({ type: 'run', ...run });
  }

  /** End what the loop is waiting for. */
  stop() {
    this.stopping = true;
    for (const { abort } of this.#chats.values()) abort.abort();
    this.#sandbox.interrupt();
  }

  /** The sandbox's `onTool`: tools are Python functions of the loop's side. @param {ToolCalled} call */
  async callTool({ name, arguments: args }) {
    const id = this.#next++;
    const started = performance.now();
    const run = this.#run;
    this.forward({ type: 'tool_called', call_id: id, name, arguments: JSON.parse(args) });
    /** @param {object} outcome */
    const returned = (outcome) => {
      if (run !== this.#run) return; // the run was stopped meanwhile
      const duration_ms = performance.now() - started;
      this.forward({ type: 'tool_returned', call_id: id, name, ...outcome, duration_ms });
    };
    /** @type {Promise<string>} */
    const answered = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#toolCalls.put(JSON.stringify({ id, name, arguments: args }));
    try {
      const value = await answered;
      returned({ value: JSON.parse(value) });
      return value;
    } catch (error) {
      const { kind, message } = asData(error);
      returned({ error: { kind, message } });
      throw error;
    }
  }

  /** Pass an event of the sandbox to the view, with the step it belongs to. @param {object} event */
  forward(event) {
    queueMicrotask(() => this.#onEvent({ ...event, step: this.#step }));
  }

  /** See `Conversation.listen` in hosts/page.py. @param {{type: string, [field: string]: unknown}} command */
  #command(command) {
    this.#commands.put(JSON.stringify(command));
  }

  // For Python. Bound, since MicroPython calls them as plain functions.

  next_command = () => this.#commands.take();
  next_tool_call = () => this.#toolCalls.take();

  /** @param {string} outcome  `{id, value}` or `{id, error}` */
  tool_returned = (outcome) => {
    const { id, value, error } = JSON.parse(outcome);
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) waiting?.reject(Object.assign(new Error(error.message), { kind: error.kind }));
    else waiting?.resolve(value);
  };

  /** The view gets events in a task of its own: an error there is not the loop's. @param {string} event */
  emit = (event) => {
    const parsed = JSON.parse(event);
    if (parsed.type === 'step_started') this.#step = parsed.step;
    if (parsed.type === 'run_started' || parsed.type === 'run_finished') this.#run++;
    queueMicrotask(() => this.#onEvent(parsed));
  };

  /** @param {string} step  `{code, time_ms}` */
  execute = async (step) => {
    const { code, time_ms } = JSON.parse(step);
    try {
      await this.#sandbox.start(); // a worker may just be being replaced
      if (this.stopping) throw new SandboxError('stopped', 'Stopped before the code ran.');
      const result = await this.#sandbox.run(code, time_ms ?? undefined);
      return JSON.stringify({ result, restored: this.#sandbox.takeRestored() });
    } catch (error) {
      return JSON.stringify({ error: asData(error), restored: this.#sandbox.takeRestored() });
    }
  };

  /** Boots the sandbox if need be; `{limits, can_block, python, modules}` or `{error}`. @param {string} specs  tool specs */
  prepare = async (specs) => {
    try {
      const description = await this.#sandbox.describe();
      this.#sandbox.setTools(JSON.parse(specs));
      return JSON.stringify(description);
    } catch (error) {
      return JSON.stringify({ error: asData(error) });
    }
  };

  /** In a task of its own, as events are. @param {string} messages */
  keep_messages = (messages) => {
    const parsed = JSON.parse(messages);
    queueMicrotask(() => this.#onMessages(parsed));
  };

  /** Begin to ask a model; gives the chat's id. @param {string} question  `{model, messages}` */
  chat_begin = async (question) => {
    const id = this.#next++;
    const abort = new AbortController();
    if (this.stopping) abort.abort();
    this.#chats.set(id, { parts: chat(JSON.parse(question), abort.signal), abort });
    return id;
  };

  /** `{text}`, or at the end `{usage}`, or `{error}`. @param {number} id */
  chat_next = async (id) => {
    const asked = this.#chats.get(id);
    try {
      const { value, done } = (await asked?.parts.next()) ?? { done: true };
      if (!done) return JSON.stringify(value);
      this.#chats.delete(id);
      return '{"ended": true}';
    } catch (error) {
      this.#chats.delete(id);
      return JSON.stringify({ error: asData(error) });
    }
  };

  /** `{text}` or `{error}`. @param {string} path  relative to the page */
  load_text = async (path) => {
    try {
      const response = await fetch(path);
      if (!response.ok) throw new Error(`${path}: status ${response.status}`);
      return JSON.stringify({ text: await response.text() });
    } catch (error) {
      return JSON.stringify({ error: asData(error) });
    }
  };

  /** An error that only we can mend. @param {string} text */
  report = (text) => console.error(text);

  /** Called by Python when it takes commands. Replaced by the session. */
  ready = () => {};
}
