/** Packages of the lock file, installed from wheels the page hands in. Called by the worker. */

import { withFetch } from './boot.js';

/** @typedef {{file_name: string, depends: string[], imports: string[]}} Locked */

export class Packages {
  #pyodide;
  /** @type {Map<string, Locked>} */ #locked;
  #exempt;

  /**
   * @param {any} pyodide
   * @param {string} lock  pyodide-lock.json
   * @param {{exempt<T>(work: () => Promise<T>): Promise<T>}} quota
   */
  constructor(pyodide, lock, quota) {
    this.#pyodide = pyodide;
    this.#locked = new Map(Object.entries(JSON.parse(lock).packages));
    this.#exempt = quota.exempt;
  }

  /** @returns {string[]} */
  get installed() {
    return Object.keys(this.#pyodide.loadedPackages);
  }

  /** Import name → package, for the runtime. */
  get imports() {
    return Object.fromEntries([...this.#locked].flatMap(([name, { imports }]) => imports.map((each) => [each, name])));
  }

  /** Those that hold a module of one of these names. @param {string[]} modules  top-level @returns {string[]} */
  holding(modules) {
    const wanted = new Set(modules);
    const holds = (/** @type {Locked} */ { imports }) => imports.some((each) => wanted.has(each.split('.')[0]));
    return [...this.#locked].filter(([, locked]) => holds(locked)).map(([name]) => name);
  }

  /** These and what they depend on, without what is installed. @param {string[]} names @returns {string[]} */
  missing(names) {
    const installed = new Set(this.installed);
    const found = new Set();
    const pending = [...names];
    while (pending.length) {
      const name = /** @type {string} */ (pending.pop());
      const locked = this.#locked.get(name);
      if (!locked || installed.has(name) || found.has(name)) continue;
      found.add(name);
      pending.push(...locked.depends);
    }
    return [...found];
  }

  /** By Pyodide's own loader, which knows shared libraries and import paths. @param {import('./protocol.js').Package[]} packages */
  async install(packages) {
    if (!packages.length) return;
    const wheels = new Map(packages.map(({ name, data }) => [this.#locked.get(name)?.file_name, data]));
    const names = packages.map(({ name }) => name);
    /** @type {string[]} */
    const errors = [];
    const options = {
      checkIntegrity: false,
      messageCallback: () => {},
      errorCallback: (/** @type {string} */ text) => errors.push(text),
    };
    const load = () => this.#pyodide.loadPackage(names, options);
    await this.#exempt(() => withFetch((name) => wheels.get(decodeURIComponent(name)) ?? null, load));
    if (this.missing(names).length)
      throw new Error(`could not install ${this.missing(names).join(', ')}: ${errors.join('; ')}`);
  }
}
