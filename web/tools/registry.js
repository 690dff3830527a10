/** The tools that the embedding page has given: its own JavaScript functions (javascript.js). */

/** @typedef {import('../sandbox/protocol.js').ToolSpec} ToolSpec */
/** @typedef {{spec: ToolSpec, handler: (args: Record<string, unknown>, signal: AbortSignal) => unknown}} PageTool */

export class ToolRegistry {
  /** @type {Map<string, PageTool>} */ #tools = new Map();

  /** Add one, or replace that of the same name. @param {PageTool} tool */
  add(tool) {
    this.#tools.set(tool.spec.name, tool);
  }

  /** @param {string} name */
  remove(name) {
    this.#tools.delete(name);
  }

  get specs() {
    return [...this.#tools.values()].map(({ spec }) => spec);
  }

  /** What the handler gives. @param {string} name @param {Record<string, unknown>} args @param {AbortSignal} signal */
  async call(name, args, signal) {
    const tool = this.#tools.get(name);
    if (!tool) throw new TypeError(`There is no tool named ${name}.`);
    return tool.handler(args, signal);
  }
}
