/** What is kept of a conversation. Types only. */

/** @typedef {import('../elements/events.js').AgentEvent} AgentEvent */
/** @typedef {import('../sandbox/protocol.js').Checkpointed} Checkpointed */
/** @typedef {import('../sandbox/saved_state.js').Stored} Stored */

/**
 * @typedef {object} Conversation
 * @property {string} id
 * @property {string} title  its first task; until there is one, its first files
 * @property {boolean} named  whether there is one
 * @property {number} created  milliseconds since 1970
 * @property {number} updated
 * @property {number} revision  grows with each change; one that another tab has made already cannot be made again
 */

/** @typedef {{role: string, content: string | object[] | null, tool_calls?: object[], tool_call_id?: string}} Message  as the model is sent it, without the system prompt */
/** @typedef {{events: AgentEvent[], messages: Message[]}} Entry  what was added at one time; never changed */
/** @typedef {{conversation: Conversation} & Entry} Transcript */

/**
 * Where conversations are kept. What changes one is given its record as it is to become, with the next revision, and
 * rejects with a StoreError of kind `elsewhere` where another tab has made that revision. Each call is all or nothing.
 * @typedef {object} Store
 * @property {() => Promise<Conversation[]>} list  newest first
 * @property {(conversation: Conversation) => Promise<void>} create
 * @property {(id: string) => Promise<Transcript>} load
 * @property {(id: string) => Promise<Stored>} loadCheckpoint
 * @property {(next: Conversation, entry: Entry) => Promise<void>} append
 * @property {(next: Conversation, delta: Checkpointed) => Promise<void>} saveCheckpoint
 * @property {(id: string, copy: Conversation) => Promise<void>} duplicate
 * @property {(id: string) => Promise<void>} delete
 */
export {};
