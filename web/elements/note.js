import { css, html, LitElement } from '../vendor/lit.js';
import { shared } from './shared_styles.js';

/** A muted sentence between other things, in whatever language the page has now. */
export class NoteElement extends LitElement {
  /** @override */
  static properties = { words: {} };

  /** @override */
  static styles = [
    shared,
    css`
      p { margin: 0; color: var(--ca-color-muted); font-size: var(--ca-size-2); text-wrap: pretty; }
    `,
  ];

  constructor() {
    super();
    this.words = () => '';
  }

  /** @override */
  render() {
    return html`<p>${this.words()}</p>`;
  }
}
