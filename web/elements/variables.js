import { css, html, LitElement } from '../vendor/lit.js';
import { msg } from '../vendor/localize.js';
import { variables } from './counts.js';
import { disclosure, shared } from './shared_styles.js';

/** @typedef {import('../sandbox/protocol.js').Variable} Variable */

/** The live variables after a step, folded. */
export class VariablesElement extends LitElement {
  /** @override */
  static properties = { variables: {} };

  /** @override */
  static styles = [
    shared,
    disclosure,
    css`
      .scroll { overflow-x: auto; margin-block-start: var(--ca-space-2); }
      table { inline-size: 100%; border-collapse: collapse; font-size: var(--ca-size-2); }
      th { color: var(--ca-color-muted); font-weight: 500; }
      th, td { padding: var(--ca-space-1) var(--ca-space-3) var(--ca-space-1) 0; border-block-start: 1px solid var(--ca-color-line); text-align: start; vertical-align: top; white-space: nowrap; }
      thead th { border: 0; }
      td { font-family: var(--ca-font-code); }
      td:nth-child(2) { color: var(--ca-color-muted); }
      td:last-child { inline-size: 99%; min-inline-size: 10rem; padding-inline-end: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
    `,
  ];

  constructor() {
    super();
    /** @type {Variable[]} */
    this.variables = [];
  }

  /** @override */
  render() {
    const row = (/** @type {Variable} */ { name, type, repr }) =>
      html`<tr><td>${name}</td><td>${type}</td><td>${repr}</td></tr>`;
    return html`<details @toggle=${this.#reflect}>
      <summary>${variables(this.variables.length)}</summary>
      <div class="scroll"><table>
        <thead><tr><th scope="col">${msg('Name')}</th><th scope="col">${msg('Type')}</th><th scope="col">${msg('Value')}</th></tr></thead>
        <tbody>${this.variables.map(row)}</tbody>
      </table></div>
    </details>`;
  }

  /** Lets the step give an opened part the whole width. @param {Event} event */
  #reflect(event) {
    this.toggleAttribute('open', /** @type {HTMLDetailsElement} */ (event.target).open);
  }
}
