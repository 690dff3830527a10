import { MarkdownTextElement } from '../../elements/markdown_text.js';

/** Markdown whose links are words: nothing leads off a kiosk. */
export class InertTextElement extends MarkdownTextElement {
  /** @override */
  updated() {
    for (const link of this.renderRoot.querySelectorAll('a')) {
      const words = document.createElement('span');
      words.append(...link.childNodes);
      link.replaceWith(words);
    }
  }
}
