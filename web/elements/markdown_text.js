import { css, html, LitElement } from '../vendor/lit.js';
import { leftOut, longPlain, longText, MOST_MARKDOWN, shownPart } from './long_text.js';
import { loadMarkdown, markdownNow } from './markdown.js';
import { shared } from './shared_styles.js';

/** Of a text that still grows; every frame reads it anew. */
const MOST_WRITING = 10_000;

/**
 * Markdown of the model or its code, sanitised. Plain text until the renderer has loaded, while a long text
 * is being written, and for good when the text is very long.
 */
export class MarkdownTextElement extends LitElement {
  /** @override */
  static properties = { text: {}, writing: { type: Boolean } };

  /** @override */
  static styles = [
    shared,
    longText,
    css`
      :host { overflow-wrap: anywhere; }
      div > :first-child { margin-block-start: 0; }
      div > :last-child { margin-block-end: 0; }
      .plain { white-space: pre-wrap; }
      p, ul, ol, pre, blockquote, table { margin-block: 0 var(--ca-space-3); }
      ul, ol { padding-inline-start: 1.4em; }
      li + li { margin-block-start: var(--ca-space-1); }
      h1, h2, h3, h4, h5, h6 { margin-block: var(--ca-space-4) var(--ca-space-2); font-size: 1em; font-weight: 600; }
      h1, h2 { font-size: var(--ca-size-4); }
      a { color: var(--ca-color-accent); }
      code { font: 0.9em var(--ca-font-code); padding: 0.1em 0.3em; border-radius: 0.25em; background: var(--ca-color-sunken); }
      pre { overflow-x: auto; padding: var(--ca-space-3); border-radius: var(--ca-radius-1); background: var(--ca-color-sunken); }
      pre code { padding: 0; background: none; font-size: 1em; }
      blockquote { margin-inline: 0; padding-inline-start: var(--ca-space-3); border-inline-start: 3px solid var(--ca-color-line); color: var(--ca-color-muted); }
      table { display: block; overflow-x: auto; border-collapse: collapse; font-size: var(--ca-size-2); }
      th, td { padding: var(--ca-space-1) var(--ca-space-3); border-block-end: 1px solid var(--ca-color-line); text-align: start; }
      hr { border: 0; border-block-start: 1px solid var(--ca-color-line); }
    `,
  ];

  constructor() {
    super();
    this.text = '';
    this.writing = false;
  }

  /** @override */
  render() {
    if (this.writing && this.text.length > MOST_WRITING) return this.#plain();
    if (this.text.length > MOST_MARKDOWN) return longPlain(this.text);
    const markdown = markdownNow();
    if (markdown) return this.#read(markdown);
    loadMarkdown().then(
      () => this.requestUpdate(),
      () => {},
    ); // plain text is good enough when it cannot load
    return this.#plain();
  }

  /** @param {import('./markdown.js').Render} markdown */
  #read(markdown) {
    try {
      return html`<div>${markdown(this.text)}</div>`;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return this.#plain(); // thousands of nested quotes or lists exhaust the parser's stack
    }
  }

  #plain() {
    return html`<div class="plain">${shownPart(this.text)}</div>${leftOut(this.text)}`;
  }
}
