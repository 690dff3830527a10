import { css, html, LitElement } from '../vendor/lit.js';
import { msg } from '../vendor/localize.js';
import { disclosure, shared } from './shared_styles.js';

/** @typedef {import('./events.js').Difference} Difference */

/** Where a recorded observation differs from the real one, folded. */
export class DifferenceElement extends LitElement {
  /** @override */
  static properties = { difference: {} };

  /** @override */
  static styles = [
    shared,
    disclosure,
    css`
      dl { display: grid; gap: var(--ca-space-2) var(--ca-space-4); margin: var(--ca-space-2) 0 0; }
      @media (min-width: 40rem) { dl { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
      dt { margin-block-end: var(--ca-space-1); color: var(--ca-color-muted); font-size: var(--ca-size-1); }
      dd { margin: 0; }
      pre { max-block-size: 16rem; overflow: auto; padding: var(--ca-space-2) var(--ca-space-3); border-radius: var(--ca-radius-1); background: var(--ca-color-sunken); white-space: pre-wrap; overflow-wrap: anywhere; }
    `,
  ];

  constructor() {
    super();
    /** @type {Difference} */
    this.difference = { recorded: '', real: '' };
  }

  /** @override */
  render() {
    const { recorded, real } = this.difference;
    return html`<details @toggle=${this.#reflect}>
      <summary>${msg('The recording expected a different outcome')}</summary>
      <dl>
        <div><dt>${msg('The recording expected')}</dt><dd><pre>${recorded}</pre></dd></div>
        <div><dt>${msg('The code really gave')}</dt><dd><pre>${real}</pre></dd></div>
      </dl>
    </details>`;
  }

  /** Lets the step give an opened part the whole width. @param {Event} event */
  #reflect(event) {
    this.toggleAttribute('open', /** @type {HTMLDetailsElement} */ (event.target).open);
  }
}
