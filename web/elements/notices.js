import { css, html, LitElement } from '../vendor/lit.js';
import { msg } from '../vendor/localize.js';
import { iconStyles, icons } from './icons.js';
import { quietButton, shared } from './shared_styles.js';

/** @typedef {import('./events.js').Notice} Notice */

/** What the person should know of the page itself: each thing once, until it is dismissed. */
export class NoticesElement extends LitElement {
  /** @override */
  static properties = { notices: { state: true } };

  /** @override */
  static styles = [
    shared,
    quietButton,
    iconStyles,
    css`
      div { display: flex; flex-wrap: wrap; align-items: center; gap: var(--ca-space-2) var(--ca-space-3); margin-block-start: var(--ca-space-3); padding: var(--ca-space-2) var(--ca-space-2) var(--ca-space-2) var(--ca-space-4); border-radius: var(--ca-radius-2); background: var(--ca-color-warning-soft); color: var(--ca-color-warning); font-size: var(--ca-size-2); }
      .info { background: var(--ca-color-accent-soft); color: var(--ca-color-accent); }
      p { flex: 1 1 16rem; margin: 0; text-wrap: pretty; overflow-wrap: anywhere; }
      .quiet { border-color: currentColor; background: none; }
      .dismiss { display: grid; place-items: center; inline-size: 2rem; block-size: 2rem; padding: 0; border: 0; background: none; }
    `,
  ];

  constructor() {
    super();
    /** @type {Notice[]} */
    this.notices = [];
  }

  /** @type {Set<string>} */ #dismissed = new Set();

  /** @param {Notice} notice  takes the place of the one with the same key */
  show(notice) {
    if (this.#dismissed.has(notice.key)) return;
    const known = this.notices.some(({ key }) => key === notice.key);
    this.notices = known
      ? this.notices.map((each) => (each.key === notice.key ? notice : each))
      : [...this.notices, notice];
  }

  /** It is no longer so; it may be told again. @param {string} key */
  hide(key) {
    this.#dismissed.delete(key);
    this.notices = this.notices.filter((each) => each.key !== key);
  }

  /** @override */
  render() {
    return html`<section aria-label=${msg('Notices')} role="status">${this.notices.map((each) => this.#row(each))}</section>`;
  }

  /** @param {Notice} notice */
  #row({ key, words, tone, action }) {
    const dismiss = () => {
      this.hide(key);
      this.#dismissed.add(key);
    };
    const act = () => {
      this.hide(key);
      action?.act();
    };
    return html`<div class=${tone}><p>${words()}</p>
      ${action ? html`<button class="quiet" type="button" @click=${act}>${action.label()}</button>` : ''}
      <button class="dismiss" type="button" aria-label=${msg('Dismiss')} @click=${dismiss}>${icons.close}</button>
    </div>`;
  }
}
