/**
 * The sandbox without a page around it, for a script that drives a headless browser
 * (codeact_agent/hosts/script). Playwright exposes `codeact_event` and `codeact_tool`; the script calls
 * the functions put on `window` here.
 */

import { fetchAssets } from './sandbox/assets.js';
import { SandboxClient } from './sandbox/client.js';
import { fetchLimits } from './sandbox/limits.js';
import { PackageSource } from './sandbox/package_source.js';

/** @typedef {import('./sandbox/protocol.js').SandboxEvent} SandboxEvent */
/** @typedef {import('./sandbox/protocol.js').ToolCalled} ToolCalled */
/** @typedef {import('./sandbox/protocol.js').ToolSpec} ToolSpec */
/**
 * @typedef {object} ScriptWindow
 * @property {(event: SandboxEvent) => void} codeact_event
 * @property {(card: object) => Promise<{approved: boolean, code?: string, reason?: string}>} [codeact_approval]
 * @property {(call: ToolCalled) => Promise<{value: string, error?: {kind: string, message: string}}>} codeact_tool
 */

const script = /** @type {Window & typeof globalThis & ScriptWindow} */ (window);

/** @param {ToolCalled} call */
async function onTool(call) {
  const { value, error } = await script.codeact_tool(call);
  if (error) throw Object.assign(new Error(error.message), { kind: error.kind });
  return value;
}

/** @param {{limits?: object, plain?: boolean, hardened?: boolean}} options */
async function start({ plain = false, limits = {}, ...options } = {}) {
  const sandbox = new SandboxClient({
    frameUrl: 'sandbox/frame.html',
    fetchAssets: (onAsset) => fetchAssets('sandbox/manifest.json', onAsset, { plain }),
    fetchLimits: () => fetchLimits('sandbox/limits.json'),
    packages: new PackageSource('sandbox/manifest.json'),
    // Nobody looks on who would feel a boot: a script asks for the spare worker if it wants one.
    limits: { spare_workers: 0, ...limits },
    ...options,
    onEvent: (event) => tell(event),
    onApproval: async (card) => (await script.codeact_approval?.(card)) ?? { approved: false },
    onTool,
  });
  Object.assign(window, { codeact: sandbox });
  return sandbox.start();
}

/** What crosses to the script is JSON: bytes stay here. @param {any} event */
function tell(event) {
  if (event.type !== 'checkpointed') return script.codeact_event?.(event);
  const { variables, changed_files, ...rest } = event;
  script.codeact_event?.({
    ...rest,
    bytes: variables.reduce((/** @type {number} */ sum, /** @type {any} */ each) => sum + each.data.byteLength, 0),
  });
}

/** Errors as data: Playwright would flatten them to text. @param {{code: string, time_ms?: number, approval?: string}} step */
async function run({ code, time_ms, approval }) {
  const { codeact } = /** @type {{codeact: SandboxClient}} */ (/** @type {unknown} */ (window));
  try {
    const result = await codeact.run(code, { time_ms: time_ms ?? undefined, approval });
    return { result, restored: codeact.takeRestored() };
  } catch (error) {
    const { kind, message } = /** @type {{kind?: string, message: string}} */ (error);
    return { error: { kind: kind ?? 'Error', message }, restored: codeact.takeRestored() };
  }
}

Object.assign(window, { codeact_start: start, codeact_run: run });
