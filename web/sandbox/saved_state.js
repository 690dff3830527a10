/**
 * The page's copy of what lasts between steps, for the next interpreter. Its bytes are only kept and handed on:
 * reading a pickle runs code, and that happens in a sandbox alone.
 */

/** @typedef {import('./protocol.js').Checkpointed} Checkpointed */
/** @typedef {import('./protocol.js').Checkpoint} Checkpoint */
/** @typedef {import('./protocol.js').Lost} Lost */
/** @typedef {Checkpoint & {packages: string[]}} Stored */

export class SavedState {
  /** @type {Map<string, ArrayBuffer>} */ #variables = new Map();
  /** @type {Map<string, ArrayBuffer>} */ #files = new Map();
  /** @type {Record<string, string>} */ #modules = {};
  /** @type {Record<string, string>} */ #sources = {};
  #count = 0;
  /** @type {string[]} */ packages = [];
  /** What the interpreter could not save. @type {Lost[]} */ lost = [];
  /** Whether a step has ended since. */
  isBehind = false;

  get isEmpty() {
    return !this.#variables.size && !this.#files.size && !Object.keys(this.#modules).length;
  }

  /** Take what has changed. @param {Checkpointed} delta */
  apply(delta) {
    for (const { name, data } of delta.variables) this.#variables.set(name, data);
    for (const { path, data } of delta.changed_files) this.#files.set(path, data);
    this.#modules = delta.modules;
    this.#sources = delta.sources;
    this.#count = delta.execution_count;
    this.packages = delta.packages;
    this.lost = delta.lost;
    if (!delta.complete) return;
    const lost = new Set(delta.lost.map(({ name }) => name));
    const names = new Set(delta.names.filter((name) => !lost.has(name)));
    for (const name of this.#variables.keys()) if (!names.has(name)) this.#variables.delete(name);
    const paths = new Set(delta.files.map(({ path }) => path));
    for (const path of this.#files.keys()) if (!paths.has(path)) this.#files.delete(path);
    this.isBehind = false;
  }

  /** A file the person has deleted. @param {string} path */
  forgetFile(path) {
    this.#files.delete(path);
    this.isBehind = true;
  }

  /** The files alone, where bringing back the rest ended the interpreter; nothing, where there is no rest. */
  withoutCode() {
    const state = new SavedState();
    const code = [...Object.keys(this.#modules), ...this.#variables.keys()];
    if (code.length) state.#files = this.#files;
    const gone = code.length ? code : [...this.#files.keys()];
    state.lost = [...this.lost, ...gone.map((name) => ({ name, why: 'bringing it back ended the interpreter' }))];
    state.#sources = this.#sources;
    state.#count = this.#count;
    state.isBehind = this.isBehind;
    return state;
  }

  /** @param {Stored} stored */
  static from(stored) {
    const state = new SavedState();
    state.#variables = new Map(stored.variables.map(({ name, data }) => [name, data]));
    state.#files = new Map(stored.files.map(({ path, data }) => [path, data]));
    state.#modules = stored.modules;
    state.#sources = stored.sources;
    state.#count = stored.execution_count;
    state.packages = stored.packages;
    return state;
  }

  /** @returns {Stored} */
  toStored() {
    return {
      variables: [...this.#variables].map(([name, data]) => ({ name, data })),
      files: [...this.#files].map(([path, data]) => ({ path, data })),
      modules: this.#modules,
      sources: this.#sources,
      execution_count: this.#count,
      packages: this.packages,
    };
  }
}
