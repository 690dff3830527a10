import { css, html, LitElement } from '../vendor/lit.js';
import { msg } from '../vendor/localize.js';
import { longPlain, longText } from './long_text.js';
import { shared } from './shared_styles.js';

/** @typedef {import('./events.js').MimeBundle} MimeBundle */

/** Best first: the first form that a bundle has is shown. */
const FORMS = ['image/svg+xml', 'image/png', 'image/jpeg', 'text/html', 'text/markdown', 'text/plain'];

/** Whether a bundle holds more than plain text. @param {MimeBundle} bundle */
export function isRich(bundle) {
  return FORMS.some((mime) => mime !== 'text/plain' && bundle[mime]);
}

/** A value in the best form it has: picture, markup, or plain text. */
export class BundleElement extends LitElement {
  /** @override */
  static properties = { bundle: {} };

  /** @override */
  static styles = [
    shared,
    longText,
    css`
      .long { max-block-size: 20rem; }
      img { display: block; max-inline-size: 100%; max-block-size: 40rem; border-radius: var(--ca-radius-1); background: var(--ca-color-paper); }
    `,
  ];

  constructor() {
    super();
    /** @type {MimeBundle} */
    this.bundle = {};
  }

  /** @override */
  render() {
    const mime = FORMS.find((form) => this.bundle[form]) ?? Object.keys(this.bundle)[0];
    const data = this.bundle[mime] ?? '';
    switch (mime) {
      case 'image/svg+xml':
      case 'text/html':
        return html`<ca-display .mime=${mime} .data=${data}></ca-display>`;
      case 'image/png':
      case 'image/jpeg':
        return html`<img src=${`data:${mime};base64,${data}`} alt=${msg('Picture made by the code')}>`;
      case 'text/markdown':
        return html`<ca-markdown .text=${data}></ca-markdown>`;
      default:
        return longPlain(data);
    }
  }
}
