import { shownName } from '../file_names.js';
import { heard } from '../heard_words.js';
import { css, html, LitElement } from '../vendor/lit.js';
import { msg, str } from '../vendor/localize.js';
import { Asking } from './asking.js';
import { AsksEvent } from './events.js';
import { keywords } from './literal.js';
import { fieldStyles, quietButton, shared, waitingStyles } from './shared_styles.js';

/** @typedef {import('./events.js').ApprovalGiven} ApprovalGiven */
/** @typedef {import('./events.js').Card} Card */
/** @typedef {import('./events.js').CodeCard} CodeCard */
/** @typedef {import('./events.js').Decision} Decision */
/** @typedef {import('./events.js').ToolCard} ToolCard */

const ACTIONS = {
  read: { name: 'reads', words: () => msg('reads') },
  write: { name: 'writes', words: () => msg('writes') },
  delete: { name: 'deletes', words: () => msg('deletes') },
};
/** @type {{remember: Decision['remember'], label: () => string}[]} */
const ALLOWED = [
  { remember: 'call', label: () => msg('Allow once') },
  { remember: 'run', label: () => msg('Allow for this run') },
  { remember: 'always', label: () => msg('Always allow') },
];

/** What was decided, and whether a reason follows. @type {Record<Decision['decision'], (what: string, hasReason: boolean) => string>} */
const SAID_BY_PERSON = {
  approve: (what) => msg(str`You allowed ${what}.`),
  edit: () => msg('You edited the code. This is what ran:'),
  deny: (what, hasReason) => (hasReason ? msg(str`You denied ${what}:`) : msg(str`You denied ${what}.`)),
};
/** @type {typeof SAID_BY_PERSON} */
const SAID_BY_PAGE = {
  approve: (what) => msg(str`The page allowed ${what}.`),
  edit: () => msg('The page edited the code. This is what ran:'),
  deny: (what, hasReason) => (hasReason ? msg(str`The page denied ${what}:`) : msg(str`The page denied ${what}.`)),
};

/**
 * What waits for the person's leave, code or a tool call, and then what they decided. The code itself stands above it
 * in its step.
 * @fires ca-asks - when it is shown
 */
export class ApprovalElement extends LitElement {
  /** @override */
  static properties = { card: {}, given: {}, isAsking: { state: true }, asksPage: {}, edited: { state: true } };

  /** @override */
  static styles = [
    shared,
    quietButton,
    fieldStyles,
    waitingStyles,
    css`
      section { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--ca-space-3); padding: var(--ca-space-3) var(--ca-space-4); border: 1px solid var(--ca-color-line); border-radius: var(--ca-radius-2); }
      .open { border-color: var(--ca-color-warning); background: var(--ca-color-warning-soft); }
      h4 { justify-self: start; margin: 0; font-size: var(--ca-size-3); font-weight: 600; }
      p { margin: 0; overflow-wrap: anywhere; text-wrap: pretty; }
      ul { margin: 0; padding-inline-start: 1.2em; }
      dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: var(--ca-space-1) var(--ca-space-3); margin: 0; font-size: var(--ca-size-2); }
      dt { color: var(--ca-color-muted); }
      dd { margin: 0; overflow-wrap: anywhere; }
      code { font: var(--ca-size-2) / 1.5 var(--ca-font-code); }
      .new { padding: 0 var(--ca-space-1); border-radius: var(--ca-radius-1); background: var(--ca-color-warning); color: var(--ca-color-surface); font-size: var(--ca-size-1); font-weight: 600; }
      .deletes { color: var(--ca-color-danger); font-weight: 600; }
      .actions { display: flex; flex-wrap: wrap; gap: var(--ca-space-2); }
      .said { font-size: var(--ca-size-2); }
      .label { color: var(--ca-color-muted); font-size: var(--ca-size-2); }
      ca-code, ca-code-editor { border: 1px solid var(--ca-color-line); border-radius: var(--ca-radius-1); overflow: hidden; }
    `,
  ];

  /** @type {Asking<Decision>} */ #asking = new Asking(this);

  constructor() {
    super();
    /** @type {Card | null} */
    this.card = null;
    /** What was decided. @type {Pick<ApprovalGiven, 'decision' | 'reason' | 'code'> | null} */
    this.given = null;
    this.isAsking = false;
    /** Whether it is, or was, the page around the widget that decides. */
    this.asksPage = false;
    /** The code as the person has it in the editor, if they opened it. @type {string | null} */
    this.edited = null;
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    this.dispatchEvent(new AsksEvent(this));
  }

  /** What whoever waits for the decision asks. */
  get asked() {
    return this.card;
  }

  /** Whether it could still be decided. */
  get isOpen() {
    return this.isConnected && !this.given;
  }

  /** Let the person decide. Rejects when the signal aborts. @param {AbortSignal} signal @returns {Promise<Decision>} */
  ask(signal) {
    return this.#asking.ask(signal);
  }

  /** The heading, so that a screen reader begins there, and Enter does nothing by accident. @override */
  focus() {
    this.renderRoot.querySelector('h4')?.focus();
  }

  /** @override */
  render() {
    if (!this.card) return '';
    return this.isAsking ? this.#open(this.card) : this.#decided(this.card);
  }

