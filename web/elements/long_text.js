/** Text too long to be read as Markdown, or to be put into the page whole. */

import { css, html } from '../vendor/lit.js';
import { msg, str } from '../vendor/localize.js';
import { characters } from './counts.js';

/** Longer text is not read as Markdown: some of it would take the parser seconds. */
export const MOST_MARKDOWN = 20_000;
const MOST_SHOWN = 100_000;

export const longText = css`
  .long { max-block-size: 34rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
  .left { margin: var(--ca-space-2) 0 0; color: var(--ca-color-muted); font-family: var(--ca-font); font-size: var(--ca-size-2); }
`;

/** The part of `text` that is shown. @param {string} text */
export function shownPart(text) {
  return text.slice(0, MOST_SHOWN).replace(/[\uD800-\uDBFF]$/, ''); // half a letter would show as a box
}

/** A sentence for what is not shown, if anything. @param {string} text @param {string} [hint]  what to do about it */
export function leftOut(text, hint = '') {
  const left = text.length - shownPart(text).length;
  return left ? html`<p class="left">${msg(str`The last ${characters(left)} are not shown.`)}${hint}</p>` : '';
}

/** Plain text, scrollable, with a sentence when it is cut. @param {string} text @param {string} [hint] */
export function longPlain(text, hint) {
  return html`<pre class="long">${shownPart(text)}</pre>${leftOut(text, hint)}`;
}
