/**
 * The page's side of the sandbox: start, run, interrupt, reset, tools. Every promise settles: a failed
 * boot, a dead worker, a removed frame, an unknown message and a missed deadline all reject what waits
 * with a SandboxError.
 */

import { SandboxError } from './errors.js';
import { FrameChannel } from './frame_channel.js';
import { PROTOCOL_VERSION } from './protocol.js';
import { Watchdog } from './watchdog.js';

/** @typedef {import('./protocol.js').Asset} Asset */
/** @typedef {import('./protocol.js').Limits} Limits */
/** @typedef {import('./protocol.js').Ready} Ready */
/** @typedef {import('./protocol.js').Request} Request */
/** @typedef {import('./protocol.js').Result} Result */
/** @typedef {import('./protocol.js').SandboxEvent} SandboxEvent */
/** @typedef {import('./protocol.js').ToolSpec} ToolSpec */
/** @typedef {import('./protocol.js').ToolCalled} ToolCalled */

/** @type {Limits} */
export const DEFAULT_LIMITS = {
  time_ms: 30_000,
  grace_ms: 3_000,
  model_chars: 10_000,
  person_chars: 1_000_000,
  code_chars: 200_000,
  display_chars: 2_000_000,
};

/** For a boot, counted anew from each asset that arrives. */
const BOOT_MS = 60_000;
/** How long Stop waits for the code to end before the worker is. */
const STOP_MS = { shared: 1_000, alone: 300 };

/**
 * @typedef {object} SandboxOptions
 * @property {string | URL} frameUrl
 * @property {(onAsset: (asset: Asset) => void) => Promise<void>} fetchAssets  called at each `start`
 * @property {Partial<Limits>} [limits]
 * @property {Element} [parent]  where the hidden frame goes
 * @property {(event: SandboxEvent) => void} [onEvent]  `booting`, `ready`, `output` and `displayed`, as they come
 * @property {(call: ToolCalled) => Promise<string>} [onTool]  gives the tool's value as JSON text, or rejects
 */

/** @template T @typedef {{resolve(value: T): void, reject(error: Error): void}} Waiting */

export class SandboxClient {
  /** @type {SandboxOptions} */ #options;
  /** @type {Limits} */ #limits;
  /** @type {FrameChannel | null} */ #channel = null;
  /** @type {Waiting<Ready> | null} */ #booting = null;
  /** @type {(Waiting<Result> & {run_id: number}) | null} */ #running = null;
  /** @type {Promise<Ready> | null} */ #ready = null;
  /** Why the worker was replaced while nothing ran; the next run is told. @type {SandboxError | null} */ #lost = null;
  /** @type {ToolSpec[]} */ #tools = [];
  #runs = 0;
  #canInterrupt = false;
  #watchdog = new Watchdog(() => this.#channel?.check());

