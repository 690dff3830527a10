/** The host page's functions, which the model's code can call: kept by name, called when the frame asks. */

import { asJson, DeclarationError, defineTool } from '../tools/javascript.js';

/** @typedef {Parameters<typeof defineTool>[0]} GivenTool */
/** @typedef {import('../tools/javascript.js').JavaScriptTool} JavaScriptTool */
/** @typedef {import('../widget/protocol.js').CallTool} CallTool */
/** @typedef {import('../widget/protocol.js').ToolProgress} ToolProgress */
/** @typedef {import('../widget/protocol.js').ToolResult} ToolResult */
/** @typedef {(message: ToolResult | ToolProgress) => void} Post */

/** At once; the sandbox has its own limit of calls in a step. */
const MOST_CALLS = 1_000;

export class HostTools {
  /** @type {Map<string, {given: GivenTool, tool: JavaScriptTool}>} */ #tools = new Map();
  /** Those that have not answered. @type {Map<number, AbortController>} */ #calls = new Map();

  /** One of the same name is replaced. @param {GivenTool} given @throws {DeclarationError} */
  add(given) {
    const tool = defineTool(given);
    this.#tools.set(tool.described.name, { given, tool });
  }

  /** Instead of those there are. @param {GivenTool[]} given @throws {DeclarationError} */
  replace(given) {
    const former = this.#tools;
    this.#tools = new Map();
    try {
      for (const each of given) this.add(each);
    } catch (error) {
      this.#tools = former;
      throw error;
    }
  }

  /** As they were given. */
  get given() {
    return [...this.#tools.values()].map(({ given }) => given);
  }

  /** What the frame is told of them. @returns {import('../widget/protocol.js').DescribedTool[]} */
  describe() {
    return [...this.#tools.values()].map(({ tool: { described, options } }) =>
      JSON.parse(JSON.stringify({ ...described, options })),
    );
  }

  /** Never rejects: whatever a tool throws is an error of the model's code. @param {CallTool} call @param {Post} post */
  async call({ call_id, name, arguments: text }, post) {
    const abort = new AbortController();
    try {
      const found = this.#tools.get(name);
      if (!found) throw new DeclarationError(`This page has no tool named ${name}.`);
      if (this.#calls.has(call_id) || this.#calls.size >= MOST_CALLS) throw new DeclarationError('Too many calls.');
      this.#calls.set(call_id, abort);
      /** @type {import('../tools/javascript.js').Progress} */
      const progress = (fraction = null, words = '') => {
        if (!isFraction(fraction)) throw new RangeError('progress() takes a number from 0 to 1, or null.');
        if (this.#calls.get(call_id) === abort) post({ type: 'tool_progress', call_id, fraction, text: String(words) });
      };
      const value = asJson(name, await found.tool.handler(JSON.parse(text, withoutPrototype), abort.signal, progress));
      if (!abort.signal.aborted) post({ type: 'tool_result', call_id, value });
    } catch (error) {
      if (!abort.signal.aborted) post({ type: 'tool_result', call_id, error: told(error) });
    } finally {
      if (this.#calls.get(call_id) === abort) this.#calls.delete(call_id);
    }
  }

  /** Nobody waits for it any more. @param {number} call_id */
  cancel(call_id) {
    this.#calls.get(call_id)?.abort(new DOMException('The run was stopped.', 'AbortError'));
    this.#calls.delete(call_id);
  }

  cancelAll() {
    for (const call_id of [...this.#calls.keys()]) this.cancel(call_id);
  }
}

/** Also null: how far it is, nobody knows. @param {unknown} value */
const isFraction = (value) => value === null || (typeof value === 'number' && value >= 0 && value <= 1);

/** A handler that copies its arguments shall not get another prototype. @param {string} key @param {unknown} value */
const withoutPrototype = (key, value) => (key === '__proto__' ? undefined : value);

/** @param {unknown} error  whatever a function threw */
function told(error) {
  const { kind, name, message } = /** @type {any} */ (error ?? {});
  return { kind: String(kind ?? name ?? 'Error'), message: String(message ?? error) };
}
