/**
 * Between the loop in MicroPython (codeact_agent/hosts/page_host.py) and the page. Everything crosses as JSON
 * text. A JavaScript function that throws skips Python's `except` and `finally`, and a rejected promise is
 * easy to lose, so nothing here throws or rejects: how a call ended is in what it resolves to.
 */

import { Mailbox } from './mailbox.js';
import { Namespaces } from './namespaces.js';
import { SandboxError } from './sandbox/errors.js';
import { findProblems } from './tools/validation.js';

/** @typedef {import('./sandbox/client.js').SandboxClient} SandboxClient */
/** @typedef {import('./sandbox/protocol.js').FileInfo} FileInfo */
/** @typedef {import('./sandbox/protocol.js').ToolCalled} ToolCalled */
/** @typedef {import('./store/records.js').Message} Message */
/** @typedef {AsyncGenerator<import('./providers/provider.js').Part, void>} Parts */
/** @typedef {import('./elements/events.js').Card} Card */
/** @typedef {import('./elements/events.js').Decision} Decision */
/** @typedef {import('./elements/events.js').Question} Question */

/**
 * @typedef {object} BridgeDelegate
 * @property {(event: any) => void} onEvent  gets the events of docs/events.md
 * @property {(messages: Message[]) => void} onMessages  gets what was added to the loop's messages, before the event
 * @property {(question: Question, signal: AbortSignal) => Promise<string>} ask  the person; rejects when aborted
 * @property {(card: Card, signal: AbortSignal) => Promise<Decision>} approve
 * @property {(joined: import('./namespaces.js').Joined) => SandboxClient} makeChild  an interpreter for a sub-agent
 * @property {(question: import('./providers/provider.js').Question, signal: AbortSignal) => Parts} chat  ask a model
 * @property {(name: string) => object} modelFacts  what is known of a model: `{context_window?, takes_images?, price?}`
 * @property {import('./tools/page_tools.js').PageTools} tools  of the embedding page
 */

/** @param {unknown} error */
const asData = (error) => {
  const { kind, name, message, status, retryAfter, isSentence } = /** @type {any} */ (error ?? {});
  return {
    kind: kind ?? name ?? 'Error',
    message: message ?? String(error),
    status: status ?? 0,
    retry_after: retryAfter ?? null,
    is_sentence: isSentence ?? false,
  };
};

/** As JSON text what `work` gives, or `{error}`. @param {() => unknown} work */
async function settled(work) {
  try {
    return JSON.stringify((await work()) ?? {});
  } catch (error) {
    return JSON.stringify({ error: asData(error) });
  }
}

export class AgentBridge {
  /** @type {Mailbox<string>} */ #commands = new Mailbox();
  /** @type {Map<number, {parts: Parts, abort: AbortController}>} */ #chats = new Map();
  /** @type {Map<number, {resolve(file: any): void, reject(error: Error): void}>} */ #exports = new Map();
  #stopped = new AbortController();
  #delegate;
  #namespaces;
  #next = 1;
  #files = 1;
  #step = 0;

  /** Read by Python: whether the person has pressed Stop in this run. */
  stopping = false;

  /** @param {SandboxClient} sandbox @param {BridgeDelegate} delegate */
  constructor(sandbox, delegate) {
    this.#delegate = delegate;
    this.#namespaces = new Namespaces(sandbox, delegate.makeChild);
  }

  // For the page.

  /** The interpreters of the next conversation. @param {SandboxClient} sandbox */
  set sandbox(sandbox) {
    this.#namespaces.main = sandbox;
  }

  /** Leave the conversation for one with these messages. @param {Message[]} messages */
  open(messages) {
    this.#command({ type: 'open', messages });
  }

  /**
   * Carry out a task; the run before it has ended.
   * @param {{task: string, files: FileInfo[], model: string, options: object}} run  options: codeact_agent/options.py
   * @param {boolean} stopping  whether it is to end at once: the person was faster
   */
  run(run, stopping) {
    this.stopping = stopping;
    this.#stopped = new AbortController();
    if (stopping) this.#stopped.abort();
    this.#command({ type: 'run', ...run });
  }

  /**
   * A run as a trace or in another form (codeact_agent/trace_export.py); rejects for a form that is not known.
   * @param {string} form @param {object[]} events  of the run
   * @param {object} info  what the events do not tell: docs/trace.md
   * @returns {Promise<{name: string, mime: string, text: string}>}
   */
  export(form, events, info) {
    const id = this.#next++;
    const exported = new Promise((resolve, reject) => this.#exports.set(id, { resolve, reject }));
    this.#namespaces.tell({ type: 'export', id, form, events, info });
    return exported;
  }

  /** End what the loop is waiting for. */
  stop() {
    this.stopping = true;
    this.#stopped.abort();
    for (const { abort } of this.#chats.values()) abort.abort();
    this.#namespaces.interrupt();
  }

  /** The sandbox's `onTool`. @param {ToolCalled} call */
  callTool(call) {
    return this.#namespaces.callTool(call);
  }

  /** The sandbox's `onApproval`. @param {object} card */
  askApproval(card) {
    return this.#namespaces.askApproval(card);
  }

  /** Pass an event of the sandbox to the view, with the step it belongs to. @param {{type: string}} event */
  forward(event) {
    this.#namespaces.see(event);
    queueMicrotask(() => this.#delegate.onEvent({ ...event, step: this.#step }));
  }

  /** See `Conversation.listen` in hosts/page.py. @param {{type: string, [field: string]: unknown}} command */
  #command(command) {
    this.#commands.put(JSON.stringify(command));
  }

  // For Python. Bound, since MicroPython calls them as plain functions.

  /** After other work of the browser's: MicroPython's own `sleep(0)` gives it none, and a timer may take 4 ms. */
  next_turn = () =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(undefined);
      port2.postMessage(null);
    });
  next_command = () => this.#commands.take();
  next_question = () => this.#namespaces.nextQuestion();

