import { chosenLanguage } from '../language_choice.js';
import { LANGUAGES } from '../language_names.js';
import { css, html, LitElement } from '../vendor/lit.js';
import { msg } from '../vendor/localize.js';
import { LanguageEvent } from './events.js';
import { shared } from './shared_styles.js';

/**
 * The language of the page's own words, to be chosen.
 * @fires ca-language - with `language`, or empty for the browser's
 */
export class LanguageElement extends LitElement {
  /** @override */
  static styles = [
    shared,
    css`
      label { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: var(--ca-space-1) var(--ca-space-3); }
      select { max-inline-size: 100%; padding: var(--ca-space-2); border: 1px solid var(--ca-color-line-strong); border-radius: var(--ca-radius-1); background: var(--ca-color-surface); font-size: var(--ca-size-2); }
      p { margin: var(--ca-space-1) 0 var(--ca-space-3); color: var(--ca-color-muted); font-size: var(--ca-size-2); text-wrap: pretty; }
    `,
  ];

  /** @override */
  render() {
    const chosen = chosenLanguage();
    return html`<label><span>${msg('Language')}</span>
      <select aria-describedby="what" @change=${this.#choose}>
        <option value="" .selected=${!chosen}>${msg('As in the browser')}</option>
        ${Object.entries(LANGUAGES).map(([tag, name]) => html`<option value=${tag} lang=${tag} .selected=${tag === chosen}>${name}</option>`)}
      </select></label>
      <p id="what">${msg('Of this page. The model answers in the language of your task.')}</p>`;
  }

  /** @param {Event} event */
  #choose(event) {
    this.dispatchEvent(new LanguageEvent(/** @type {HTMLSelectElement} */ (event.target).value));
  }
}
