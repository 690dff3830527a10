import { css, html, LitElement } from '../vendor/lit.js';
import { msg } from '../vendor/localize.js';
import { canHighlight, highlighted, loadHighlight } from './highlight.js';
import { shared } from './shared_styles.js';

/** Of code that still grows; every frame colours it anew. */
const MOST_WRITING = 10_000;

/**
 * Python source, coloured.
 * @csspart code - the `pre`
 */
export class CodeElement extends LitElement {
  /** @override */
  static properties = { code: {}, writing: { type: Boolean } };

  /** @override */
  static styles = [
    shared,
    css`
      :host { position: relative; background: var(--ca-color-sunken); }
      pre { overflow: auto; max-block-size: 34rem; padding: var(--ca-space-3) var(--ca-space-4); }
      pre:focus-visible { outline-offset: -2px; }
      ca-copy { position: absolute; inset-block-start: var(--ca-space-2); inset-inline-end: var(--ca-space-2); opacity: 0; }
      :host(:hover) ca-copy, ca-copy:focus-within { opacity: 1; }
      @media (hover: none) { ca-copy { display: none; } }
      .keyword, .operator { color: var(--ca-code-keyword); }
      .string, .char { color: var(--ca-code-string); }
      .number, .literal { color: var(--ca-code-number); }
      .title { color: var(--ca-code-name); }
      .built_in, .type, .meta { color: var(--ca-code-builtin); }
      .comment { color: var(--ca-code-comment); font-style: italic; }
      .subst { color: var(--ca-color-text); }
    `,
  ];

  constructor() {
    super();
    this.code = '';
    this.writing = false;
  }

  /** @override */
  render() {
    const early = this.writing && this.code.length > MOST_WRITING;
    const colours = early ? null : highlighted(this.code);
    if (!canHighlight())
      loadHighlight().then(
        () => this.requestUpdate(),
        () => {},
      ); // plain code is good enough
    return html`<pre part="code"><code>${colours ?? this.code}</code></pre>
      ${this.writing ? '' : html`<ca-copy .text=${this.code} .label=${msg('Copy code')}></ca-copy>`}`;
  }
}
