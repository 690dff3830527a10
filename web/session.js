/**
 * One visit to the page: sandbox, loop and models, as the view sees them.
 *
 * Fires `boot` (a BootStep), `broken` (why nothing can be run), `agent` (an event of docs/events.md), `messages`
 * (added to the loop's), `state`, `tasks`, `models`; of the sandbox `checkpointed`, `memory` and, for a conversation
 * that was opened, `restored` or `unrestored` (an error).
 */

import { AgentBridge } from './agent_bridge.js';
import { chosenLimits } from './limits_choice.js';
import { listModels } from './providers/relay.js';
import { fetchAssets } from './sandbox/assets.js';
import { SandboxClient } from './sandbox/client.js';
import { fetchLimits } from './sandbox/limits.js';
import { PackageSource } from './sandbox/package_source.js';

/** @typedef {import('./elements/events.js').AgentEvent} AgentEvent */
/** @typedef {import('./elements/events.js').BootStep} BootStep */
/** @typedef {import('./elements/events.js').Model} Model */
/** @typedef {import('./elements/events.js').Task} Task */
/** @typedef {import('./sandbox/protocol.js').Finding} Finding */
/** @typedef {import('./sandbox/protocol.js').FileInfo} FileInfo */
/** @typedef {import('./sandbox/protocol.js').Limits} Limits */
/** @typedef {import('./sandbox/saved_state.js').Stored} Stored */
/** @typedef {import('./store/records.js').Message} Message */
/** @typedef {'idle' | 'running' | 'stopping'} State */

/** @type {Record<string, string>} */
const LABELS = {
  assets: 'Fetching Python',
  compile: 'Compiling',
  image: 'Starting Python',
  interpreter: 'Starting Python',
  session: 'Preparing the session',
  agent: 'Starting the agent',
  packages: 'Fetching packages',
  restore: 'Bringing back variables',
};
/** Not steps of one worker's boot, which follow each other. */
const APART = ['agent', 'assets', 'restore', 'packages'];
const AGENT_BOOT_MS = 30_000;
/** @type {Model} */
const RECORDED = { id: 'recorded', name: 'Recorded', recorded: true };

/** What this browser, or how the page is served, lacks; empty if nothing. @param {import('./sandbox/protocol.js').Ready} ready */
const missing = ({ can_block, can_interrupt }) =>
  [
    can_block ? '' : 'This browser has no JSPI: Python starts slowly, and tools must be awaited.',
    can_interrupt ? '' : 'There is no SharedArrayBuffer here: Stop replaces the interpreter.',
  ]
    .join(' ')
    .trim();

export class Session extends EventTarget {
  /** @type {Task[]} */ tasks = [];
  /** @type {Model[]} */ models = [RECORDED];
  model = RECORDED.id;
  /** What the person should know of the models. */
  notice = '';
  /** @type {State} */ #state = 'idle';
  /** @type {Map<string, number>} */ #doing = new Map();
  /** @type {{resolve(): void, reject(error: Error): void} | null} */ #waiting = null;
  /** Why nothing can be run. @type {Error | null} */ #broken = null;

