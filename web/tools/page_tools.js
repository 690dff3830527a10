/**
 * What the embedding page gives its agent as tools: JavaScript functions, OpenAPI documents, MCP servers. The
 * loop's side makes Python functions of them (codeact_agent/hosts/page_tools.py) and calls `invoke`.
 */

import { checkOrigins, send } from './http.js';
import { asJson, DeclarationError, defineTool } from './javascript.js';

/** @typedef {import('./javascript.js').Definition} Definition */
/** @typedef {import('./javascript.js').Progress} Progress */
/** @typedef {{approval?: string, rate?: string, timeout?: number}} Options  of each tool of a source */
/** @typedef {(name: string, args: any, signal: AbortSignal, progress: Progress) => Promise<unknown>} Call */
/** @typedef {{source: 'javascript' | 'openapi' | 'mcp', [key: string]: unknown}} Described */

export class PageTools {
  /** @type {{described: Described, call: Call}[]} */ #sources = [];
  /** Python source whose functions marked `@tool` run inside the sandbox. @type {{name: string, source: string}[]} */
  prelude = [];
  /** What of them cannot be called, and why; known with the first run. @type {{operation: string, reason: string}[]} */
  leftOut = [];

  /** A JavaScript function. @param {Parameters<typeof defineTool>[0]} given @throws {DeclarationError} */
  add(given) {
    const { described, options, handler } = defineTool(given);
    this.#sources.push({
      described: { source: 'javascript', described, options },
      call: async (_name, args, signal, progress) => handler(args, signal, progress),
    });
  }

  /** Forget them all; only while no run may call them. */
  clear() {
    this.#sources = [];
    this.leftOut = [];
  }

  /**
   * Each operation of an OpenAPI 3 document.
   *
   * @param {object} document
   * @param {Options & {allow: string[], baseUrl?: string, headers?: Record<string, string>}} options
   *   `allow`: the origins that may be asked; `headers` go with every request and are never the model's
   */
  addOpenApi(document, { allow, baseUrl, headers, ...options }) {
    checkOrigins(allow);
    this.#sources.push({
      described: { source: 'openapi', document, base_url: baseUrl ?? null, allow, options },
      call: (_name, request, signal) => send(request, { allow, headers }, signal),
    });
  }

  /**
   * Each tool of an MCP server. @param {string} url
   * @param {Options & {headers?: Record<string, string>}} [options] @throws {ToolError}
   */
  async addMcp(url, { headers, ...options } = {}) {
    const { McpConnection } = await import('./mcp.js');
    const connection = new McpConnection(url, headers);
    const listed = await connection.open();
    this.#sources.push({
      described: { source: 'mcp', listed, options },
      call: (name, args, signal, progress) => connection.call(name, args, signal, progress),
    });
  }

  /** What hosts/page_tools.py makes tools of. */
  describe() {
    return this.#sources.map(({ described }) => described);
  }

  /**
   * The JSON text of `{value}` or `{error: {kind, message}}`; never rejects, as Python's `finally` would be skipped.
   * What hangs is left behind by Stop.
   *
   * @param {string} call  `{source: number, name, arguments}`
   * @param {AbortSignal} signal  of Stop
   * @param {Progress} progress
   */
  async invoke(call, signal, progress) {
    let onAbort = () => {};
    /** @type {Promise<never>} */
    const stopped = new Promise((_, reject) => {
      onAbort = () => reject(new DOMException('The person stopped the run.', 'AbortError'));
    });
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      if (signal.aborted) onAbort();
      const { source, name, arguments: args } = JSON.parse(call);
      const value = await Promise.race([this.#sources[source].call(name, args, signal, progress), stopped]);
      return `{"value": ${asJson(name, value)}}`;
    } catch (error) {
      return JSON.stringify({ error: told(error) });
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}

/** @param {unknown} error  whatever a function threw */
function told(error) {
  const { kind, name, message } = /** @type {any} */ (error ?? {});
  return { kind: String(kind ?? name ?? 'Error'), message: String(message ?? error) };
}

export { DeclarationError };
