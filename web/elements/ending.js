import { heard } from '../heard_words.js';
import { css, html, LitElement } from '../vendor/lit.js';
import { msg, str } from '../vendor/localize.js';
import { steps } from './counts.js';
import { duration } from './duration.js';
import { ExportEvent, SendEvent } from './events.js';
import { disclosure, quietButton, shared } from './shared_styles.js';
import { spentInWords } from './usage_words.js';

/** @typedef {import('./events.js').Cap} Cap */
/** @typedef {import('./events.js').ExportForm} ExportForm */
/** @typedef {import('./events.js').RunFinished} RunFinished */

/** What ran out. @param {Cap | null} cap */
const ranOut = (cap) =>
  ({
    steps: msg('The steps ran out'),
    tokens: msg('The tokens for this run were used up'),
    seconds: msg('The time for this run was over'),
    money: msg('The money for this run was spent'),
  })[cap ?? 'steps'];

/** @returns {{form: ExportForm, label: string, words: string}[]} */
const forms = () => [
  { form: 'json', label: 'JSON', words: msg('the whole trace') },
  { form: 'ipynb', label: 'Notebook', words: msg('opens in Jupyter') },
  { form: 'py', label: 'Python', words: msg('the code alone') },
  { form: 'md', label: 'Markdown', words: msg('to be read') },
];

/**
 * How a run ended: the answer, or why there is none and what to do.
 * @fires ca-send - the person asks for the same task again
 * @fires ca-export - the person wants the run as a file
 */
export class EndingElement extends LitElement {
  /** @override */
  static properties = { task: {}, ending: {}, nested: { type: Boolean }, saving: { type: Boolean } };

  /** @override */
  static styles = [
    shared,
    quietButton,
    disclosure,
    css`
      .trouble { display: flex; flex-wrap: wrap; align-items: center; gap: var(--ca-space-2) var(--ca-space-4); padding: var(--ca-space-3) var(--ca-space-4); border: 1px solid var(--ca-color-line); border-radius: var(--ca-radius-2); background: var(--ca-color-surface); }
      .failed { border-color: transparent; background: var(--ca-color-danger-soft); }
      .trouble div { flex: 1 1 20rem; overflow-wrap: anywhere; }
      h3 { margin: 0; font-size: var(--ca-size-3); font-weight: 600; }
      .trouble p { margin: 0; white-space: pre-line; }
      .quiet { background: var(--ca-color-surface); }
      .below { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0 var(--ca-space-4); margin: var(--ca-space-2) var(--ca-space-4) 0; color: var(--ca-color-muted); font-size: var(--ca-size-2); }
      .facts { flex: 1 1 14rem; margin: 0; text-wrap: pretty; }
      .save { position: relative; }
      .save ul { position: absolute; inset-block-end: calc(100% + var(--ca-space-1)); inset-inline-end: 0; z-index: 1; display: grid; min-inline-size: 15rem; margin: 0; padding: var(--ca-space-1); list-style: none; border: 1px solid var(--ca-color-line-strong); border-radius: var(--ca-radius-2); background: var(--ca-color-surface); box-shadow: var(--ca-shadow); }
      .save li button { display: flex; justify-content: space-between; gap: var(--ca-space-4); inline-size: 100%; padding: var(--ca-space-2) var(--ca-space-3); border: 0; border-radius: var(--ca-radius-1); background: none; color: var(--ca-color-text); text-align: start; }
      .save li button:hover { background: var(--ca-color-hover); }
      .save li span { color: var(--ca-color-muted); }
      @media (max-width: 30rem) { .save ul { inset-inline: 0 auto; } }
    `,
  ];

  constructor() {
    super();
    this.task = '';
    /** @type {RunFinished | null} */
    this.ending = null;
    /** Whether it is of a sub-agent. */
    this.nested = false;
    /** Whether the run can be saved as a file. */
    this.saving = false;
  }

  /** @override */
  render() {
    if (!this.ending) return '';
    const { answer, status, steps: count, cap, usage, cost, duration_ms: ms } = this.ending;
    const forced = status === 'forced' ? `${msg(str`${ranOut(cap)}, so the model answered with what it had.`)} ` : '';
    const facts = [steps(count), ms ? duration(ms) : '', spentInWords(usage, cost)].filter(Boolean).join(' · ');
    return html`${answer ? html`<ca-answer .answer=${answer}></ca-answer>` : this.#trouble(this.ending)}
      ${count && !this.nested ? html`<div class="below"><p class="facts">${forced}${facts}</p>${this.saving ? this.#save() : ''}</div>` : ''}`;
  }

  #save() {
    const item = (/** @type {ReturnType<typeof forms>[number]} */ { form, label, words }) =>
      html`<li><button type="button" @click=${() => this.dispatchEvent(new ExportEvent(form))}>${label} <span>${words}</span></button></li>`;
    return html`<details class="save" @click=${this.#chosen} @keydown=${this.#escape} @focusout=${this.#left}>
      <summary>${msg('Save run as…')}</summary><ul>${forms().map(item)}</ul></details>`;
  }

  /** @param {Event} event */
  #chosen(event) {
    if (/** @type {Element} */ (event.target).closest('li')) this.#fold(true);
  }

  /** @param {KeyboardEvent} event */
  #escape(event) {
    if (event.key === 'Escape') this.#fold(true);
  }

  /** @param {FocusEvent} event */
  #left(event) {
    const menu = /** @type {Element} */ (event.currentTarget);
    if (!menu.contains(/** @type {Node | null} */ (event.relatedTarget))) this.#fold(false);
  }

  /** @param {boolean} refocus */
  #fold(refocus) {
    const menu = this.renderRoot.querySelector('details');
    if (!menu?.open) return;
    menu.open = false;
    if (refocus) menu.querySelector('summary')?.focus();
  }

  /** @param {RunFinished} ending */
  #trouble({ status, error, cap }) {
    // A run is ended by a reload before it can say so: these words are ours.
    const said =
      error?.kind === 'reloaded' ? msg('The page was reloaded during this run.') : error && heard(error.message);
    const again = () => this.dispatchEvent(new SendEvent(this.task));
    const [title, words] = {
      stopped: [msg('Stopped'), said ?? msg('The conversation so far is kept.')],
      stuck: [msg('Stuck'), said ?? msg('The run went in circles, and was ended.')],
      failed: [msg('This did not work'), said ?? msg('Something failed without saying why. Try again.')],
    }[/** @type {string} */ (status)] ?? [
      msg('No answer'),
      said ?? msg(str`${ranOut(cap)}. Try again, or ask for less at once.`),
    ];
    return html`<div class="trouble ${status}">
      <div><h3>${title}</h3><p>${words}</p></div>
      ${this.nested ? '' : html`<button class="quiet" type="button" @click=${again}>${msg('Try again')}</button>`}
    </div>`;
  }
}
