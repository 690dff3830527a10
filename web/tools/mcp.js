/**
 * A connection of the page to an MCP server over streamable HTTP, by the official client. Loaded when the first
 * server is added: it is larger than the rest of the page.
 */

import './without_eval.js';
import { Client, StreamableHTTPClientTransport } from '../vendor/mcp.js';
import { ToolError } from './http.js';

/** The longest a call may take, in ms: Stop and a tool's own timeout end it sooner. */
const LONGEST_MS = 24 * 3600 * 1000;

export class McpConnection {
  #client = new Client({ name: 'codeact-web', version: '1' });
  #url;
  #headers;

  /** @param {string} url @param {Record<string, string>} [headers]  that go with every request */
  constructor(url, headers = {}) {
    this.#url = url;
    this.#headers = headers;
  }

  /** Connect, and give the server's tools as on the wire. @throws {ToolError} */
  async open() {
    try {
      const requestInit = { headers: this.#headers };
      await this.#client.connect(new StreamableHTTPClientTransport(new URL(this.#url), { requestInit }));
      const tools = [];
      let cursor;
      do {
        const page = await this.#client.listTools(cursor ? { cursor } : {});
        tools.push(...page.tools);
        cursor = page.nextCursor;
      } while (cursor);
      return tools;
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      throw new ToolError(`The MCP server at ${this.#url} could not be asked for its tools: ${message}.`);
    }
  }

  /**
   * The result as on the wire.
   *
   * @param {string} name @param {Record<string, unknown>} args @param {AbortSignal} signal
   * @param {import('./javascript.js').Progress} progress
   * @throws {ToolError}
   */
  async call(name, args, signal, progress) {
    try {
      return await this.#client.callTool(
        { name, arguments: args },
        {
          signal,
          timeout: LONGEST_MS,
          onprogress: ({ progress: done, total, message }) =>
            progress(total ? Math.min(Math.max(done / total, 0), 1) : null, message ?? ''),
        },
      );
    } catch (error) {
      if (signal.aborted) throw error;
      throw new ToolError(`the MCP server at ${this.#url}: ${/** @type {Error} */ (error).message}`);
    }
  }

  async close() {
    await this.#client.close();
  }
}
