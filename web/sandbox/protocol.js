/**
 * The messages between the page and the sandbox, and nothing else. docs/protocol.md is the same list
 * in words; codeact_runtime/messages.py is its mirror in Python; tests/unit/test_protocol.py compares them.
 *
 * Requests (page → sandbox) are imperative, events (sandbox → page) past tense. Only JSON values,
 * and ArrayBuffers where said, cross.
 */

export const PROTOCOL_VERSION = 4;

/**
 * What one conversation is held to; the defaults and what each is for are in codeact_runtime/limits.py. Milliseconds,
 * characters, megabytes (2^20 bytes) and counts.
 * @typedef {object} Limits
 * @property {number} time_ms
 * @property {number} grace_ms
 * @property {number} memory_mb
 * @property {number} recursion
 * @property {number} code_chars
 * @property {number} model_chars
 * @property {number} person_chars
 * @property {number} person_chars_per_s
 * @property {number} messages_per_s
 * @property {number} tool_calls
 * @property {number} tool_chars
 * @property {number} display_items
 * @property {number} display_chars
 * @property {number} displays_chars
 * @property {number} files
 * @property {number} file_mb
 * @property {number} files_mb
 * @property {number} variable_mb
 * @property {number} checkpoint_mb
 * @property {number} spare_workers
 * @property {number} approve_from
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

/** @typedef {{name: string, annotation: string, default?: unknown, schema?: object}} Parameter */
/** @typedef {{name: string, description: string, parameters: Parameter[], returns: string, schema?: object, approval?: string, source?: string}} ToolSpec */
/** @typedef {{name: string, source: string}} Prelude  Python that defines tools inside the sandbox */
/** @typedef {{kind: string, message: string}} Failure */
/** @typedef {Record<string, string>} MimeBundle  MIME type → text, or base64 where binary */
/** @typedef {{name: string, type: string, repr: string}} Variable */
/**
 * Python's own data crosses as JSON text: parsing it in JavaScript would round its integers.
 * @typedef {{json: string | null, text: string, bundle: MimeBundle}} Answer
 */

/** @typedef {'LOW' | 'MEDIUM' | 'HIGH'} Severity */
/** @typedef {{rule: string, severity: Severity, line: number, text: string}} Finding */
/** @typedef {{path: string, action: 'read' | 'write' | 'delete'}} NamedFile  as constants in the code tell */
/**
 * @typedef {object} Card  what the person is shown of code before it runs, see codeact_runtime/approval_card.py
 * @property {string} code
 * @property {Finding[]} findings
 * @property {string[]} imports
 * @property {string[]} new_imports
 * @property {NamedFile[]} files
 * @property {string[]} tools
 * @property {string[]} reasons
 */
/** @typedef {{approved: boolean, code?: string, reason?: string}} ApprovalAnswer  `code` runs instead */
/** @typedef {{decision: 'approve' | 'edit' | 'deny', reason: string, code?: string}} Approval  `code` is what ran, where the person edited it */
/** @typedef {{path: string, size: number}} FileInfo  absolute path, bytes */
/** @typedef {{path: string, data: ArrayBuffer}} FileData */
/** @typedef {{name: string, data: ArrayBuffer}} Package  a wheel of the lock file, and its bytes */
/** @typedef {{name: string, data: ArrayBuffer}} SavedVariable  its pickle, to be read in a sandbox and nowhere else */
/** @typedef {{name: string, why: string}} Lost  what could not be saved or restored, in words for the model */

/**
 * @typedef {object} Checkpoint  what a fresh interpreter needs to go on
 * @property {SavedVariable[]} variables
 * @property {Record<string, string>} modules  variable → module it names
 * @property {FileData[]} files
 * @property {Record<string, string>} sources  file name of a step → its code, for tracebacks
 * @property {number} execution_count
 */

/**
 * @typedef {object} Result  what one step gives, see codeact_runtime/executor.py
 * @property {string} stdout
 * @property {string} stderr
 * @property {MimeBundle[]} results
 * @property {{name: string, value: string, traceback: string} | null} error
 * @property {Answer} [final_answer]
 * @property {number} duration_ms
 * @property {boolean} sound  false: the code has broken its interpreter, or filled it; the page replaces it
 * @property {number} memory_mb
 * @property {boolean} timed_out
 * @property {boolean} stopped
 * @property {Finding[]} findings  of the audit, before the code ran
 * @property {Approval | null} approval  where the person was asked
 * @property {FileInfo[]} files  of /output that the step wrote
 * @property {number} execution_count
 * @property {Variable[]} variables
 */

