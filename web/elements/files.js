import { shownName, sizeInWords } from '../file_names.js';
import { css, html, LitElement } from '../vendor/lit.js';
import { msg, str } from '../vendor/localize.js';
import { DeleteFileEvent, DownloadEvent } from './events.js';
import { iconStyles, icons } from './icons.js';
import { quietButton, shared } from './shared_styles.js';

/** @typedef {import('../sandbox/protocol.js').FileInfo} FileInfo */

/** Words between backquotes as code. @param {string} words */
const withCode = (words) => words.split('`').map((part, index) => (index % 2 ? html`<code>${part}</code>` : part));

/**
 * The files of the conversation, in a dialog.
 * @fires ca-add-files - the person wants to choose some
 * @fires ca-download - with the `path` of one
 * @fires ca-delete-file - with the `path` of one that the person has added
 */
export class FilesElement extends LitElement {
  /** @override */
  static properties = { files: {}, room: {} };

  /** @override */
  static styles = [
    shared,
    quietButton,
    iconStyles,
    css`
      h3 { margin: var(--ca-space-4) 0 0; font-size: var(--ca-size-2); font-weight: 600; }
      p { margin: var(--ca-space-1) 0 0; color: var(--ca-color-muted); font-size: var(--ca-size-2); text-wrap: pretty; }
      .room { margin-block-start: var(--ca-space-4); }
      code { font: 0.95em var(--ca-font-code); }
      .add { display: inline-flex; align-items: center; gap: var(--ca-space-1); }
    `,
  ];

  constructor() {
    super();
    /** @type {FileInfo[]} */
    this.files = [];
    /** How much fits, in words. */
    this.room = () => '';
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
    const below = (/** @type {string} */ folder) => this.files.filter(({ path }) => path.startsWith(folder));
    const add = () => this.dispatchEvent(new Event('ca-add-files', { bubbles: true, composed: true }));
    return html`<ca-dialog label=${msg('Files')}>
      <button class="quiet add" type="button" @click=${add}>${icons.plus}${msg('Add files')}</button>
      <h3>${msg('Added by you')}</h3>
      ${this.#list(below('/data/'), true, withCode(msg('Nothing yet. Python finds what you add in `/data`, where it can read but not change it.')))}
      <h3>${msg('Written by Python')}</h3>
      ${this.#list(below('/output/'), false, withCode(msg('Nothing yet. What the code writes to `/output` can be downloaded here.')))}
      <p class="room">${this.room()}</p>
    </ca-dialog>`;
  }

  /** @param {FileInfo[]} files @param {boolean} deletable @param {unknown} otherwise */
  #list(files, deletable, otherwise) {
    if (!files.length) return html`<p>${otherwise}</p>`;
    return html`<ca-file-list .files=${files} .deletable=${deletable} @ca-delete-file=${this.#keepFocus}></ca-file-list>`;
  }

  /** The button that had it goes with its file. */
  #keepFocus() {
    /** @type {HTMLElement | null} */ (this.renderRoot.querySelector('.add'))?.focus();
  }
}

/**
 * Files by name and size, each to be downloaded. Names are hostile text: shown as text, and nothing else.
 * @fires ca-download - with the `path` of one
 * @fires ca-delete-file - with the `path` of one, where they are `deletable`
 */
export class FileListElement extends LitElement {
  /** @override */
  static properties = { files: {}, deletable: { type: Boolean } };

  /** @override */
  static styles = [
    shared,
    iconStyles,
    css`
      ul { display: flex; flex-wrap: wrap; gap: var(--ca-space-2); margin: var(--ca-space-2) 0 0; padding: 0; list-style: none; }
      li { display: flex; max-inline-size: 100%; min-inline-size: 0; }
      button { display: flex; align-items: center; gap: var(--ca-space-2); min-inline-size: 0; max-inline-size: 100%; padding: var(--ca-space-1) var(--ca-space-3) var(--ca-space-1) var(--ca-space-2); border: 1px solid var(--ca-color-line-strong); border-radius: var(--ca-radius-1); background: var(--ca-color-surface); font-size: var(--ca-size-2); }
      button:hover { background: var(--ca-color-hover); }
      .delete { flex: none; padding-inline: var(--ca-space-2); border-color: transparent; background: none; }
      svg { color: var(--ca-color-accent); }
      .delete svg { color: var(--ca-color-muted); }
      bdi { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      .size { flex: none; color: var(--ca-color-muted); }
      @media (pointer: coarse) { button { padding-block: var(--ca-space-2); } }
    `,
  ];

  constructor() {
    super();
    /** @type {FileInfo[]} */
    this.files = [];
    this.deletable = false;
  }

  /** @override */
  render() {
    return html`<ul>${this.files.map((each) => this.#row(each))}</ul>`;
  }

  /** @param {FileInfo} file */
  #row({ path, size }) {
    const name = shownName(path.split('/').slice(2).join('/'));
    const download = () => this.dispatchEvent(new DownloadEvent(path));
    const remove = () => this.dispatchEvent(new DeleteFileEvent(path));
    return html`<li>
      <button type="button" @click=${download}>
        ${icons.download}<span class="visually-hidden">${msg('Download')} </span><bdi>${name}</bdi><span class="size">${sizeInWords(size)}</span>
      </button>
      ${this.deletable ? html`<button class="delete" type="button" title=${msg('Delete')} aria-label=${msg(str`Delete ${name}`)} @click=${remove}>${icons.trash}</button>` : ''}
    </li>`;
  }
}
