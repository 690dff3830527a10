import { css, html, LitElement } from '../vendor/lit.js';
import { msg } from '../vendor/localize.js';
import { SendEvent } from './events.js';
import { shared } from './shared_styles.js';

/** @typedef {import('./events.js').Task} Task */

/**
 * Tasks to try, one click each.
 * @fires ca-send - with the task's text
 * @csspart list
 */
export class ExamplesElement extends LitElement {
  /** @override */
  static properties = { tasks: {} };

  /** @override */
  static styles = [
    shared,
    css`
      ul { display: flex; flex-wrap: wrap; justify-content: center; gap: var(--ca-space-2); margin: 0; padding: 0; list-style: none; }
      button { padding: var(--ca-space-1) var(--ca-space-3); border: 1px solid var(--ca-color-line); border-radius: var(--ca-radius-3); background: var(--ca-color-surface); font-size: var(--ca-size-2); text-align: start; }
      button:hover { border-color: var(--ca-color-line-strong); background: var(--ca-color-hover); }
      @media (pointer: coarse) { button { padding-block: var(--ca-space-2); } }
      button:focus-visible { border-radius: var(--ca-radius-3); }
    `,
  ];

  constructor() {
    super();
    /** @type {Task[]} */
    this.tasks = [];
  }

  /** @override */
  render() {
    if (!this.tasks.length) return '';
    const chip = (/** @type {Task} */ { title, task }) =>
      html`<li><button type="button" title=${task} @click=${() => this.dispatchEvent(new SendEvent(task))}>${title}</button></li>`;
    return html`<ul part="list" aria-label=${msg('Examples')}>${this.tasks.map(chip)}</ul>`;
  }
}
