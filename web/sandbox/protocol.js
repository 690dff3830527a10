/**
 * The messages between the page and the sandbox, and nothing else. docs/protocol.md is the same list
 * in words; codeact_runtime/messages.py is its mirror in Python; tests/unit/test_protocol.py compares them.
 *
 * Requests (page → sandbox) are imperative, events (sandbox → page) past tense. Only JSON values,
 * and ArrayBuffers where said, cross.
 */

export const PROTOCOL_VERSION = 1;

/**
 * @typedef {object} Limits
 * @property {number} time_ms  the model's own code, milliseconds; waiting for tools is not counted
 * @property {number} grace_ms  after the time limit, before the worker is killed
 * @property {number} model_chars  of each text the model gets
 * @property {number} person_chars  of output the person is sent
 * @property {number} code_chars  of source
 * @property {number} display_chars  of one shown item
 */

/**
 * @typedef {object} Assets  what a worker needs, sent one by one; the frame keeps them for the next worker
 * @property {string} worker  source of the bundled classic worker
 * @property {ArrayBuffer} wasm
 * @property {ArrayBuffer} stdlib
 * @property {ArrayBuffer} runtime  zip of codeact_runtime
 * @property {string} lock  pyodide-lock.json
 * @property {ArrayBuffer | null} image  boot image, or null to boot plainly
 */

/** @typedef {{name: string, annotation: string, default?: unknown}} Parameter */
/** @typedef {{name: string, description: string, parameters: Parameter[], returns: string}} ToolSpec */
/** @typedef {{kind: string, message: string}} Failure */
/** @typedef {Record<string, string>} MimeBundle  MIME type → text, or base64 where binary */
/** @typedef {{name: string, type: string, repr: string}} Variable */
/**
 * Python's own data crosses as JSON text: parsing it in JavaScript would round its integers.
 * @typedef {{json: string | null, text: string, bundle: MimeBundle}} Answer
 */

/**
 * @typedef {object} Result  what one step gives, see codeact_runtime/executor.py
 * @property {string} stdout
 * @property {string} stderr
 * @property {MimeBundle[]} results
 * @property {{name: string, value: string, traceback: string} | null} error
 * @property {Answer} [final_answer]
 * @property {number} duration_ms
 * @property {number} memory_mb
 * @property {boolean} timed_out
 * @property {boolean} stopped
 * @property {number} execution_count
 * @property {Variable[]} variables
 */

/** @typedef {{type: 'start', version: number, limits: Limits}} Start */
/** @typedef {{[K in keyof Assets]: {type: 'asset', name: K, data: Assets[K]}}[keyof Assets]} Asset */
/** @typedef {{type: 'set_tools', tools: ToolSpec[]}} SetTools */
/** @typedef {{type: 'run', run_id: number, code: string, time_ms?: number}} Run  `time_ms` lowers the limit for this run */
/** @typedef {{type: 'interrupt', run_id: number}} Interrupt */
/** @typedef {{type: 'tool_result', run_id: number, call_id: number, value?: string, error?: Failure}} ToolResult  `value` is JSON text */
/** @typedef {{type: 'reset'}} Reset */

/** @typedef {{type: 'booting', step: string}} Booting */
/** @typedef {{type: 'ready', boot_ms: number, from_image: boolean, can_block: boolean, can_interrupt: boolean, python: string}} Ready */
/** @typedef {{stream: 'stdout' | 'stderr', text: string}} Chunk */
/** @typedef {{type: 'output', run_id: number, chunks: Chunk[]}} Output */
/** @typedef {{type: 'displayed', run_id: number, bundle: MimeBundle}} Displayed */
/** @typedef {{type: 'tool_called', run_id: number, call_id: number, name: string, arguments: string}} ToolCalled  `arguments` is a JSON object as text */
/** @typedef {{type: 'finished', run_id: number, result: Result}} Finished */
/** @typedef {{type: 'failed', error: Failure}} Failed  the worker is gone; `reset` makes a new one */

/** @typedef {Start | Asset | SetTools | Run | Interrupt | ToolResult | Reset} Request */
/** @typedef {Booting | Ready | Output | Displayed | ToolCalled | Finished | Failed} SandboxEvent */
