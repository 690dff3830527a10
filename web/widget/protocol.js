/**
 * The messages between a host page's element (web/embed) and the widget's frame (web/widget): types, and nothing else
 * but the version. docs/widget-protocol.md has them in a table.
 */

export const WIDGET_PROTOCOL_VERSION = 1;

/** @typedef {import('../elements/events.js').AgentEvent} AgentEvent */
/** @typedef {import('../elements/events.js').Approval} Approval */
/** @typedef {import('../elements/events.js').Card} Card */
/** @typedef {import('../elements/events.js').Decision} Decision */
/** @typedef {import('../elements/events.js').ExportForm} ExportForm */
/** @typedef {import('../elements/events.js').Model} Model */
/** @typedef {import('../elements/events.js').Question} Question */
/** @typedef {import('../elements/events.js').RunFinished} RunFinished */
/** @typedef {import('../elements/events.js').Status} Status */
/** @typedef {import('../elements/events.js').Usage} Usage */
/** @typedef {import('../sandbox/protocol.js').Failure} Failure */
/** @typedef {import('../store/records.js').Message} Message */

/**
 * What the element's attributes and properties say. Empty text: not given.
 * @typedef {object} WidgetSettings
 * @property {string} task
 * @property {string} model
 * @property {string} placeholder
 * @property {string[]} packages
 * @property {'' | 'light' | 'dark' | 'auto'} theme
 * @property {string} lang
 * @property {boolean} fit  whether the element grows with what the frame holds
 * @property {boolean} autorun
 * @property {boolean} readonly
 * @property {Record<string, unknown>} options  of runs: codeact_agent/options.py
 * @property {Record<string, string>} look  values of the custom properties `--codeact-…`, without that prefix
 */
/** @typedef {{name: string, description: string, schema: object, result_schema?: object, options: ToolOptions}} DescribedTool */
/** @typedef {Pick<import('../tools/javascript.js').Definition, 'approval' | 'rate' | 'timeout'>} ToolOptions */
/**
 * How a run ended. `answer` is null where JSON has no such value; `text` is always there with an answer.
 * @typedef {{status: Status, answer: unknown, text: string, error: Failure | null, steps: number, usage: Usage, cost: number | null, duration_ms: number}} RunResult
 */

// By window.postMessage, once:

/** frame → element: the frame listens. @typedef {{type: 'codeact-hello', version: number, nonce: string}} Hello */
/** element → frame, with the one port that everything else goes through. @typedef {{type: 'codeact-connect', version: number, nonce: string, settings: WidgetSettings, tools: DescribedTool[]}} Connect */

// element → frame, by the port:

/** @typedef {{type: 'configure', settings: WidgetSettings}} Configure */
/** @typedef {{type: 'set_tools', tools: DescribedTool[]}} SetTools */
/** @typedef {{type: 'run', request_id: number, task: string, files: HandedFile[]}} RunRequest */
/** @typedef {{name: string, data: ArrayBuffer}} HandedFile */
/** @typedef {{type: 'stop'}} Stop */
/** @typedef {{type: 'reset', request_id: number}} Reset */
/** @typedef {{type: 'add_file', request_id: number, name: string, data: ArrayBuffer}} AddFile */
/** @typedef {{type: 'export', request_id: number, form: ExportForm}} Export */
/** `value` is JSON text. @typedef {{type: 'tool_result', call_id: number, value?: string, error?: Failure}} ToolResult */
/** @typedef {{type: 'tool_progress', call_id: number, fraction: number | null, text: string}} ToolProgress */
/** null: the host leaves it to the person. @typedef {{type: 'decide', approval_id: number, decision: Decision | null}} Decide */
/** null: the host leaves it to the person. @typedef {{type: 'answer_question', question_id: number, answer: string | null}} AnswerQuestion */
/** @typedef {Configure | SetTools | RunRequest | Stop | Reset | AddFile | Export | ToolResult | ToolProgress | Decide | AnswerQuestion} FromHost */

// frame → element, by the port:

/** Python runs, and the packages are there. @typedef {{type: 'ready', python: string, models: Pick<Model, 'id' | 'name' | 'recorded'>[]}} Ready */
/** For the host's listeners. @typedef {{type: 'happened', name: 'step' | 'output' | 'tool', detail: object}} Happened */
/** A run has ended; `request_id` is 0 where the person sent the task. @typedef {{type: 'finished', request_id: number, result: RunResult}} Finished */
/** The conversation's messages from number `from` on. @typedef {{type: 'messages', from: number, messages: Message[]}} Messages */
/** `arguments` is the JSON text of an object. @typedef {{type: 'call_tool', call_id: number, name: string, arguments: string}} CallTool */
/** Stop was pressed: nobody waits any more. @typedef {{type: 'cancel_tool', call_id: number}} CancelTool */
/** @typedef {{type: 'ask_approval', approval_id: number, card: Card}} AskApproval */
/** @typedef {{type: 'ask_question', question_id: number, question: string, choices: string[] | null}} AskQuestion */
/** @typedef {{type: 'done', request_id: number, value?: object}} Done */
/** @typedef {{type: 'refused', request_id: number, error: Failure}} Refused */
/** `fatal`: nothing can be run in this frame any more. @typedef {{type: 'failed', error: Failure, fatal: boolean}} Failed */
/** What the frame holds, in CSS pixels. @typedef {{type: 'resized', height: number}} Resized */
/** @typedef {Ready | Happened | Finished | Messages | CallTool | CancelTool | AskApproval | AskQuestion | Done | Refused | Failed | Resized} FromFrame */
