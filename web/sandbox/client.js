/**
 * The page's side of the sandbox: start, run, interrupt, files, checkpoints, reset. Every promise settles: a
 * failed boot, a dead worker, a removed frame, an unknown message and a missed deadline all reject what waits with
 * a SandboxError. A worker that dies is replaced, and gets back what was saved.
 */

import { answer, fetchPackages } from './answers.js';
import { SandboxError } from './errors.js';
import { FrameChannel } from './frame_channel.js';
import { checkLimit, lowerLimits } from './limits.js';
import { Pending } from './pending.js';
import { PROTOCOL_VERSION } from './protocol.js';
import { SavedState } from './saved_state.js';
import { Toolset } from './toolset.js';
import { Watchdog } from './watchdog.js';

/** @typedef {import('./protocol.js').Asset} Asset */
/** @typedef {import('./protocol.js').Limits} Limits */
/** @typedef {import('./protocol.js').Ready} Ready */
/** @typedef {import('./protocol.js').Request} Request */
/** @typedef {import('./protocol.js').Result} Result */
/** @typedef {import('./protocol.js').SandboxEvent} SandboxEvent */
/** @typedef {import('./protocol.js').ToolSpec} ToolSpec */
/** @typedef {import('./protocol.js').Prelude} Prelude */
/** @typedef {import('./saved_state.js').Stored} Stored */
/** @typedef {import('./answers.js').Asked} Asked */
/** @typedef {import('./sandbox_options.js').SandboxOptions} SandboxOptions */
/** @typedef {import('./sandbox_options.js').Report} Report */

/** For a boot, counted anew from each asset that arrives. */
const BOOT_MS = 60_000;
/** How long Stop waits for the code to end before the worker is. */
const STOP_MS = { shared: 1_000, alone: 300 };
/** For requests other than `run`, while no step runs. */
const REPLY_MS = 15_000;
/** Packages are installed and imported, and the runtime gives up after 25 s (codeact_runtime/keeper.py). */
const RESTORE_MS = 30_000;
/** How long a step that has ended waits to be told, from the next interpreter's boot on, for what was saved to be back. */
const TOLD_MS = 2_000;
/** How long a step waits for a checkpoint that gives no sign of life: one long call into C cannot be interrupted. */
const SAVING_MS = 4_000;
/** A step that comes sooner is not kept waiting by a checkpoint. */
const SAVE_AFTER_MS = 5;

/** For unpacking packages: code that holds JavaScript could make believe that it never ends. @param {number} bytes */
const unpackingMs = (bytes) => 2_000 + bytes / 500;

/** @template T @typedef {{resolve(value: T): void, reject(error: Error): void}} Waiting */

export class SandboxClient {
  /** @type {SandboxOptions} */ #options;
  /** @type {Limits | null} */ #limits = null;
  /** @type {FrameChannel | null} */ #channel = null;
  /** @type {Waiting<Ready> | null} */ #booting = null;
  /** @type {(Waiting<Result> & {run_id: number}) | null} */ #running = null;
  /** Resolves when code can run, and what was saved is back. @type {Promise<Ready> | null} */ #ready = null;
  /** Whether what was saved is being brought back. */
  #restoring = false;
  #saved = new SavedState();
  /** @type {Report | null} */ #report = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #saving;
  /** @type {Promise<void> | null} */ #checkpointing = null;
  #pending = new Pending();
  #toolset = new Toolset(
    (request, transfer) => this.#ask(request, transfer, false),
    (names) => fetchPackages(names, this.#options),
  );
  #runs = 0;
  /** How often a stop was asked for. */ #stops = 0;
  #canInterrupt = false;
  #watchdog = new Watchdog(() => this.#channel?.check());
  /** Lets the step's clock go on once its packages are unpacked. */
  #unpacked = () => {};

  /** @param {SandboxOptions} options */
  constructor(options) {
    this.#options = options;
  }

