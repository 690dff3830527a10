/** What every provider of models offers; types only. */

/** @typedef {import('../elements/events.js').Model} Model */
/** @typedef {{model: string, messages: object[], tools: object[] | null}} Question  in OpenAI's format; `model` is an id */
/** @typedef {{prompt_tokens: number, completion_tokens: number}} Usage */
/** @typedef {{id: string, name: string, arguments: string}} ToolCall  arguments are JSON text */
/**
 * The end of a reply. What only models in the browser know: how fast it was, and how many tokens fit.
 * @typedef {{usage: Usage | null, tool_calls: ToolCall[], tokens_per_s?: number, context_window?: number}} Ending
 */
/** @typedef {{text: string} | Ending} Part  of a reply: words as they come, then the ending */
/**
 * @typedef {object} Provider
 * @property {() => Promise<Model[]>} models  rejects with ModelFailure
 * @property {(question: Question, signal: AbortSignal) => AsyncGenerator<Part, void>} chat
 *   throws ModelFailure, an AbortError when aborted
 * @property {(id: string, signal: AbortSignal) => Promise<unknown>} [load]  gets the model ready before it is asked
 */

/**
 * How far a model in the browser is. `loaded` and `total` are bytes, 0 where nothing is fetched.
 * @typedef {object} ModelProgress
 * @property {string} model  its id
 * @property {'asking' | 'fetching' | 'starting' | 'ready' | 'idle' | 'failed'} state
 * @property {number} loaded
 * @property {number} total
 * @property {string} text  what is going on, or why it failed
 * @property {number} [context_window]  tokens, once it is ready
 * @property {number} [threads]  on the processor, once it is ready
 */

export {};