  /** @param {string} answer  `{id, …}` or `{id, error}` */
  answered = (answer) => this.#namespaces.answer(JSON.parse(answer));

  /** The view gets events in a task of its own: an error there is not the loop's. @param {string} event */
  emit = (event) => {
    const parsed = JSON.parse(event);
    if (parsed.type === 'step_started') this.#step = parsed.step;
    queueMicrotask(() => this.#delegate.onEvent(parsed));
  };

  /** @param {number} namespace @param {string} step  `{code, time_ms, approval, images}` */
  execute = async (namespace, step) => {
    const sandbox = this.#namespaces.get(namespace);
    const outcome = await settled(async () => {
      if (this.stopping) throw new SandboxError('stopped', 'Stopped before the code ran.');
      return this.#namespaces.execute(namespace, JSON.parse(step));
    });
    const restored = sandbox.takeRestored();
    return restored ? JSON.stringify({ ...JSON.parse(outcome), restored }) : outcome;
  };

  /**
   * Boots the sandbox if need be; `{limits, can_block, python, modules, sandbox_tools}`.
   * @param {number} namespace @param {string} given  `{specs, prelude}`
   */
  prepare = (namespace, given) =>
    settled(async () => {
      const { specs, prelude } = JSON.parse(given);
      const sandbox = this.#namespaces.get(namespace);
      const told = await sandbox.describe();
      return { ...told, sandbox_tools: await sandbox.setTools(specs, prelude) };
    });

  /** @param {string} _name  of the sub-agent */
  open_child = (_name) => settled(() => ({ namespace: this.#namespaces.open() }));

  /** @param {number} namespace */
  close_child = (namespace) => this.#namespaces.close(namespace);

  /** `{answer}`. @param {string} question */
  ask = (question) =>
    settled(async () => ({ answer: await this.#delegate.ask(JSON.parse(question), this.#stopped.signal) }));

  /** A decision. @param {string} card */
  approve = (card) => settled(() => this.#delegate.approve(JSON.parse(card), this.#stopped.signal));

  /** `{problems}`. @param {string} checked  `{schema, value}` */
  find_problems = (checked) => {
    try {
      const { schema, value } = JSON.parse(checked);
      return JSON.stringify({ problems: findProblems(schema, value) });
    } catch (error) {
      return JSON.stringify({ error: asData(error) });
    }
  };

  /** What stands for a value that is too long: `{file, bytes, preview}`. @param {number} namespace @param {string} name @param {string} text */
  keep_large = (namespace, name, text) =>
    settled(async () => {
      const path = `/data/tool_results/${name}-${this.#files++}.json`;
      const data = new TextEncoder().encode(text);
      const bytes = data.byteLength;
      await this.#namespaces.get(namespace).writeFile(path, data.buffer);
      return { file: path, bytes, preview: text.slice(0, 500) };
    });

  page_tools = () => JSON.stringify(this.#delegate.tools.describe());

  /** Python that runs in the sandbox first, as a list of `{name, source}`. */
  prelude = () => JSON.stringify(this.#delegate.tools.prelude);

  /** `{value}`. @param {string} call  `{source, name, arguments}` @param {import('./tools/javascript.js').Progress} progress */
  invoke_tool = (call, progress) => this.#delegate.tools.invoke(call, this.#stopped.signal, progress);

  /** What of them cannot be called. @param {string} leftOut  `[{operation, reason}]` */
  tools_left_out = (leftOut) => {
    this.#delegate.tools.leftOut = JSON.parse(leftOut);
  };

  /** @param {string} name */
  model_facts = (name) => JSON.stringify(this.#delegate.modelFacts(name));

  /** In a task of its own, as events are. @param {string} messages */
  keep_messages = (messages) => {
    const parsed = JSON.parse(messages);
    queueMicrotask(() => this.#delegate.onMessages(parsed));
  };

  /** Begin to ask a model; gives the chat's id. @param {string} question  `{model, messages, tools}` */
  chat_begin = async (question) => {
    const id = this.#next++;
    const abort = new AbortController();
    if (this.stopping) abort.abort();
    this.#chats.set(id, { parts: this.#delegate.chat(JSON.parse(question), abort.signal), abort });
    return id;
  };

  /** `{text}`; at the end `{usage, tool_calls, …}` (providers/provider.js), then `{ended}`; or `{error}`. @param {number} id */
  chat_next = async (id) => {
    const asked = this.#chats.get(id);
    const part = await settled(async () => {
      const { value, done } = (await asked?.parts.next()) ?? { done: true };
      return done ? { ended: true } : value;
    });
    if (part === '{"ended":true}' || part.startsWith('{"error"')) this.#chats.delete(id);
    return part;
  };

  /** `{text}` or `{error}`. @param {string} path  relative to the page */
  load_text = (path) =>
    settled(async () => {
      const response = await fetch(path);
      if (!response.ok) throw new Error(`${path}: status ${response.status}`);
      return { text: await response.text() };
    });

  /** @param {string} file  `{id, name, mime, text}` or `{id, error}` */
  exported = (file) => {
    const { id, error, ...rest } = JSON.parse(file);
    const waiting = this.#exports.get(id);
    this.#exports.delete(id);
    if (error) waiting?.reject(new Error(error));
    else waiting?.resolve(rest);
  };

  /** An error that only we can mend. @param {string} text */
  report = (text) => console.error(text);

  /** Called by Python when it takes commands. Replaced by the session. */
  ready = () => {};
}