  /** Whether code with these findings may run. Replaced by the page. @type {(findings: Finding[]) => Promise<boolean>} */
  onApproval = async () => false;
  /** What the operator allows; known when Python starts. @type {Limits | null} */ allowed = null;
  /** The person's own limits, with which the sandbox was made. */ #chosen = chosenLimits();
  #sandbox = this.#makeSandbox();
  #bridge = new AgentBridge(
    this.#sandbox,
    (event) => this.#onAgent(event),
    (messages) => this.#fire('messages', messages),
  );
  /** Until the interpreter is that of the conversation. @type {Promise<unknown>} */ #opened = Promise.resolve();

  get state() {
    return this.#state;
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
    addEventListener('pagehide', () => this.#sandbox.close());
    const opened = this.open(messages, stored);
    try {
      await Promise.all([opened, this.#startAgent(), this.#loadTasks(), this.#loadModels()]);
    } catch (error) {
      this.#break(/** @type {Error} */ (error));
    }
    if (this.#broken) return;
    const ms = performance.now() - started;
    const message = missing(await this.#sandbox.start());
    this.#fire('boot', { step: 'ready', label: 'Python ready', state: 'done', ms, message });
  }

  /**
   * Solve `task`; resolves when the run has ended, however it did.
   * @param {string} task
   * @param {() => Promise<FileInfo[]>} prepare  what must be done first; gives what was uploaded for the task
   * @returns {Promise<void>}
   */
  async run(task, prepare) {
    if (this.#broken) throw this.#broken;
    if (this.#state !== 'idle') throw new Error('A task is running.');
    this.#setState('running');
    this.#bridge.stopping = false;
    const { model } = this;
    const ended = new Promise((resolve, reject) => {
      this.#waiting = { resolve: () => resolve(undefined), reject };
    });
    ended.catch(() => {}); // it is waited for below
    await this.#opened;
    const files = await prepare();
    if (!this.#broken) this.#bridge.command({ type: 'run', task, files, model });
    await ended;
  }

  stop() {
    if (this.#state !== 'running') return;
    this.#setState('stopping');
    this.#bridge.stop();
  }

  /** End what is running and save what it has done. */
  async leave() {
    this.stop();
    while (this.#state !== 'idle') {
      await new Promise((resolve) => this.addEventListener('state', resolve, { once: true }));
    }
    if (!this.#broken) await this.#sandbox.save().catch(() => {}); // what it saved before is kept
  }

  /**
   * Go on with another conversation, in an interpreter of its own; only when nothing runs.
   * @param {Message[]} messages @param {Stored | null} stored
   */
  open(messages, stored) {
    this.#bridge.command({ type: 'open', messages });
    const chosen = chosenLimits();
    if (JSON.stringify(chosen) !== JSON.stringify(this.#chosen)) {
      this.#chosen = chosen;
      this.#sandbox.close();
      this.#sandbox = this.#bridge.sandbox = this.#makeSandbox();
    }
    const opened = stored ? this.#restore(stored) : this.#sandbox.reset();
    this.#opened = opened.catch((error) => this.#break(error));
    return this.#opened;
  }

  /** @param {Stored} stored */
  async #restore(stored) {
    this.#begin('restore');
    try {
      await this.#sandbox.restore(stored);
    } catch (error) {
      await this.#sandbox.start(); // rejects where it is Python that did not start
      this.#fire('unrestored', /** @type {Error} */ (error));
    }
    this.#done('restore');
  }

  #makeSandbox() {
    return new SandboxClient({
      frameUrl: 'sandbox/frame.html',
      fetchAssets: (onAsset) => this.#step('assets', fetchAssets('sandbox/manifest.json', onAsset)),
      fetchLimits: async () => {
        this.allowed = await fetchLimits('sandbox/limits.json');
        return this.allowed;
      },
      packages: new PackageSource('sandbox/manifest.json'),
      limits: { ...(isSmallDevice() ? { spare_workers: 0 } : {}), ...this.#chosen },
      onEvent: (event) => this.#onSandbox(event),
      onTool: (call) => this.#bridge.callTool(call),
      onApproval: (findings) => this.onApproval(findings),
    });
  }

  /** Python or the agent did not start: nobody will carry out a task. @param {Error} error */
  #break(error) {
    this.#broken ??= error;
    this.#fire('broken', this.#broken);
    this.#setState('idle');
    this.#waiting?.reject(error);
    this.#waiting = null;
  }

  async #startAgent() {
    const ready = new Promise((resolve) => {
      this.#bridge.ready = () => resolve(undefined);
    });
    Object.assign(window, { codeact_bridge: this.#bridge });
    const script = Object.assign(document.createElement('script'), { type: 'mpy', src: 'agent/page_main.py' });
    script.setAttribute('config', 'agent/pyscript.json');
    document.head.append(script);
    // @ts-expect-error -- generated by the bundler from npm's @pyscript/core
    const loaded = import('./vendor/pyscript/core.js');
    const late = new Promise((_, reject) => {
      setTimeout(() => reject(new Error('The agent did not start. Reload the page.')), AGENT_BOOT_MS);
    });
    await this.#step('agent', Promise.all([loaded, Promise.race([ready, late])]));
  }

  /** Without them there are no chips; whoever asks for one is told why. */
  async #loadTasks() {
    try {
      const response = await fetch('recordings/index.json');
      this.tasks = response.ok ? (await response.json()).recordings : [];
    } catch {
      this.tasks = [];
    }
    this.#fire('tasks');
  }

  /** Without a relay, or with one that does not answer, the recorded tasks are still there. */
  async #loadModels() {
    /** @type {string[]} */
    let ids = [];
    try {
      ids = await listModels();
    } catch (error) {
      const { status, message } = /** @type {import('./providers/model_failure.js').ModelFailure} */ (error);
      const noRelay = [404, 405, 501].includes(status);
      this.notice = noRelay ? '' : `The connected models could not be listed: ${message}`;
    }
    this.models = [...ids.map((id) => ({ id, name: id, recorded: false })), RECORDED];
    if (ids.length) this.model = ids[0];
    this.#fire('models');
  }

  /** @param {Parameters<NonNullable<import('./sandbox/sandbox_options.js').SandboxOptions['onEvent']>>[0]} event */
  #onSandbox(event) {
    switch (event.type) {
      case 'booting':
      case 'ready':
        for (const step of this.#doing.keys()) if (!APART.includes(step)) this.#done(step);
        if (event.type === 'booting') this.#begin(event.step);
        return;
      case 'output':
      case 'displayed': {
        const { run_id: _run, ...shown } = event;
        return this.#bridge.forward(shown);
      }
      case 'package_progress':
        if (this.#state === 'idle') return this.#begin('packages');
        return this.#bridge.forward(event);
      case 'restored':
        this.#done('packages');
        if (!('reason' in event)) return;
        return event.reason === 'reloaded' ? this.#fire('restored', event) : this.#bridge.forward(event);
      case 'memory':
      case 'checkpointed':
        this.#fire(event.type, event);
    }
  }

  /** @param {AgentEvent} event */
  #onAgent(event) {
    this.#fire('agent', event);
    if (event.type !== 'run_finished') return;
    this.#setState('idle');
    this.#waiting?.resolve();
    this.#waiting = null;
  }

  /** @param {State} state */
  #setState(state) {
    this.#state = state;
    this.#fire('state');
  }

  /** @template T @param {string} step @param {Promise<T>} promise */
  async #step(step, promise) {
    this.#begin(step);
    try {
      const value = await promise;
      this.#done(step);
      return value;
    } catch (error) {
      const message = /** @type {Error} */ (error).message;
      this.#fire('boot', { step, label: LABELS[step], state: 'failed', message });
      throw error;
    }
  }

  /** @param {string} step */
  #begin(step) {
    this.#doing.set(step, performance.now());
    this.#fire('boot', { step, label: LABELS[step] ?? step, state: 'doing' });
  }

  /** @param {string} step */
  #done(step) {
    const since = this.#doing.get(step);
    if (since === undefined) return;
    this.#doing.delete(step);
    this.#fire('boot', { step, label: LABELS[step] ?? step, state: 'done', ms: performance.now() - since });
  }

  /** @param {string} type @param {object} [detail] */
  #fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** Told by Chromium alone, in gigabytes; elsewhere nothing is known and the spare worker stays. */
function isSmallDevice() {
  const { deviceMemory } = /** @type {Navigator & {deviceMemory?: number}} */ (navigator);
  return deviceMemory !== undefined && deviceMemory < 4;
}
