/** @typedef {import('./events.js').ActivityEvent} ActivityEvent */
/** @typedef {import('./events.js').ModelCall} ModelCall */
/** @typedef {import('./events.js').SubAgentEvent} SubAgentEvent */
/** @typedef {import('./events.js').ToolCalled} ToolCalled */
/** @typedef {import('./events.js').ToolReturned} ToolReturned */
/** @typedef {import('./tool_call.js').ToolCallElement} ToolCallElement */

import { msg, str } from '../vendor/localize.js';
import { number } from './counts.js';

const MOST_ITEMS = 300;
/** Its question and answer are shown instead of the call. */
const ASK = 'ask_user';

/** What the code of one step did, in order: printed, called, asked, showed. It only ever grows, to a limit. */
export class ActivityElement extends HTMLElement {
  /** @type {Map<number, ToolCallElement>} */ #calls = new Map();
  /** @type {Map<number, import('./sub_agent.js').SubAgentElement>} */ #agents = new Map();
  /** @type {Map<string, any>} */ #asked = new Map();
  /** The call that the model's reply is, until it is carried out. @type {ToolCallElement | null} */ #expected = null;
  /** @type {import('./output.js').OutputElement | null} */ #output = null;
  #left = 0;
  /** @type {import('./note.js').NoteElement | null} */ #note = null;

  get isEmpty() {
    return !this.childElementCount;
  }

  /** Whether a tool call has ended, whose outcome says what happened. */
  hasOutcome = false;

  /** @param {ActivityEvent} event */
  receive(event) {
    switch (event.type) {
      case 'output':
        return this.#print(event.chunks);
      case 'displayed':
        return this.#add('ca-bundle', { bundle: event.bundle });
      case 'tool_called':
        return this.#call(event);
      case 'tool_progress':
        return this.#tell(event.call_id, { progress: event });
      case 'tool_returned':
        return this.#return(event);
      case 'agent_event':
        return this.#receiveAgent(event);
      case 'question_asked':
        return this.#ask(`question ${event.question_id}`, 'ca-question', { question: event });
      case 'question_answered':
        return this.#decide(`question ${event.question_id}`, { answer: event.answer });
      case 'approval_asked':
        return this.#ask(`approval ${event.approval_id}`, 'ca-approval', { card: event.card });
      case 'approval_given':
        return this.#decide(`approval ${event.approval_id}`, { given: event });
    }
  }

  /** A call that the model's reply is, instead of code. @param {ModelCall} call */
  expect({ name, arguments: text }) {
    this.#expected = this.#add('ca-tool-call', { call: { name, arguments: parsed(text) } });
  }

  /** Nothing more comes: show what still waits for a frame. */
  finish() {
    this.#output?.flush();
    for (const row of [...this.#calls.values(), this.#expected]) if (row) row.ended = true;
    for (const agent of this.#agents.values()) agent.end();
  }

  /** @param {import('./events.js').Chunk[]} chunks */
  #print(chunks) {
    if (!this.#output || (this.lastElementChild !== this.#output && !this.#full)) {
      this.#output = document.createElement('ca-output');
      this.append(this.#output);
    }
    this.#output.print(chunks);
  }

  /** @param {ToolCalled} call */
  #call(call) {
    const expected = this.#expected?.call?.name === call.name ? this.#expected : null;
    this.#expected = null;
    if (call.name === ASK) {
      expected?.remove();
      this.#calls.set(call.call_id, Object.assign(document.createElement('ca-tool-call'), { call }));
      return;
    }
    const row = expected ?? this.#add('ca-tool-call', {});
    if (!row) return;
    row.call = call;
    this.#calls.set(call.call_id, row);
  }

  /** @param {ToolReturned} outcome */
  #return(outcome) {
    const row = this.#calls.get(outcome.call_id);
    this.#tell(outcome.call_id, { outcome });
    if (row && !row.isConnected && outcome.error) this.append(row); // it was not asked
    this.hasOutcome = true;
    this.#calls.delete(outcome.call_id);
    this.#agents.get(outcome.call_id)?.end();
    this.#agents.delete(outcome.call_id);
  }

  /** @param {SubAgentEvent} event */
  #receiveAgent({ agent, call_id, event }) {
    let shown = this.#agents.get(call_id);
    const row = this.#calls.get(call_id);
    if (!shown && row) {
      shown = Object.assign(document.createElement('ca-sub-agent'), { name: agent });
      row.after(shown);
      this.#agents.set(call_id, shown);
    }
    shown?.receive(event);
  }

  /** @param {number} id @param {object} changed */
  #tell(id, changed) {
    const row = this.#calls.get(id);
    if (row) Object.assign(row, changed);
  }

  /** @param {string} id @param {'ca-question' | 'ca-approval'} tag @param {object} given */
  #ask(id, tag, given) {
    // Whatever was printed before, the person must be able to answer.
    const item = Object.assign(document.createElement(tag), given);
    this.#asked.set(id, item);
    this.append(item);
  }

  /** @param {string} id @param {object} decision */
  #decide(id, decision) {
    Object.assign(this.#asked.get(id) ?? {}, decision);
    this.#asked.delete(id);
  }

  get #full() {
    return this.childElementCount >= MOST_ITEMS;
  }

  /** @template {keyof HTMLElementTagNameMap} T @param {T} tag @param {object} given @returns {HTMLElementTagNameMap[T] | null} */
  #add(tag, given) {
    if (this.#full) {
      this.#note ??= this.appendChild(document.createElement('ca-note'));
      this.#left += 1;
      const left = this.#left;
      this.#note.words = () => msg(str`${number(left)} more tool calls and items are not shown.`);
      return null;
    }
    const item = Object.assign(document.createElement(tag), given);
    this.append(item);
    return item;
  }
}

/** @param {string} text  JSON, if the model wrote it well @returns {Record<string, unknown>} */
function parsed(text) {
  try {
    const value = JSON.parse(text || '{}');
    if (value && typeof value === 'object') return value;
  } catch {}
  return { arguments: text };
}
