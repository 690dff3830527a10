import { shownName, sizeInWords } from '../file_names.js';
import { heard } from '../heard_words.js';
import { css, html, LitElement } from '../vendor/lit.js';
import { msg } from '../vendor/localize.js';
import { iconStyles, icons } from './icons.js';
import { shared } from './shared_styles.js';

/** @typedef {import('./events.js').Upload} Upload */

/** Files on their way to the next task. Those that could not be added stay until they are dismissed. */
export class AttachmentsElement extends LitElement {
  /** @override */
  static properties = { uploads: {} };

  /** @override */
  static styles = [
    shared,
    iconStyles,
    css`
      ul { display: flex; flex-wrap: wrap; gap: var(--ca-space-2); margin: 0 0 var(--ca-space-2); padding: 0; list-style: none; }
      li { display: flex; align-items: center; gap: var(--ca-space-2); max-inline-size: 100%; padding: var(--ca-space-1) var(--ca-space-3); border: 1px solid var(--ca-color-line); border-radius: var(--ca-radius-1); background: var(--ca-color-surface); font-size: var(--ca-size-2); }
      bdi { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      .state { flex: none; color: var(--ca-color-muted); }
      .failed { border-color: transparent; background: var(--ca-color-danger-soft); color: var(--ca-color-danger); }
      .failed .state { flex: 0 1 auto; color: inherit; }
      button { flex: none; display: grid; padding: var(--ca-space-1); border: 0; background: none; color: inherit; }
      svg { inline-size: 0.875rem; block-size: 0.875rem; }
    `,
  ];

  constructor() {
    super();
    /** @type {Upload[]} */
    this.uploads = [];
  }

  /** @override */
  render() {
    if (!this.uploads.length) return '';
    return html`<ul aria-label=${msg('Files for this task')} aria-live="polite">${this.uploads.map((each) => this.#row(each))}</ul>`;
  }

  /** @param {Upload} upload */
  #row(upload) {
    const { name, size, state, message } = upload;
    const words = { adding: msg('Adding…'), added: sizeInWords(size), failed: heard(message) }[state];
    const dismiss = () => {
      this.dispatchEvent(new CustomEvent('ca-dismiss', { detail: upload }));
    };
    const button = html`<button type="button" aria-label=${msg('Dismiss')} @click=${dismiss}>${icons.close}</button>`;
    return html`<li class=${state}><bdi>${shownName(name)}</bdi><span class="state">${words}</span>${state === 'failed' ? button : ''}</li>`;
  }
}
