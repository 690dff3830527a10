/**
 * The words that stand in a page's HTML, so that they are there before any module is. `data-words` on an element names
 * where: `text` (after what else it holds) or attributes.
 */

import { onLanguage } from './languages.js';
import { msg } from './vendor/localize.js';

/** What stands there in English. @type {Map<Element, Record<string, string>>} */
const english = new Map();

/** Keep them in the page's language; to be called before the first is set. */
export const translatePage = () => onLanguage(translate);

function translate() {
  for (const element of document.querySelectorAll('[data-words]')) {
    const kept = english.get(element) ?? {};
    english.set(element, kept);
    for (const place of /** @type {HTMLElement} */ (element).dataset.words?.split(' ') ?? []) {
      kept[place] ??= read(element, place);
      write(element, place, msg(kept[place]));
    }
  }
}

/** @param {Element} element @param {string} place */
function read(element, place) {
  return (place === 'text' ? element.lastChild?.nodeValue : element.getAttribute(place)) ?? '';
}

/** @param {Element} element @param {string} place @param {string} words */
function write(element, place, words) {
  if (place !== 'text') element.setAttribute(place, words);
  else if (element.lastChild) element.lastChild.nodeValue = words;
}
