/**
 * The sandbox without a page around it, for a script that drives a headless browser
 * (codeact_agent/hosts/script). Playwright exposes `codeact_event` and `codeact_tool`; the script calls
 * the functions put on `window` here.
 */

import { fetchAssets } from './sandbox/assets.js';
import { SandboxClient } from './sandbox/client.js';

/** @typedef {import('./sandbox/protocol.js').SandboxEvent} SandboxEvent */
/** @typedef {import('./sandbox/protocol.js').ToolCalled} ToolCalled */
/** @typedef {import('./sandbox/protocol.js').ToolSpec} ToolSpec */
/**
 * @typedef {object} ScriptWindow
 * @property {(event: SandboxEvent) => void} codeact_event
 * @property {(call: ToolCalled) => Promise<{value: string, error?: {kind: string, message: string}}>} codeact_tool
 */

const script = /** @type {Window & typeof globalThis & ScriptWindow} */ (window);

/** @param {ToolCalled} call */
async function onTool(call) {
  const { value, error } = await script.codeact_tool(call);
  if (error) throw Object.assign(new Error(error.message), { kind: error.kind });
  return value;
}

/** @param {{limits?: object, plain?: boolean}} options */
async function start({ limits = {}, plain = false } = {}) {
  const sandbox = new SandboxClient({
    frameUrl: 'sandbox/frame.html',
    fetchAssets: (onAsset) => fetchAssets('sandbox/manifest.json', onAsset, { plain }),
    limits,
    onEvent: (event) => script.codeact_event?.(event),
    onTool,
  });
  Object.assign(window, { codeact: sandbox });
  return sandbox.start();
}

/** Errors as data: Playwright would flatten them to text. @param {{code: string, time_ms?: number}} step */
async function run({ code, time_ms }) {
  const { codeact } = /** @type {{codeact: SandboxClient}} */ (/** @type {unknown} */ (window));
  try {
    return { result: await codeact.run(code, time_ms) };
  } catch (error) {
    const { kind, message } = /** @type {{kind?: string, message: string}} */ (error);
    return { error: { kind: kind ?? 'Error', message } };
  }
}

Object.assign(window, { codeact_start: start, codeact_run: run });