  /** @param {SandboxOptions} options */
  constructor(options) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
  }

  /** The limits in force. */
  get limits() {
    return this.#limits;
  }

  /** Boot, once: later calls give the same promise, unless the boot failed. @returns {Promise<Ready>} */
  start() {
    this.#ready ??= this.#start();
    return this.#ready;
  }

  #start() {
    /** @type {FrameChannel} */
    const channel = new FrameChannel(this.#options.frameUrl, this.#options.parent ?? document.body, {
      frameSaid: (event) => this.#onEvent(event),
      frameLost: (reason) => this.#fail(new SandboxError('frame_removed', reason)),
    });
    this.#channel = channel;
    const ready = this.#boot({ type: 'start', version: PROTOCOL_VERSION, limits: this.#limits });
    this.#options
      .fetchAssets((asset) => this.#channel === channel && this.#hand(asset))
      .catch((error) => this.#channel === channel && this.#fail(error));
    return ready;
  }

  /** @param {Asset} asset */
  #hand(asset) {
    this.#watchdog.restart();
    this.#post(asset, asset.data instanceof ArrayBuffer ? [asset.data] : []);
  }

  /** @param {Request} request @returns {Promise<Ready>} */
  #boot(request) {
    this.#booting?.reject(new SandboxError('stopped', 'The sandbox was reset.'));
    /** @type {Promise<Ready>} */
    const ready = new Promise((resolve, reject) => {
      this.#booting = { resolve, reject };
    });
    ready.catch(() => {}); // whoever waits for it is told; nobody need be waiting
    this.#watchdog.start(BOOT_MS, () =>
      this.#fail(new SandboxError('boot_failed', 'Python did not start in a minute. Reload the page.')),
    );
    this.#post(request);
    return ready;
  }

  /**
   * Run one step. Rejects with a SandboxError of kind `killed` when the code outlasted its time and the
   * grace period, `stopped` when Stop had to end its worker; the next run finds a fresh interpreter.
   * @param {string} code @param {number} [time_ms]  lowers the time limit for this step
   * @returns {Promise<Result>}
   */
  async run(code, time_ms = this.#limits.time_ms) {
    while (this.#booting || !this.#ready) await this.start();
    if (this.#running) throw new SandboxError('busy', 'A step is already running.');
    const lost = this.#lost;
    this.#lost = null;
    if (lost) throw lost;
    return new Promise((resolve, reject) => {
      const run_id = ++this.#runs;
      this.#running = { run_id, resolve, reject };
      const allowed = Math.min(time_ms, this.#limits.time_ms);
      this.#watchdog.start(allowed + this.#limits.grace_ms, () => this.#kill(run_id, 'killed'));
      this.#post({ type: 'run', run_id, code, time_ms: allowed });
    });
  }

  /** Replace the tools the code can call. @param {ToolSpec[]} tools */
  setTools(tools) {
    this.#tools = tools;
    if (this.#ready && !this.#booting) this.#post({ type: 'set_tools', tools });
  }

  /** Stop the running step: by interrupt if it can be, else by ending its worker. */
  interrupt() {
    const running = this.#running;
    if (!running) return;
    this.#post({ type: 'interrupt', run_id: running.run_id });
    const patience = this.#canInterrupt ? STOP_MS.shared : STOP_MS.alone;
    this.#watchdog.start(patience, () => this.#kill(running.run_id, 'stopped'));
  }

  /** End the worker and start a fresh one, after a boot that may be under way. @returns {Promise<Ready>} */
  reset() {
    const former = this.#ready;
    if (!former) return this.start();
    this.#endRun(new SandboxError('stopped', 'The sandbox was reset.'));
    const next = this.#booting ? former.then(() => this.reset()) : this.#replace();
    this.#ready = next;
    next.catch(() => {});
    return next;
  }

  /** Remove the frame; what waits is rejected. `start` makes a new one. */
  close() {
    this.#fail(new SandboxError('closed', 'The sandbox was closed.'));
  }

  #replace() {
    this.#lost = null;
    this.#ready = this.#boot({ type: 'reset' });
    return this.#ready;
  }

  /** @param {SandboxError} error @returns {boolean} whether a step was running */
  #endRun(error) {
    const running = this.#running;
    this.#running = null;
    running?.reject(error);
    return running !== null;
  }

  /** @param {number} run_id @param {'killed' | 'stopped'} kind */
  #kill(run_id, kind) {
    if (this.#running?.run_id !== run_id) return;
    const why = kind === 'killed' ? 'The code ran longer than it may' : 'The code was stopped';
    this.#replace();
    this.#endRun(new SandboxError(kind, `${why} and could not be interrupted, so its interpreter was replaced.`));
  }

  /** Forget the frame and reject everything that waits. @param {SandboxError} error */
  #fail(error) {
    this.#watchdog.stop();
    this.#channel?.close();
    this.#channel = this.#ready = this.#lost = null;
    const booting = this.#booting;
    this.#booting = null;
    booting?.reject(error);
    this.#endRun(error);
  }

  /** The worker is gone, the frame is well: the next run gets a new worker. @param {SandboxError} error */
  #onFailed(error) {
    if (this.#booting) return this.#fail(error);
    if (error.kind === 'bad_tools') this.#tools = []; // or the next worker would fail as this one did
    this.#replace();
    if (!this.#endRun(error)) this.#lost = error;
  }

  /** @param {SandboxEvent} event */
  #onEvent(event) {
    switch (event?.type) {
      case 'ready':
        return this.#onReady(event);
      case 'finished':
        if (event.run_id !== this.#running?.run_id) return;
        this.#watchdog.stop();
        this.#running.resolve(event.result);
        this.#running = null;
        return;
      case 'failed':
        return this.#onFailed(new SandboxError(event.error.kind, event.error.message));
      case 'tool_called':
        return void this.#answer(event);
      case 'booting':
        return this.#options.onEvent?.(event);
      case 'output':
      case 'displayed':
        if (event.run_id === this.#running?.run_id) this.#options.onEvent?.(event);
        return;
      default:
        this.#fail(
          new SandboxError('unknown_message', 'The sandbox sent a message this page does not know. Reload the page.'),
        );
    }
  }

  /** @param {Ready} event */
  #onReady(event) {
    const booting = this.#booting;
    if (!booting) return; // code in the worker may say so at any time
    this.#booting = null;
    this.#watchdog.stop();
    this.#canInterrupt = event.can_interrupt;
    if (this.#tools.length) this.#post({ type: 'set_tools', tools: this.#tools });
    booting.resolve(event);
    this.#options.onEvent?.(event);
  }

  /** @param {ToolCalled} call */
  async #answer(call) {
    const { run_id, call_id } = call;
    if (run_id !== this.#running?.run_id) return; // an ended run's, or made up by code in the worker
    const resume = this.#watchdog.pause();
    /** @type {import('./protocol.js').ToolResult} */
    let reply;
    try {
      if (!this.#tools.some((tool) => tool.name === call.name) || !this.#options.onTool) {
        throw new SandboxError('unknown_tool', `there is no tool named ${JSON.stringify(call.name)}`);
      }
      reply = { type: 'tool_result', run_id, call_id, value: await this.#options.onTool(call) };
    } catch (error) {
      const { kind, name, message } = /** @type {{kind?: string, name?: string, message?: string}} */ (error);
      const failure = { kind: kind ?? name ?? 'Error', message: message ?? String(error) };
      reply = { type: 'tool_result', run_id, call_id, error: failure };
    }
    if (this.#running?.run_id !== run_id) return; // stopped meanwhile
    resume();
    this.#post(reply);
  }

  /** @param {Request} request @param {Transferable[]} [transfer] */
  #post(request, transfer = []) {
    this.#channel?.post(request, transfer);
  }
}