  /** @param {Card} card */
  #open(card) {
    return html`<section class="open" aria-labelledby="title">
      <h4 id="title" tabindex="-1">${card.kind === 'code' ? msg('May this code run?') : msg(str`May the code call ${card.name}?`)}</h4>
      ${card.kind === 'code' ? this.#facts(card) : html`<p><code>${card.name}(${keywords(card.arguments)})</code></p>`}
      ${this.edited === null ? '' : this.#editor(this.edited)}
      <div class="actions">${card.kind === 'code' ? this.#codeButtons(card) : this.#toolButtons()}</div>
      <form class="field" @submit=${this.#deny}>
        <label class="label" for="reason">${msg('Or say no, and why (the model reads it)')}</label>
        <input id="reason" name="reason" type="text" autocomplete="off" placeholder=${msg('Reason, if you like')}>
        <button class="quiet danger" type="submit">${msg('Deny')}</button>
      </form>
    </section>`;
  }

  /** @param {CodeCard} card */
  #facts({ reasons = [], imports = [], new_imports: fresh = [], files = [], tools = [], findings = [] }) {
    const name = (/** @type {string} */ each) =>
      html`<code>${each}</code>${fresh.includes(each) ? html` <span class="new">${msg('new')}</span>` : ''} `;
    const file = (/** @type {import('./events.js').TouchedFile} */ { path, action }) =>
      html`<div><span class=${ACTIONS[action].name}>${ACTIONS[action].words()}</span> <code><bdi>${shownName(path)}</bdi></code></div>`;
    return html`
      ${reasons.length ? html`<ul aria-label=${msg('Why you are asked')}>${reasons.map((each) => html`<li>${heard(each)}</li>`)}</ul>` : ''}
      <dl>
        ${imports.length ? html`<dt>${msg('Imports')}</dt><dd>${imports.map(name)}</dd>` : ''}
        ${files.length ? html`<dt>${msg('Files')}</dt><dd>${files.map(file)}</dd>` : ''}
        ${tools.length ? html`<dt>${msg('Tools')}</dt><dd>${tools.map(name)}</dd>` : ''}
      </dl>
      ${findings.length ? html`<ca-findings .findings=${findings} open></ca-findings>` : ''}`;
  }

  /** @param {CodeCard} card */
  #codeButtons({ code }) {
    const edit = async () => {
      this.edited = code;
      await this.updateComplete;
      this.renderRoot.querySelector('ca-code-editor')?.focus();
    };
    const back = () => {
      this.edited = null;
      this.focus();
    };
    const isEdited = this.edited !== null;
    return html`<button class="quiet primary" type="button" @click=${this.#approve}>${isEdited ? msg('Approve the edited code') : msg('Approve')}</button>
      <button class="quiet" type="button" @click=${isEdited ? back : edit}>${isEdited ? msg('Discard edits') : msg('Edit')}</button>`;
  }

  #toolButtons() {
    return ALLOWED.map(({ remember, label }, index) => {
      const allow = () => this.#decide({ decision: 'approve', remember });
      return html`<button class="quiet ${index ? '' : 'primary'}" type="button" @click=${allow}>${label()}</button>`;
    });
  }

  /** @param {string} code */
  #editor(code) {
    return html`<ca-code-editor .code=${code} @ca-edited=${(/** @type {CustomEvent<string>} */ { detail }) => {
      this.edited = detail;
    }}></ca-code-editor>`;
  }

  /** @param {Card} card */
  #decided(card) {
    const what = card.kind === 'code' ? msg('this code') : msg(str`the call of ${card.name}`);
    if (!this.given && this.asksPage)
      return html`<section class="open"><p class="said waits">${msg(str`Waiting for the page’s decision on ${what}…`)}</p></section>`;
    if (!this.given) return html`<section><p class="said">${msg(str`No decision on ${what}.`)}</p></section>`;
    const { decision, reason, code } = this.given;
    const said = (this.asksPage ? SAID_BY_PAGE : SAID_BY_PERSON)[decision](what, Boolean(reason));
    const editor = this.asksPage ? msg('Edited by the page') : msg('Edited by you');
    return html`<section><p class="said">${said}${reason ? html` <q>${reason}</q>` : ''}</p>
      ${decision === 'edit' && code ? html`<div><p class="label">${editor}</p><ca-code .code=${code}></ca-code></div>` : ''}</section>`;
  }

  #approve() {
    const original = this.card?.kind === 'code' ? this.card.code : '';
    const isChanged = this.edited !== null && this.edited !== original;
    this.#decide(isChanged ? { decision: 'edit', code: this.edited ?? '' } : { decision: 'approve' });
  }

  /** @param {SubmitEvent} event */
  #deny(event) {
    event.preventDefault();
    const given = new FormData(/** @type {HTMLFormElement} */ (event.target)).get('reason');
    this.#decide({ decision: 'deny', reason: String(given ?? '').trim() });
  }

  /** @param {Decision} decision */
  #decide(decision) {
    this.given = { decision: decision.decision, reason: decision.reason ?? '', code: decision.code ?? null };
    this.#asking.settle(decision);
  }
}
