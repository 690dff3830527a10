/** What runs a model in the browser; types only. Each engine is a module of its own, loaded when its model is chosen. */

/** @typedef {import('./plain_messages.js').PlainMessage} PlainMessage */
/** @typedef {import('./provider.js').Part} Part */

/**
 * Where a model's weights come from.
 * @typedef {object} Source
 * @property {string} id
 * @property {string} name
 * @property {string} url  absolute; empty for a file and for the browser's own model
 * @property {File | null} file  opened by the person
 * @property {number} bytes  to be fetched, as the operator tells; 0: not told
 * @property {number} context_window  tokens, as the operator wants it; 0: as the engine does
 * @property {string} sha256  that what is fetched must have; empty: not told
 */
/**
 * @typedef {object} Loading
 * @property {(state: 'fetching' | 'starting', loaded: number, total: number) => void} progress  bytes
 * @property {AbortSignal} signal
 */
/**
 * A model that is loaded.
 * @typedef {object} Engine
 * @property {number} contextWindow  tokens
 * @property {number} [threads]  on the processor
 * @property {(messages: PlainMessage[], signal: AbortSignal) => AsyncGenerator<Part, void>} reply
 *   throws ModelFailure, an AbortError when aborted
 * @property {Promise<void>} ended  until the reply before, which may have been stopped, has ended
 * @property {boolean} isBroken  it must be loaded anew
 * @property {() => void} close  free its memory
 */
/**
 * @typedef {object} Runtime
 * @property {(source: Source) => Promise<boolean>} isKept  whether nothing would have to be fetched
 * @property {(source: Source, signal: AbortSignal) => Promise<number>} sizeOf  bytes to be fetched; 0: nobody knows
 * @property {(source: Source, loading: Loading) => Promise<Engine>} open  rejects with ModelFailure; AbortError
 * @property {(source: Source) => Promise<void>} remove  its weights from the browser's storage
 */

export {};
