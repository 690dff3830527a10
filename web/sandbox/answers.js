/** What a running step asks the page for: a tool, packages, the person's leave. Called by the client. */

import { SandboxError } from './errors.js';

/** @typedef {import('./protocol.js').ToolCalled} ToolCalled */
/** @typedef {import('./protocol.js').PackagesNeeded} PackagesNeeded */
/** @typedef {import('./protocol.js').ApprovalNeeded} ApprovalNeeded */
/** @typedef {import('./protocol.js').ToolResult} ToolResult */
/** @typedef {import('./protocol.js').Install} Install */
/** @typedef {import('./protocol.js').Approve} Approve */
/** @typedef {import('./protocol.js').ToolSpec} ToolSpec */
/** @typedef {import('./protocol.js').Limits} Limits */
/** @typedef {import('./sandbox_options.js').SandboxOptions} SandboxOptions */
/** @typedef {ToolCalled | PackagesNeeded | ApprovalNeeded} Asked */

/**
 * Never rejects: how it went is in the answer.
 * @param {Asked} asked @param {SandboxOptions} options @param {ToolSpec[]} tools @param {Limits} limits
 * @returns {Promise<ToolResult | Install | Approve>}
 */
export async function answer(asked, options, tools, limits) {
  const { type, run_id } = asked;
  if (type === 'tool_called') {
    const { call_id } = asked;
    try {
      return { type: 'tool_result', run_id, call_id, value: await callTool(asked, options, tools, limits) };
    } catch (error) {
      return { type: 'tool_result', run_id, call_id, error: asFailure(error) };
    }
  }
  if (type === 'packages_needed') {
    try {
      return { type: 'install', run_id, packages: await fetchPackages(asked.names, options) };
    } catch (error) {
      return { type: 'install', run_id, packages: [], error: asFailure(error) };
    }
  }
  return { type: 'approve', run_id, ...(await askPerson(asked, options)) };
}

/** An error of whoever asks is a no, and shows where errors show. @param {ApprovalNeeded} asked @param {SandboxOptions} options */
async function askPerson({ card }, { onApproval }) {
  try {
    const { approved, code, reason } = (await onApproval?.(card)) ?? { approved: false };
    return {
      approved: approved === true,
      ...(typeof code === 'string' ? { code } : {}),
      ...(typeof reason === 'string' ? { reason } : {}),
    };
  } catch (error) {
    reportError(error);
    return { approved: false };
  }
}

/** @param {string[]} names @param {SandboxOptions} options */
export function fetchPackages(names, { packages, onEvent }) {
  if (!names.length) return Promise.resolve([]);
  return packages.fetch(names, (progress) => onEvent?.({ type: 'package_progress', ...progress }));
}

/** @param {ToolCalled} call @param {SandboxOptions} options @param {ToolSpec[]} tools @param {Limits} limits */
async function callTool(call, { onTool }, tools, { tool_chars }) {
  if (!onTool || !tools.some((tool) => tool.name === call.name)) {
    throw new SandboxError('unknown_tool', `there is no tool named ${JSON.stringify(call.name)}`);
  }
  if (!isJsonObject(call.arguments)) throw new SandboxError('bad_arguments', 'the arguments are no JSON object');
  const value = await onTool(call);
  if (value.length > tool_chars) {
    throw new SandboxError('too_long', `${call.name}() gave more than ${tool_chars} characters`);
  }
  return value;
}

/** @param {unknown} error */
function asFailure(error) {
  const { kind, name, message } = /** @type {{kind?: string, name?: string, message?: string}} */ (error ?? {});
  return { kind: kind ?? name ?? 'Error', message: message ?? String(error) };
}

/** Code in the worker may send what Python would not. @param {string} text */
function isJsonObject(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
