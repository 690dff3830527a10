/** The tools of a sandbox: handed to each interpreter that comes, and what it made of them. Called by the client. */

import { SandboxError } from './errors.js';

/** @typedef {import('./protocol.js').ToolSpec} ToolSpec */
/** @typedef {import('./protocol.js').Prelude} Prelude */
/** @typedef {import('./protocol.js').Package} Package */
/** @typedef {import('./protocol.js').ToolsSet} ToolsSet */
/** @typedef {{tools: ToolSpec[], prelude: Prelude[], found: ToolSpec[], error: Error | null}} Given */
/** @typedef {(request: {type: 'set_tools', tools: ToolSpec[], prelude: Prelude[], packages: Package[]}, transfer: Transferable[]) => Promise<unknown>} Ask */

/** @returns {Given} */
const nothing = () => ({ tools: [], prelude: [], found: [], error: null });
const isText = (/** @type {unknown} */ value) => typeof value === 'string';

export class Toolset {
  #ask;
  #fetchPackages;
  /** What the next interpreter gets. */
  #given = nothing();
  /** What the interpreter is just being given. @type {Given | null} */ #inHand = null;
  /** One at a time. @type {Promise<unknown>} */ #giving = Promise.resolve();
  /** Grows when the interpreter becomes another. */ #interpreter = 0;

  /** @param {Ask} ask @param {(names: string[]) => Promise<Package[]>} fetchPackages */
  constructor(ask, fetchPackages) {
    this.#ask = ask;
    this.#fetchPackages = fetchPackages;
  }

  /** Those of the host. */
  get tools() {
    return this.#given.tools;
  }

  /** Those that run inside the sandbox. */
  get found() {
    return this.#given.found;
  }

  /** Settles when what has been given is there, or has been refused. */
  get settled() {
    return this.#giving;
  }

  /** For the next interpreter. @param {ToolSpec[]} tools @param {Prelude[]} prelude */
  take(tools, prelude) {
    this.#given = { ...nothing(), tools, prelude };
    return this.#given;
  }

  /**
   * To the interpreter that is there. Rejects with what it refuses, and then it has the tools it had.
   * @param {ToolSpec[]} tools @param {Prelude[]} prelude
   */
  async give(tools, prelude) {
    const former = this.#given;
    const given = this.take(tools, prelude);
    const turn = this.#giving.then(() => this.#hand(given));
    this.#giving = turn.catch(() => {});
    try {
      return await turn;
    } catch (error) {
      if (this.#given === given && !isReplaced(error)) this.#given = former; // else the next one has got it
      throw error;
    }
  }

  /** To an interpreter that has just booted; what it refuses the next one does not get either. */
  async giveAgain() {
    const given = this.#given;
    if (!given.tools.length && !given.prelude.length) return;
    const turn = this.#hand(given);
    this.#giving = turn.catch(() => {});
    try {
      await turn;
    } catch (error) {
      if (isReplaced(error)) return; // the next one is given them by itself
      given.error = /** @type {Error} */ (error);
      if (this.#given === given) this.#given = nothing();
      reportError(error); // whoever set them may have been told long ago that all was well
    }
  }

  /** Another interpreter boots: what was on its way to this one must not reach it before it can take it. */
  interpreterReplaced() {
    this.#interpreter += 1;
  }

  /** The interpreter has ended: if it was by what it was given, the next one does not get that. @param {Error} error */
  interpreterEnded(error) {
    if (!this.#inHand) return;
    this.#inHand.error = error;
    if (this.#given === this.#inHand) this.#given = nothing();
    this.#inHand = null;
  }

  /** @param {Given} given @returns {Promise<ToolSpec[]>} */
  async #hand(given) {
    const mine = this.#interpreter;
    this.#inHand = given;
    try {
      let set = await this.#request(given, []);
      if (set.needed.length) {
        const packages = await this.#fetchPackages(set.needed);
        if (mine !== this.#interpreter) throw new SandboxError('stopped', 'The interpreter was replaced.');
        set = await this.#request(given, packages);
      }
      given.found = asSpecs(set.tools);
      return given.found;
    } catch (error) {
      throw given.error ?? error;
    } finally {
      if (this.#inHand === given) this.#inHand = null;
    }
  }

  /** @param {Given} given @param {Package[]} packages @returns {Promise<ToolsSet>} */
  async #request({ tools, prelude }, packages) {
    const buffers = packages.map(({ data }) => data);
    const answer = await this.#ask({ type: 'set_tools', tools, prelude, packages }, buffers);
    return /** @type {ToolsSet} */ (answer);
  }
}

/** Code in the worker may have written it. @param {string} text @returns {ToolSpec[]} */
function asSpecs(text) {
  const specs = JSON.parse(text);
  if (Array.isArray(specs) && specs.every(isSpec)) return specs;
  throw new SandboxError('unknown_message', 'The sandbox told of tools that are none.');
}

/** @param {unknown} error */
const isReplaced = (error) => error instanceof SandboxError && error.kind === 'stopped';

/** @param {any} spec */
const isSpec = (spec) =>
  [spec?.name, spec?.description, spec?.returns].every(isText) &&
  Array.isArray(spec.parameters) &&
  spec.parameters.every((/** @type {any} */ each) => isText(each?.name) && isText(each?.annotation));