/** @typedef {{type: 'start', version: number, limits: Limits, hardened: boolean}} Start  `hardened`: without `js` */
/** @typedef {{[K in keyof Assets]: {type: 'asset', name: K, data: Assets[K]}}[keyof Assets]} Asset */
/** @typedef {{type: 'set_tools', request_id: number, tools: ToolSpec[], prelude: Prelude[], packages: Package[]}} SetTools */
/** @typedef {{type: 'run', run_id: number, code: string, time_ms?: number, approval: string}} Run  `time_ms` lowers the limit for this run; `approval`: never, risky, always */
/** @typedef {{type: 'interrupt', run_id: number}} Interrupt */
/** @typedef {{type: 'tool_result', run_id: number, call_id: number, value?: string, error?: Failure}} ToolResult  `value` is JSON text */
/** @typedef {{type: 'install', run_id: number, packages: Package[], error?: Failure}} Install */
/** @typedef {{type: 'approve', run_id: number, approved: boolean, code?: string, reason?: string}} Approve */
/** @typedef {{type: 'write_file', request_id: number, path: string, data: ArrayBuffer}} WriteFile */
/** @typedef {{type: 'delete_file', request_id: number, path: string}} DeleteFile */
/** @typedef {{type: 'read_file', request_id: number, path: string}} ReadFile */
/** @typedef {{type: 'list_files', request_id: number}} ListFiles */
/** @typedef {{type: 'checkpoint', request_id: number}} SaveCheckpoint */
/** @typedef {{type: 'restore', request_id: number, checkpoint: Checkpoint, packages: Package[]}} Restore */
/** @typedef {{type: 'reset'}} Reset */

/** @typedef {{type: 'booting', step: string}} Booting */
/** @typedef {{type: 'ready', boot_ms: number, from_image: boolean, can_block: boolean, can_interrupt: boolean, python: string}} Ready */
/** @typedef {{stream: 'stdout' | 'stderr', text: string}} Chunk */
/** @typedef {{type: 'output', run_id: number, chunks: Chunk[]}} Output */
/** @typedef {{type: 'displayed', run_id: number, bundle: MimeBundle}} Displayed */
/** @typedef {{type: 'tool_called', run_id: number, call_id: number, name: string, arguments: string}} ToolCalled  `arguments` is a JSON object as text */
/** @typedef {{type: 'packages_needed', run_id: number, names: string[]}} PackagesNeeded  the step waits for `install` */
/** @typedef {{type: 'installed', run_id: number}} Installed  the worker has taken `install`, however that went */
/** @typedef {{type: 'approval_needed', run_id: number, card: Card}} ApprovalNeeded  the step waits for `approve` */
/** @typedef {{type: 'memory', bytes: number, limit_bytes: number, refused: boolean}} Memory  the heap grew, or was not let grow */
/** @typedef {{type: 'finished', run_id: number, result: Result}} Finished */
/** @typedef {{type: 'tools_set', request_id: number, tools: string, needed: string[]}} ToolsSet  specs of the sandbox's own tools as JSON text; or, with nothing changed, the packages that are needed first */
/** @typedef {{type: 'file', request_id: number, path: string, data: ArrayBuffer}} File */
/** @typedef {{type: 'files', request_id: number, files: FileInfo[]}} Files */
/** @typedef {{type: 'checkpointed', request_id: number, names: string[], variables: SavedVariable[], modules: Record<string, string>, lost: Lost[], files: FileInfo[], changed_files: FileData[], packages: string[], sources: Record<string, string>, execution_count: number, complete: boolean}} Checkpointed */
/** @typedef {{type: 'restored', request_id: number, names: string[], lost: Lost[]}} Restored */
/** @typedef {{type: 'refused', request_id: number, error: Failure}} Refused  a request that could not be carried out; nothing was changed */
/** @typedef {{type: 'failed', error: Failure}} Failed  the worker is gone; `reset` makes a new one */

/** @typedef {Start | Asset | SetTools | Run | Interrupt | ToolResult | Install | Approve | WriteFile | DeleteFile | ReadFile | ListFiles | SaveCheckpoint | Restore | Reset} Request */
/** @typedef {Booting | Ready | Output | Displayed | ToolCalled | PackagesNeeded | Installed | ApprovalNeeded | Memory | Finished | ToolsSet | File | Files | Checkpointed | Restored | Refused | Failed} SandboxEvent */