  /** The limits in force. Known once it has started. @returns {Limits} */
  get limits() {
    if (!this.#limits) throw new SandboxError('closed', 'The sandbox has not been started.');
    return this.#limits;
  }

  /** What the model is told of this sandbox, once it has started. */
  async describe() {
    const { can_block, python } = await this.start();
    const modules = await this.#options.packages.modules();
    await this.#toolset.settled;
    return { limits: this.limits, can_block, python, modules, sandbox_tools: this.#toolset.found };
  }

  /** What is saved of the conversation: its variables, imports and files. @returns {Stored} */
  get checkpoint() {
    return this.#saved.toStored();
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
    const ready = this.#boot();
    const isMine = () => this.#channel === channel;
    this.#options
      .fetchLimits()
      .then((allowed) => isMine() && this.#begin(allowed))
      .catch((error) => isMine() && this.#fail(error));
    this.#options.fetchAssets((asset) => isMine() && this.#hand(asset)).catch((error) => isMine() && this.#fail(error));
    return ready.then((booted) => this.#bringBack('frame_removed', booted));
  }

  /** @param {Limits} allowed */
  #begin(allowed) {
    const { hardened = true, limits = {} } = this.#options;
    this.#limits = lowerLimits(allowed, limits);
    this.#post({ type: 'start', version: PROTOCOL_VERSION, limits: this.#limits, hardened });
  }

  /** @param {Asset} asset */
  #hand(asset) {
    this.#watchdog.restart();
    this.#post(asset, asset.data instanceof ArrayBuffer ? [asset.data] : []);
  }

  /** @returns {Promise<Ready>} */
  #boot() {
    this.#booting?.reject(new SandboxError('stopped', 'The sandbox was reset.'));
    /** @type {Promise<Ready>} */
    const ready = new Promise((resolve, reject) => {
      this.#booting = { resolve, reject };
    });
    ready.catch(() => {}); // whoever waits for it is told; nobody need be waiting
    this.#watchdog.start(BOOT_MS, () =>
      this.#fail(new SandboxError('boot_failed', 'Python did not start in a minute. Reload the page.')),
    );
    return ready;
  }

  /**
   * Run one step. Rejects with a SandboxError of kind `killed` when the code outlasted its time and the
   * grace period, `stopped` when Stop had to end its worker; by then a fresh interpreter holds what was saved, or is
   * still being given it where that takes long: the next step waits for it.
   * @param {string} code
   * @param {{time_ms?: number, approval?: string}} [options]  `time_ms` lowers the time limit for this step; `approval`:
   *   when the person is asked first: `never`, where it is `risky`, or `always`
   * @returns {Promise<Result>}
   */
  async run(code, { time_ms, approval = 'never' } = {}) {
    if (time_ms !== undefined) checkLimit('time_ms', time_ms);
    const stops = this.#stops;
    await this.#toolset.settled;
    do await this.#whenReady();
    while (this.#checkpointing && !this.#running && !(await this.#answers()));
    if (this.#running) throw new SandboxError('busy', 'A step is already running.');
    if (stops !== this.#stops) throw new SandboxError('stopped', 'Stopped before the code ran.');
    clearTimeout(this.#saving);
    return new Promise((resolve, reject) => {
      const run_id = ++this.#runs;
      this.#running = { run_id, resolve, reject };
      const allowed = Math.min(time_ms ?? this.limits.time_ms, this.limits.time_ms);
      this.#watchdog.start(allowed + this.limits.grace_ms, () => this.#kill(run_id, 'killed'));
      this.#post({ type: 'run', run_id, code, time_ms: allowed, approval });
    });
  }

  /**
   * Replace the tools the code can call: those of the host, and those that `prelude` defines inside the sandbox, whose
   * specs it gives (at once, and empty, where nothing has been started and there is no prelude). Rejects with a
   * SandboxError of kind `bad_tools` for what cannot be; then the code has the tools it had.
   * @param {ToolSpec[]} tools @param {Prelude[]} [prelude] @returns {Promise<ToolSpec[]>}
   */
  async setTools(tools, prelude = []) {
    if (this.#ready && !this.#booting) return this.#toolset.give(tools, prelude);
    const given = this.#toolset.take(tools, prelude);
    if (!this.#ready && !prelude.length) return [];
    await this.#whenReady();
    if (given.error) throw given.error;
    return given.found;
  }

  /** Stop the running step: by interrupt if it can be, else by ending its worker. */
  interrupt() {
    this.#stops++; // a step that still waits to begin does not
    const running = this.#running;
    if (!running) return;
    this.#post({ type: 'interrupt', run_id: running.run_id });
    const patience = this.#canInterrupt ? STOP_MS.shared : STOP_MS.alone;
    this.#watchdog.start(patience, () => this.#kill(running.run_id, 'stopped'));
  }

  /** A new conversation: a fresh interpreter, after a boot that may be under way, and nothing saved. @returns {Promise<Ready>} */
  reset() {
    const former = this.#ready;
    this.#forget();
    if (!former) return this.start();
    this.#endRun(new SandboxError('stopped', 'The sandbox was reset.'));
    const next = this.#booting ? former.then(() => this.reset()) : this.#replace('reset').ready;
    this.#ready = next;
    next.catch(() => {});
    return next;
  }

  /** Remove the frame; what waits is rejected. `start` makes a new one. */
  close() {
    this.#fail(new SandboxError('closed', 'The sandbox was closed.'));
  }

  /** What came back when the interpreter was last replaced, for the model; told once. @returns {Report | null} */
  takeRestored() {
    const report = this.#report;
    this.#report = null;
    return report;
  }

  /** Go on from what was stored, in a fresh interpreter. @param {Stored} stored @returns {Promise<Report>} */
  async restore(stored) {
    const booted = await this.reset();
    this.#saved = SavedState.from(stored);
    const restored = Promise.resolve().then(() => this.#bringBackSaved('reloaded'));
    this.#ready = restored.then(() => booted);
    this.#ready.catch(() => {});
    this.#report = await restored;
    return this.#report;
  }

  /** A second sandbox that goes on from where this one is. @param {Partial<SandboxOptions>} [options] */
  async fork(options) {
    await this.save();
    const twin = new SandboxClient({ ...this.#options, ...options });
    await twin.restore(structuredClone(this.checkpoint));
    twin.takeRestored();
    return twin;
  }

  /** Save now what has changed, if no step runs. @returns {Promise<void>} */
  save() {
    // Two at a time would each get a part of what has changed.
    this.#checkpointing ??= this.#save().finally(() => {
      this.#checkpointing = null;
    });
    return this.#checkpointing;
  }

  async #save() {
    await this.#whenReady();
    if (this.#running || !this.#saved.isBehind) return;
    const saved = /** @type {import('./protocol.js').Checkpointed} */ (await this.#ask({ type: 'checkpoint' }));
    this.#saved.apply(saved);
    this.#options.onEvent?.(saved);
    if (!saved.complete) await this.#save();
  }

  /** Below /data and /output. @returns {Promise<import('./protocol.js').FileInfo[]>} */
  async listFiles() {
    const { files } = /** @type {import('./protocol.js').Files} */ (await this.#ask({ type: 'list_files' }));
    return files;
  }

  /** @param {string} path @returns {Promise<ArrayBuffer>} */
  async readFile(path) {
    const { data } = /** @type {import('./protocol.js').File} */ (await this.#ask({ type: 'read_file', path }));
    return data;
  }

  /** @param {string} path  below /data or /output @param {ArrayBuffer} data  handed over, not copied */
  async writeFile(path, data) {
    await this.#ask({ type: 'write_file', path, data }, [data]);
    this.#saved.isBehind = true;
    this.#saveSoon();
  }

  /** @param {string} path  below /data or /output; it does not come back with a checkpoint either */
  async deleteFile(path) {
    await this.#ask({ type: 'delete_file', path });
    this.#saved.forgetFile(path);
    this.#saveSoon();
  }

  /** Until code can run, however often the interpreter is replaced meanwhile. */
  async #whenReady() {
    /** @type {Promise<Ready>} */
    let ready;
    do {
      ready = this.start();
      try {
        await ready;
      } catch (error) {
        if (!this.#ready || ready === this.#ready) throw error;
      }
    } while (ready !== this.#ready);
  }

  /**
   * Send a request that has an answer; rejects with what the sandbox refused it for.
   * @param {{type: string, [field: string]: unknown}} request @param {Transferable[]} [transfer]
   * @param {boolean} [booted]  whether to wait until what was saved is back
   */
  async #ask(request, transfer = [], booted = true) {
    if (booted) await this.#whenReady();
    const post = (/** @type {number} */ request_id) =>
      this.#post(/** @type {Request} */ (/** @type {unknown} */ ({ ...request, request_id })), transfer);
    const late = () => this.#onFailed(new SandboxError('worker_died', 'The interpreter did not answer.'));
    return this.#pending.ask(post, request.type === 'restore' ? RESTORE_MS : REPLY_MS, () => !this.#running, late);
  }

  /** Whether the interpreter, while it saves, still listens; otherwise it is replaced. */
  async #answers() {
    const mine = this.#ready;
    const answered = this.listFiles().then(
      () => true,
      () => false,
    );
    const late = new Promise((resolve) => setTimeout(resolve, SAVING_MS, false));
    if (await Promise.race([answered, late])) return true;
    if (mine === this.#ready) this.#replace('unsaved');
    return false;
  }

  #saveSoon() {
    clearTimeout(this.#saving);
    this.#saving = setTimeout(() => {
      this.save().catch((error) => {
        // Its worker may be replaced meanwhile: the next step brings the next checkpoint.
        if (!(error instanceof SandboxError)) throw error;
      });
    }, SAVE_AFTER_MS);
  }

  /**
   * Another interpreter, which gets back what was saved. `told`: when what waits for it can be told, since code that is
   * brought back may take its time.
   * @param {string} reason
   */
  #replace(reason) {
    clearTimeout(this.#saving);
    this.#toolset.interpreterReplaced();
    this.#pending.rejectAll(new SandboxError('stopped', 'The interpreter was replaced.'));
    if (this.#restoring) this.#saved = this.#saved.withoutCode(); // or the next one would end as this one did
    this.#restoring = false;
    const booted = this.#boot();
    const ready = booted.then((event) => this.#bringBack(reason, event));
    ready.catch(() => {});
    this.#ready = ready;
    this.#post({ type: 'reset' });
    return { ready, told: booted.then(() => Promise.race([ready, this.#tellLater(reason, ready)])) };
  }

  /** @param {string} reason @param {Promise<Ready>} ready */
  async #tellLater(reason, ready) {
    await new Promise((resolve) => setTimeout(resolve, TOLD_MS));
    if (this.#ready !== ready || !this.#restoring) return;
    const why = 'bringing them back takes long; which came back is told after the next step';
    this.#report = { reason, names: [], lost: [{ name: 'variables', why }], behind: this.#saved.isBehind };
  }

  /** @template T @param {string} reason @param {T} ready */
  async #bringBack(reason, ready) {
    await this.#toolset.giveAgain();
    if (reason === 'reset' || (reason === 'frame_removed' && this.#saved.isEmpty && !this.#saved.isBehind))
      return ready;
    this.#report = await this.#bringBackSaved(reason);
    return ready;
  }

  /** @param {string} reason @returns {Promise<Report>} */
  async #bringBackSaved(reason) {
    const behind = this.#saved.isBehind;
    const mine = this.#ready;
    /** @type {Report} */
    let report = { reason, names: [], lost: [...this.#saved.lost], behind };
    if (!this.#saved.isEmpty) {
      this.#restoring = true;
      const { packages: names, ...checkpoint } = this.#saved.toStored();
      const packages = await fetchPackages(names, this.#options).catch(() => []); // what needs them is lost, and says so
      if (mine !== this.#ready) throw new SandboxError('stopped', 'The interpreter was replaced.');
      const request = { type: 'restore', checkpoint, packages };
      const restored = /** @type {import('./protocol.js').Restored} */ (await this.#ask(request, [], false));
      this.#restoring = false;
      report = { ...report, names: restored.names, lost: [...report.lost, ...restored.lost] };
    }
    this.#saved.isBehind = false;
    this.#options.onEvent?.({ type: 'restored', ...report });
    return report;
  }

  #forget() {
    this.#saved = new SavedState();
    this.#report = null;
    this.#restoring = false;
  }

  /** @param {SandboxError} error */
  #endRun(error) {
    const running = this.#running;
    this.#running = null;
    running?.reject(error);
  }

  /** @param {number} run_id @param {'killed' | 'stopped'} kind */
  #kill(run_id, kind) {
    if (this.#running?.run_id !== run_id) return;
    const why = kind === 'killed' ? 'The code ran longer than it may' : 'The code was stopped';
    this.#rejectReplaced(
      new SandboxError(kind, `${why} and could not be interrupted, so its interpreter was replaced.`),
    );
  }

  /** End the run once it can be told what came back. @param {SandboxError} error */
  #rejectReplaced(error) {
    const running = this.#running;
    this.#running = null;
    const reject = () => running?.reject(error);
    this.#replace(error.kind).told.then(reject, reject);
  }

  /** Forget the frame and reject everything that waits. @param {SandboxError} error */
  #fail(error) {
    this.#watchdog.stop();
    clearTimeout(this.#saving);
    this.#toolset.interpreterReplaced();
    this.#channel?.close();
    this.#channel = this.#ready = null;
    if (error.kind === 'closed') this.#forget();
    const booting = this.#booting;
    this.#booting = null;
    booting?.reject(error);
    this.#pending.rejectAll(error);
    this.#endRun(error);
  }

  /** The worker is gone, the frame is well. @param {SandboxError} error */
  #onFailed(error) {
    if (this.#booting) return this.#fail(error);
    this.#toolset.interpreterEnded(error);
    this.#rejectReplaced(error);
  }

  /** @param {SandboxEvent} event */
  #onEvent(event) {
    switch (event?.type) {
      case 'ready':
        return this.#onReady(event);
      case 'finished':
        return this.#onFinished(event);
      case 'failed':
        return this.#onFailed(new SandboxError(event.error.kind, event.error.message));
      case 'tool_called':
      case 'packages_needed':
      case 'approval_needed':
        return void this.#answer(event);
      case 'installed':
        if (event.run_id === this.#running?.run_id) this.#unpacked();
        return;
      case 'booting':
      case 'memory':
        return this.#options.onEvent?.(event);
      case 'output':
      case 'displayed':
        if (event.run_id === this.#running?.run_id) this.#options.onEvent?.(event);
        return;
      case 'tools_set':
      case 'file':
      case 'files':
      case 'checkpointed':
      case 'restored':
        return this.#pending.settle(event);
      case 'refused':
        return this.#pending.settle(event, new SandboxError(event.error.kind, event.error.message));
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
    booting.resolve(event);
    this.#options.onEvent?.(event);
  }

  /** @param {import('./protocol.js').Finished} event */
  #onFinished({ run_id, result }) {
    const running = this.#running;
    if (run_id !== running?.run_id) return;
    this.#watchdog.stop();
    this.#running = null;
    this.#saved.isBehind = true;
    const resolve = () => running.resolve(result);
    if (!result.sound) return void this.#replace('broken').told.then(resolve, resolve);
    this.#saveSoon();
    resolve();
  }

  /** What a step waits for; the clock stands still meanwhile. @param {Asked} asked */
  async #answer(asked) {
    const { run_id } = asked;
    if (run_id !== this.#running?.run_id) return; // an ended run's, or made up by code in the worker
    const resume = this.#watchdog.pause();
    const reply = await answer(asked, this.#options, this.#toolset.tools, this.limits);
    if (this.#running?.run_id !== run_id) return; // stopped meanwhile
    if (reply.type !== 'install') {
      resume();
      return this.#post(reply);
    }
    const wheels = reply.packages.map(({ data }) => data);
    const bytes = wheels.reduce((sum, { byteLength }) => sum + byteLength, 0);
    this.#unpacked();
    this.#unpacked = resume;
    setTimeout(resume, unpackingMs(bytes));
    this.#post(reply, wheels);
  }

  /** @param {Request} request @param {Transferable[]} [transfer] */
  #post(request, transfer = []) {
    this.#channel?.post(request, transfer);
  }
}
