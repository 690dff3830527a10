/**
 * One visit to the page: sandbox, loop and runs, as the view sees them.
 *
 * Fires `boot` (a BootStep), `broken` (why nothing can be run), `agent` (an event of docs/events.md), `messages`
 * (added to the loop's), `state`, `tasks`, `models`, `model_progress` (a ModelProgress of providers/provider.js); of the sandbox `checkpointed`, `memory` and, for a conversation
 * that was opened, `restored` or `unrestored` (an error).
 */

import { AgentBridge } from './agent_bridge.js';
import { startAgent } from './agent_start.js';
import { BootProgress } from './boot_progress.js';
import { fetchTasks, RECORDED } from './choices.js';
import { chosenLimits } from './limits_choice.js';
import { lacking, makeSandbox } from './page_sandbox.js';
import { Providers } from './providers/registry.js';
import { RunHistory } from './run_history.js';
import { Runs } from './runs.js';
import { fetchLimits } from './sandbox/limits.js';
import { PageTools } from './tools/page_tools.js';
import { msg } from './vendor/localize.js';

/** @typedef {import('./elements/events.js').AgentEvent} AgentEvent */
/** @typedef {import('./elements/events.js').Card} Card */
/** @typedef {import('./elements/events.js').Decision} Decision */
/** @typedef {import('./elements/events.js').Mode} Mode */
/** @typedef {import('./elements/events.js').Model} Model */
/** @typedef {import('./elements/events.js').Question} Question */
/** @typedef {import('./sandbox/protocol.js').FileInfo} FileInfo */
/** @typedef {import('./sandbox/protocol.js').Limits} Limits */
/** @typedef {import('./sandbox/saved_state.js').Stored} Stored */
/** @typedef {import('./store/records.js').Message} Message */
/** @typedef {import('./sandbox/protocol.js').ToolCalled} ToolCalled */
/** @typedef {Parameters<NonNullable<import('./sandbox/sandbox_options.js').SandboxOptions['onEvent']>>[0]} SandboxEvent */

/**
 * What only the person can decide while a run waits. Never asked for a run that was left.
 * @typedef {object} Person
 * @property {(card: Card, signal: AbortSignal) => Promise<Decision>} approve  of code or of a tool call
 * @property {(question: Question, signal: AbortSignal) => Promise<string>} ask  both reject when aborted
 */

export class Session extends EventTarget {
  /** @type {import('./elements/events.js').Task[]} */ tasks = [];
  model = RECORDED.id;
  /** Replaced by the page. @type {Person} */ person = {
    approve: async () => ({ decision: 'deny', reason: 'nobody is there to approve of it' }),
    ask: async () => Promise.reject(new Error('Nobody is there to answer.')),
  };
  /** Replaced by the page: whether weights may be fetched. @type {import('./providers/local_models.js').LocalDelegate['allowFetch']} */
  allowFetch = async () => false;
  /** Of the embedding page. */ tools = new PageTools();
  /** Of the next runs: codeact_agent/options.py. @type {Record<string, unknown>} */ options = {};
  /** What the operator allows; known when Python starts. @type {Limits | null} */ allowed = null;

  /** Of models. */ providers = new Providers({
    changed: () => this.#offer(),
    onProgress: (progress) => this.#fire('model_progress', progress),
    allowFetch: (model, bytes, signal) => this.allowFetch(model, bytes, signal),
  });

