import { language } from '../languages.js';
import { css, html, LitElement } from '../vendor/lit.js';
import { msg, str } from '../vendor/localize.js';
import { ConversationEvent } from './events.js';
import { iconStyles, icons } from './icons.js';
import { quietButton, shared } from './shared_styles.js';

/** @typedef {import('../store/records.js').Conversation} Conversation */
/** @typedef {import('./events.js').ConversationAct} ConversationAct */

const UNITS = /** @type {const} */ ([
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]);

/** `3 minutes ago`; older than a month, the date. @param {number} time @param {number} now */
function ago(time, now) {
  const past = now - time;
  if (past > 30 * 86_400_000) return new Date(time).toLocaleDateString(language(), { dateStyle: 'medium' });
  const unit = UNITS.find(([, ms]) => past >= ms);
  if (!unit) return msg('just now');
  const format = new Intl.RelativeTimeFormat(language(), { numeric: 'auto' });
  return format.format(-Math.floor(past / unit[1]), unit[0]);
}

/**
 * The conversations of this browser, in a dialog: open, duplicate, delete.
 * @fires ca-conversation - with `act` and `id`
 */
export class ConversationsElement extends LitElement {
  /** @override */
  static properties = { conversations: {}, current: {}, kept: { type: Boolean }, deleting: { state: true } };

  /** @override */
  static styles = [
    shared,
    quietButton,
    iconStyles,
    css`
      ul { display: grid; grid-template-columns: minmax(0, 1fr); margin: var(--ca-space-2) calc(-1 * var(--ca-space-2)) 0; padding: 0; list-style: none; }
      li { display: flex; align-items: center; gap: var(--ca-space-1); border-radius: var(--ca-radius-1); }
      li:hover, li:focus-within { background: var(--ca-color-hover); }
      li + li { border-block-start: 1px solid var(--ca-color-line); border-start-start-radius: 0; border-start-end-radius: 0; }
      .open { flex: 1; min-inline-size: 0; padding: var(--ca-space-2); border: 0; background: none; text-align: start; }
      .title { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: var(--ca-size-3); }
      [aria-current='true'] .title { font-weight: 600; }
      .when { color: var(--ca-color-muted); font-size: var(--ca-size-1); }
      .icon { flex: none; display: grid; place-items: center; inline-size: 2.25rem; block-size: 2.25rem; padding: 0; border: 0; border-radius: var(--ca-radius-1); background: none; color: var(--ca-color-muted); }
      .icon:hover { background: var(--ca-color-line); color: var(--ca-color-text); }
      .question { flex: 1; min-inline-size: 0; padding: var(--ca-space-2); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: var(--ca-size-2); }
      .quiet { display: inline-flex; align-items: center; gap: var(--ca-space-1); }
      .danger { border-color: var(--ca-color-danger); color: var(--ca-color-danger); }
      .where { margin: var(--ca-space-4) 0 0; color: var(--ca-color-muted); font-size: var(--ca-size-2); text-wrap: pretty; }
    `,
  ];

  constructor() {
    super();
    /** @type {Conversation[]} */
    this.conversations = [];
    this.current = '';
    this.kept = true;
    /** The one that would be deleted. */
    this.deleting = '';
  }

  async show() {
    await this.updateComplete;
    await this.#dialog.show();
  }

  get #dialog() {
    return /** @type {import('./dialog.js').DialogElement} */ (this.renderRoot.querySelector('ca-dialog'));
  }

  /** @override */
  render() {
    const now = Date.now();
    const where = this.kept
      ? msg('Kept in this browser and nowhere else. Clearing the site’s data deletes them.')
      : msg('The browser allows this page no storage: these last until the page is closed or reloaded.');
    return html`<ca-dialog label=${msg('Conversations')} @ca-closed=${this.#forget}>
      <button class="quiet" type="button" @click=${() => this.#ask('new', '')}>${icons.plus}${msg('New conversation')}</button>
      ${this.conversations.length ? html`<ul>${this.conversations.map((each) => this.#row(each, now))}</ul>` : ''}
      <p class="where">${this.conversations.length ? where : msg('There are none yet. Your first task begins one.')}</p>
    </ca-dialog>`;
  }

  /** @param {Conversation} conversation @param {number} now */
  #row({ id, title, updated }, now) {
    if (id === this.deleting) return this.#confirm(id, title);
    const isCurrent = id === this.current;
    return html`<li>
      <button class="open" type="button" aria-current=${isCurrent ? 'true' : 'false'} @click=${() => this.#ask('open', id)}>
        <span class="title">${title}</span><span class="when">${isCurrent ? msg(str`This one, ${ago(updated, now)}`) : ago(updated, now)}</span>
      </button>
      <button class="icon" type="button" title=${msg('Duplicate')} aria-label=${msg(str`Duplicate ${title}`)} @click=${() => this.#ask('duplicate', id)}>${icons.copy}</button>
      <button class="icon" type="button" title=${msg('Delete')} aria-label=${msg(str`Delete ${title}`)} @click=${() => this.#aim(id)}>${icons.trash}</button>
    </li>`;
  }

  /** @param {string} id @param {string} title */
  #confirm(id, title) {
    return html`<li>
      <span class="question">${msg(str`Delete “${title}” for good?`)}</span>
      <button class="quiet keep" type="button" @click=${this.#forget}>${msg('Keep')}</button>
      <button class="quiet danger" type="button" @click=${() => this.#ask('delete', id)}>${msg('Delete')}</button>
    </li>`;
  }

  /** @param {string} id */
  async #aim(id) {
    this.deleting = id;
    await this.updateComplete;
    this.#focus('.keep');
  }

  async #forget() {
    if (!this.deleting) return;
    this.deleting = '';
    await this.updateComplete;
    this.#focus('.quiet');
  }

  /** @param {ConversationAct} act @param {string} id */
  #ask(act, id) {
    this.deleting = '';
    if (act !== 'delete') this.#dialog.close();
    else this.#focus('.quiet');
    this.dispatchEvent(new ConversationEvent(act, id));
  }

  /** @param {string} selector */
  #focus(selector) {
    /** @type {HTMLElement | null} */ (this.renderRoot.querySelector(selector))?.focus();
  }
}
