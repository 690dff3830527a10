/** @typedef {import('./events.js').StepEvent} StepEvent */
/** @typedef {import('./events.js').Chunk} Chunk */
/** @typedef {import('./events.js').MimeBundle} MimeBundle */
/** @typedef {import('./events.js').ToolCalled} ToolCalled */
/** @typedef {import('./events.js').ToolReturned} ToolReturned */

const MOST_ITEMS = 300;

/** What the code of one step did, in order: printed, called, showed. It only ever grows, to a limit. */
export class ActivityElement extends HTMLElement {
  /** @type {Map<number, import('./tool_call.js').ToolCallElement>} */ #calls = new Map();
  /** @type {import('./output.js').OutputElement | null} */ #output = null;
  #left = 0;
  /** @type {HTMLElement | null} */ #note = null;

  /** @param {Chunk[]} chunks */
  print(chunks) {
    if (this.#output && (this.lastElementChild === this.#output || this.#full)) {
      this.#output.print(chunks);
      return;
    }
    this.#output = document.createElement('ca-output');
    this.#output.print(chunks);
    this.append(this.#output);
  }

  /** @param {MimeBundle} bundle */
  show(bundle) {
    if (this.#refuse()) return;
    const item = document.createElement('ca-bundle');
    item.bundle = bundle;
    this.append(item);
  }

  /** @param {ToolCalled} call */
  call(call) {
    if (this.#refuse()) return;
    const row = document.createElement('ca-tool-call');
    row.call = call;
    this.#calls.set(call.call_id, row);
    this.append(row);
  }

  /** @param {ToolReturned} outcome */
  return(outcome) {
    const row = this.#calls.get(outcome.call_id);
    if (row) row.outcome = outcome;
    this.#calls.delete(outcome.call_id);
  }

  /** Nothing more comes: show what still waits for a frame. */
  finish() {
    this.#output?.flush();
  }

  get #full() {
    return this.childElementCount >= MOST_ITEMS;
  }

  #refuse() {
    if (!this.#full) return false;
    this.#note ??= this.appendChild(Object.assign(document.createElement('p'), { className: 'note' }));
    this.#left += 1;
    this.#note.textContent = `${this.#left.toLocaleString('en')} more tool calls and items are not shown.`;
    return true;
  }
}