  #hasChosen = false;
  #limitsOf;
  #history = new RunHistory();
  #progress = new BootProgress((step) => this.#fire('boot', step));
  #fetchLimits = async () => {
    this.allowed = await fetchLimits('sandbox/limits.json');
    return this.allowed;
  };
  /** Lower limits, with which the sandbox was made. */ #chosen;
  #sandbox;
  #bridge;
  /** Until the interpreter is that of the conversation. @type {Promise<unknown>} */ #opened = Promise.resolve();
  runs = new Runs({
    opened: () => this.#opened,
    hand: ({ task, model, stopping }, files) =>
      this.#bridge.run({ task, files, model, options: this.#optionsFor(model) }, stopping),
    interrupt: () => this.#bridge.stop(),
    changed: () => this.#fire('state'),
  });

  get models() {
    return this.providers.models;
  }

  /** What the person should know of the models. */
  get notice() {
    return this.providers.notice;
  }

  /** The person picks a model; one of the browser's is got ready. @param {string} id */
  choose(id) {
    this.#hasChosen = true;
    this.model = id;
    if (this.providers.local.has(id))
      this.providers.local.load(id).catch(() => {}); // told by `model_progress`
    else this.providers.local.unload();
    this.#fire('models');
  }

  /** @param {() => Partial<Limits>} [limitsOf]  lower limits of each conversation: those the person has chosen */
  constructor(limitsOf = chosenLimits) {
    super();
    this.#limitsOf = limitsOf;
    this.#chosen = limitsOf();
    this.#sandbox = this.#makeSandbox();
    this.#bridge = new AgentBridge(this.#sandbox, {
      onEvent: (event) => this.#onAgent(event),
      onMessages: (messages) => this.#fire('messages', messages),
      ask: (question, signal) => this.#whileSeen(() => this.person.ask(question, signal)),
      approve: (card, signal) => this.#whileSeen(() => this.person.approve(card, signal)),
      makeChild: (joined) => makeSandbox(this.#chosen, { ...joined, fetchLimits: this.#fetchLimits }),
      chat: (question, signal) => this.providers.chat(question, signal),
      modelFacts: (name) => this.models.find(({ id }) => id === name) ?? {},
      tools: this.tools,
    });
  }

  /** Below /data and /output; reads and writes wait for Python. */
  get files() {
    return this.#sandbox;
  }

  /** What of the conversation is saved. @returns {Stored} */
  get saved() {
    return this.#sandbox.checkpoint;
  }

  /** The limits in force. @returns {Promise<Limits>} */
  async limits() {
    await this.#sandbox.start();
    return this.#sandbox.limits;
  }

  /**
   * Boot everything; tasks and models may come later.
   * @param {Message[]} [messages]  of the conversation to go on with
   * @param {Stored | null} [stored]  what its interpreter had
   */
  async start(messages = [], stored = null) {
    const started = performance.now();
    addEventListener('pagehide', ({ persisted }) => {
      if (!persisted) this.#sandbox.close(); // it goes on when the person comes back
    });
    const opened = this.open(messages, stored);
    const agent = this.#progress.during('agent', startAgent(this.#bridge));
    try {
      await Promise.all([opened, agent, this.#loadChoices()]);
    } catch (error) {
      this.#break(/** @type {Error} */ (error));
    }
    if (this.runs.broken) return;
    const ms = performance.now() - started;
    const lacks = lacking(await this.#sandbox.start());
    this.#fire('boot', { step: 'ready', state: 'done', ms, lacks });
  }

  /** End the run of the conversation that is open, and save what it has done. */
  async finish() {
    await this.runs.endBegun();
    if (!this.runs.broken) await this.#sandbox.save().catch(() => {}); // what it saved before is kept
  }

  /**
   * Go on with another conversation, in an interpreter of its own; only when the loop has no run.
   * @param {Message[]} messages @param {Stored | null} stored
   */
  open(messages, stored) {
    this.#bridge.open(messages);
    this.#history.begin();
    const chosen = this.#limitsOf();
    if (JSON.stringify(chosen) !== JSON.stringify(this.#chosen)) {
      this.#chosen = chosen;
      this.#sandbox.close();
      this.#sandbox = this.#bridge.sandbox = this.#makeSandbox();
    }
    const sandbox = this.#sandbox;
    const opened = stored ? this.#restore(stored) : sandbox.reset();
    this.#opened = opened.catch((error) => {
      if (sandbox === this.#sandbox) this.#break(error); // one that was closed for other limits is not missed
    });
    return this.#opened;
  }

  /**
   * A finished run as a file: `json` (its trace), `ipynb`, `py` or `md`.
   * @param {'json' | 'ipynb' | 'py' | 'md'} form @param {number} [back]  which run: 0 is the newest
   * @returns {Promise<{name: string, mime: string, text: string}>}
   */
  async exportRun(form, back = 0) {
    const events = this.#history.of(back);
    if (!events) throw new Error(msg('This run is too old to be saved: the page no longer keeps its events.'));
    const info = { created: new Date().toISOString(), sandbox: { browser: navigator.userAgent } };
    return this.#bridge.export(form, events, info);
  }

  /** The events of a former conversation, as it is opened. @param {AgentEvent[]} events */
  recall(events) {
    this.#history.begin(events);
  }

  /** @param {Stored} stored */
  async #restore(stored) {
    this.#progress.begin('restore');
    try {
      await this.#sandbox.restore(stored);
    } catch (error) {
      await this.#sandbox.start(); // rejects where it is Python that did not start
      this.#fire('unrestored', /** @type {Error} */ (error));
    }
    this.#progress.done('restore');
  }

  /** A recording's words are of one mode, and not every model calls tools. @param {string} model */
  #optionsFor(model) {
    const { mode, ...options } = this.options;
    const { modes } = this.models.find(({ id }) => id === model) ?? {};
    const fits = mode !== undefined && (modes ?? [mode]).includes(/** @type {Mode} */ (mode));
    return model !== RECORDED.id && fits ? { ...options, mode } : options;
  }

  /** What a run wants of the person that nobody sees any more is not asked. @template T @param {() => Promise<T>} ask */
  async #whileSeen(ask) {
    if (!this.runs.isSeen) throw new DOMException('The person has left this run.', 'AbortError');
    return ask();
  }

  #makeSandbox() {
    const joined = {
      fetchLimits: this.#fetchLimits,
      onEvent: (/** @type {SandboxEvent} */ event) => this.#onSandbox(event),
      onTool: (/** @type {ToolCalled} */ call) => this.#bridge.callTool(call),
      onApproval: (/** @type {object} */ card) => this.#bridge.askApproval(card),
    };
    return makeSandbox(this.#chosen, joined, this.#progress);
  }

  async #loadChoices() {
    const tasks = fetchTasks().then((found) => {
      this.tasks = found;
      this.#fire('tasks');
    });
    await Promise.all([tasks, this.providers.open().then(() => this.#offer())]);
  }

  /** The models may be others. */
  #offer() {
    const isThere = this.models.some(({ id }) => id === this.model);
    if (!isThere || !this.#hasChosen) this.model = this.providers.usual.id;
    this.#fire('models');
  }

  /** @param {SandboxEvent} event */
  #onSandbox(event) {
    switch (event.type) {
      case 'booting':
        return this.#progress.workerIsAt(event.step);
      case 'ready':
        return this.#progress.workerIsAt();
      case 'output':
      case 'displayed': {
        const { run_id: _run, ...shown } = event;
        return this.#bridge.forward(shown);
      }
      case 'package_progress':
        if (!this.runs.isBusy) return this.#progress.begin('packages');
        return this.#bridge.forward(event);
      case 'restored':
        this.#progress.done('packages');
        if (!('reason' in event)) return;
        return event.reason === 'reloaded' ? this.#fire('restored', event) : this.#bridge.forward(event);
      case 'memory':
      case 'checkpointed':
        this.#fire(event.type, event);
    }
  }

  /** @param {AgentEvent} event */
  #onAgent(event) {
    this.#history.take(event);
    this.#fire('agent', event);
    if (event.type === 'run_finished') this.runs.finished();
  }

  /** Python or the agent did not start: nobody will carry out a task. @param {Error} error */
  #break(error) {
    this.#fire('broken', error);
    this.runs.break(error);
  }

  /** @param {string} type @param {object} [detail] */
  #fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
