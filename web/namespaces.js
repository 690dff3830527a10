/**
 * The interpreters of a conversation: its own (0), and one for each sub-agent that runs. They ask the loop through one
 * mailbox; the loop's answers find their way back by number.
 */

import { Mailbox } from './mailbox.js';
import { SandboxError } from './sandbox/errors.js';

/** @typedef {import('./sandbox/client.js').SandboxClient} SandboxClient */
/** @typedef {import('./sandbox/protocol.js').ToolCalled} ToolCalled */
/** @typedef {import('./sandbox/sandbox_options.js').SandboxOptions} SandboxOptions */
/** @typedef {{run(code: string, options: object): Promise<import('./sandbox/protocol.js').Result>}} Runner */
/** @typedef {{mime: string, data: string}} Picture */
/** @typedef {Pick<SandboxOptions, 'onEvent' | 'onTool' | 'onApproval'>} Joined */

const PICTURES = ['image/png', 'image/jpeg'];
/** Of a step, for the model. */
const MOST_PICTURES = 4;

export class Namespaces {
  /** @type {Map<number, SandboxClient>} */ #sandboxes = new Map();
  /** @type {Map<number, Picture[]>} */ #pictures = new Map();
  /** @type {Mailbox<string>} */ #questions = new Mailbox();
  /** @type {Map<number, {resolve(answer: any): void, reject(error: Error): void}>} */ #waiting = new Map();
  #makeChild;
  #next = 1;

  /** @param {SandboxClient} sandbox @param {(joined: Joined) => SandboxClient} makeChild */
  constructor(sandbox, makeChild) {
    this.#sandboxes.set(0, sandbox);
    this.#makeChild = makeChild;
  }

  /** The conversation's interpreter. @param {SandboxClient} sandbox */
  set main(sandbox) {
    this.#sandboxes.set(0, sandbox);
  }

  /** @param {number} namespace @returns {SandboxClient} */
  get(namespace) {
    const sandbox = this.#sandboxes.get(namespace);
    if (!sandbox) throw new SandboxError('closed', 'The sub-agent has ended.');
    return sandbox;
  }

  /** The number of a new one. */
  open() {
    const namespace = this.#next++;
    const sandbox = this.#makeChild({
      onTool: (call) => this.callTool(call, namespace),
      onApproval: (card) => this.askApproval(card, namespace),
      onEvent: (event) => {
        if (event.type !== 'output' && event.type !== 'displayed') return;
        this.see(event, namespace);
        const { run_id: _run, ...shown } = event;
        this.#questions.put(JSON.stringify({ type: 'event', namespace, event: shown }));
      },
    });
    this.#sandboxes.set(namespace, sandbox);
    return namespace;
  }

  /** @param {number} namespace */
  close(namespace) {
    this.#sandboxes.get(namespace)?.close();
    this.#sandboxes.delete(namespace);
  }

  interrupt() {
    for (const sandbox of this.#sandboxes.values()) sandbox.interrupt();
  }

  /** Note a picture, if the step wants them. @param {{type: string, bundle?: Record<string, string>}} event */
  see({ type, bundle = {} }, namespace = 0) {
    if (type !== 'displayed') return;
    for (const mime of PICTURES) {
      if (bundle[mime]) this.#pictures.get(namespace)?.push({ mime, data: bundle[mime] });
    }
  }

  /** @param {number} namespace @param {{code: string, time_ms?: number, approval: string, images: boolean}} step */
  async execute(namespace, { code, time_ms, approval, images }) {
    const sandbox = this.get(namespace);
    await sandbox.start(); // a worker may just be being replaced
    if (images) this.#pictures.set(namespace, []);
    try {
      const result = await sandbox.run(code, { time_ms: time_ms ?? undefined, approval });
      // A sub-agent's events go through the mailbox: they are of this step, and must not come after its end.
      if (namespace) await this.#ask({ type: 'settled', namespace });
      return { result, images: this.#pictures.get(namespace)?.slice(-MOST_PICTURES) };
    } finally {
      this.#pictures.delete(namespace);
    }
  }

  /** A sandbox's `onTool`: the value as JSON text. @param {ToolCalled} call @returns {Promise<string>} */
  async callTool({ name, arguments: args }, namespace = 0) {
    return (await this.#ask({ type: 'tool_called', namespace, name, arguments: args })).value;
  }

  /** A sandbox's `onApproval`: `{approved, reason?, code?}`. @param {object} card */
  async askApproval(card, namespace = 0) {
    try {
      return await this.#ask({ type: 'approval_needed', namespace, card: { kind: 'code', ...card } });
    } catch (error) {
      if (/** @type {{kind?: string}} */ (error).kind !== 'Stopped') throw error;
      return { approved: false }; // and the step ends, as Stop has it
    }
  }

  /** The next thing the loop is asked, as JSON text. */
  nextQuestion() {
    return this.#questions.take();
  }

  /** Have the loop do something beside its run. @param {object} work */
  tell(work) {
    this.#questions.put(JSON.stringify(work));
  }

  /** The loop's answer: `{id, …}` or `{id, error}`. @param {{id: number, error?: {kind: string, message: string}}} answer */
  answer({ id, error, ...answer }) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) waiting?.reject(Object.assign(new Error(error.message), { kind: error.kind }));
    else waiting?.resolve(answer);
  }

  /** @param {object} question @returns {Promise<any>} */
  #ask(question) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#questions.put(JSON.stringify({ id, ...question }));
    });
  }
}
