/**
 * The runs of a session, of which the loop carries out one at a time.
 *
 * Two can be there at once: the person has left a conversation whose run still has to end, and has sent the next task
 * already. What the person sees and can stop is the *newest* run; what the loop has is the one that has *begun*. The
 * newest waits until the conversations (web/conversations.js) have ended the former and entered its own.
 */

import { Run } from './run.js';

/** @typedef {import('./sandbox/protocol.js').FileInfo} FileInfo */
/** @typedef {'idle' | 'running' | 'stopping'} State */
/**
 * @typedef {object} RunsDelegate
 * @property {() => Promise<unknown>} opened  until the interpreter is that of the conversation
 * @property {(run: Run, files: FileInfo[]) => void} hand  give the run to the loop
 * @property {() => void} interrupt  end what the loop is waiting for
 * @property {() => void} changed  the state may be another
 */

export class Runs {
  #delegate;
  /** @type {Run | null} */ #newest = null;
  /** @type {Run | null} */ #begun = null;
  /** Why nothing can be run. @type {Error | null} */ #broken = null;

  /** @param {RunsDelegate} delegate */
  constructor(delegate) {
    this.#delegate = delegate;
  }

  /** Of the run that the person sees. @returns {State} */
  get state() {
    const run = this.#newest;
    if (!run || run.isLeft || run.phase === 'ended') return 'idle';
    return run.stopping ? 'stopping' : 'running';
  }

  /** Whether the loop has a run, or is about to get it. */
  get isBusy() {
    return this.#begun !== null;
  }

  /** Whether the person still sees the conversation that the loop's events come from. */
  get isSeen() {
    return !this.#begun?.isLeft;
  }

  /** @returns {Error | null} */
  get broken() {
    return this.#broken;
  }

  /** Take a task from the person, at once. @param {string} task @param {string} model  its id @returns {Run} */
  take(task, model) {
    if (this.state !== 'idle') throw new Error('A task is running.');
    const run = new Run(task, model);
    this.#newest = run;
    if (this.#broken) run.end(this.#broken);
    this.#delegate.changed();
    return run;
  }

  /**
   * Give a run to the loop, in the conversation that is open; the run before it must have ended.
   * @param {Run} run
   * @param {() => Promise<FileInfo[]>} prepare  what must be done first; gives what was uploaded for the task
   */
  async begin(run, prepare) {
    if (run.phase === 'ended') return;
    if (this.#begun) throw new Error('Another run has not ended.');
    run.phase = 'begun';
    this.#begun = run;
    try {
      const files = await prepare();
      await this.#delegate.opened();
      if (this.#begun === run) this.#delegate.hand(run, files);
    } catch (error) {
      this.#end(run, /** @type {Error} */ (error));
    }
  }

  /** The person wants the run to end. */
  stop() {
    if (this.state === 'running') this.#stop(this.#newest);
  }

  /** The person turns from the newest run, at once: it ends by itself, and another may be taken. */
  leaveNewest() {
    this.#leave(this.#newest);
    if (this.#newest?.phase === 'ended') this.#newest = null; // it holds the person's words
  }

  /** The person turns from the conversation that is open. A run that was taken for the next one stays. */
  leaveBegun() {
    this.#leave(this.#begun);
  }

  /** End the run of the conversation that is open. */
  async endBegun() {
    const run = this.#begun;
    this.#stop(run);
    await run?.ended.catch(() => {}); // told to whoever sent it
  }

  /** The loop has ended its run. */
  finished() {
    this.#end(this.#begun);
  }

  /** Nobody will carry out a task, now or later. @param {Error} error */
  break(error) {
    this.#broken ??= error;
    for (const run of new Set([this.#begun, this.#newest])) this.#end(run, error);
  }

  /** @param {Run | null} run */
  #stop(run) {
    if (!run || run.stopping || run.phase === 'ended') return;
    run.stopping = true;
    if (run === this.#begun) this.#delegate.interrupt();
    this.#delegate.changed();
  }

  /** @param {Run | null} run */
  #leave(run) {
    if (!run || run.isLeft) return;
    run.isLeft = true;
    this.#stop(run);
    this.#delegate.changed();
  }

  /** @param {Run | null} run @param {Error} [error]  why it could not begin */
  #end(run, error) {
    if (run === this.#begun) this.#begun = null;
    if (run === this.#newest && run?.isLeft) this.#newest = null;
    run?.end(error);
    this.#delegate.changed();
  }
}
