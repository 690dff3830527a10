import { shared } from '../../elements/shared_styles.js';
import { LANGUAGES } from '../../language_names.js';
import { html, LitElement } from '../../vendor/lit.js';
import { inLanguage } from '../config.js';
import { kioskWords } from '../words.js';
import { kioskLayout } from './kiosk_layout.js';
import { touch, veil } from './kiosk_styles.js';

/** @typedef {import('../config.js').KioskConfig} KioskConfig */
/** @typedef {import('../config.js').KioskTask} KioskTask */
/** @typedef {import('./kiosk_run.js').KioskRunElement} KioskRunElement */
/** @typedef {'attract' | 'home' | 'run'} View */
/** @typedef {{name: 'broken' | 'unready', mistakes: string[]}} Trouble  mistakes are the operator's, a sentence each */

/**
 * What the visitor does.
 * @typedef {object} KioskDelegate
 * @property {() => void} begin
 * @property {(task: KioskTask) => void} choose
 * @property {(task: string) => void} askOwn
 * @property {() => void} stop
 * @property {() => void} stay  the visit goes on
 * @property {() => void} again  another task
 * @property {() => void} over  the visit
 * @property {(language: string) => void} speak
 */

const SCREEN = html`<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M3 7V3h4m6 0h4v4m0 6v4h-4m-6 0H3v-4"/></svg>`;

/** The whole screen of the kiosk. It shows; the delegate decides. */
export class KioskElement extends LitElement {
  /** @override */
  static properties = {
    view: {},
    config: {},
    language: {},
    run: {},
    running: {},
    secondsLeft: {},
    isOutdated: {},
    trouble: {},
  };

  /** @override */
  static styles = [shared, touch, veil, kioskLayout];

  constructor() {
    super();
    /** @type {View} */
    this.view = 'attract';
    /** @type {KioskConfig | null} */
    this.config = null;
    this.language = 'en';
    /** What is shown of a run. @type {KioskRunElement | null} */
    this.run = null;
    /** Whether its words are recorded. */
    this.isRecorded = false;
    this.running = false;
    /** Until the visit ends, where the visitor is asked. @type {number | null} */
    this.secondsLeft = null;
    /** Whether there is a new version. */
    this.isOutdated = false;
    /** Why nothing works. @type {Trouble | null} */
    this.trouble = null;
    /** @type {KioskDelegate | null} */
    this.delegate = null;
  }

  /** @override @param {Map<string, unknown>} changed */
  updated(changed) {
    if (changed.has('view')) this.renderRoot.querySelector('main')?.scrollTo(0, 0);
  }

  /** @override */
  render() {
    const words = kioskWords();
    if (this.trouble) return this.#trouble(this.trouble, words);
    if (!this.config) return '';
    return html`<div class="screen" data-view=${this.view} lang=${this.language}>
      ${this.#bar(this.config, words)}
      <main>${this.view === 'home' ? this.#home(this.config, words) : this.#stage(this.config, words)}</main>
      ${this.#foot(words)}
      ${this.secondsLeft === null ? '' : this.#still(words, this.secondsLeft)}
      <slot></slot>
    </div>`;
  }

  /** @param {KioskConfig} config @param {import('../words.js').Words} words */
  #bar({ title, languages }, words) {
    const speak = (/** @type {string} */ each) => () => this.delegate?.speak(each);
    const button = (/** @type {string} */ each) =>
      html`<button type="button" class="plain" lang=${each} aria-label=${LANGUAGES[each]} aria-pressed=${each === this.language} @click=${speak(each)}>${each.toUpperCase()}</button>`;
    const enter = () => document.documentElement.requestFullscreen?.().catch(() => {}); // not everywhere allowed
    return html`<header>
      <h1>${inLanguage(title, this.language, languages)}</h1>
      <div class="tools">
        ${languages.length > 1 ? html`<div class="languages" role="group" aria-label=${words.language}>${languages.map(button)}</div>` : ''}
        <button type="button" class="plain screen-button" aria-label=${words.screen} title=${words.screen} @click=${enter}>${SCREEN}</button>
      </div>
    </header>`;
  }

  /** @param {KioskConfig} config @param {import('../words.js').Words} words */
  #home({ intro, tasks, languages, free_task: isFree }, words) {
    const said = inLanguage(intro, this.language, languages);
    const card = (/** @type {KioskTask} */ task) =>
      html`<li><button type="button" class="card" @click=${() => this.delegate?.choose(task)}>${inLanguage(task.show, this.language, languages)}<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M4 10h12m-5-5 5 5-5 5"/></svg></button></li>`;
    return html`<section class="home">
      <h2>${words.choose}</h2>
      ${said ? html`<p class="intro">${said}</p>` : ''}
      <ul class="cards">${tasks.map(card)}</ul>
      ${isFree ? this.#own(words) : ''}
    </section>`;
  }

  /** @param {import('../words.js').Words} words */
  #own(words) {
    const ask = (/** @type {Event} */ event) => {
      event.preventDefault();
      const field = /** @type {HTMLTextAreaElement} */ (this.renderRoot.querySelector('textarea'));
      if (field.value.trim()) this.delegate?.askOwn(field.value.trim());
    };
    return html`<form class="own" autocomplete="off" @submit=${ask}>
      <label for="own">${words.own}</label>
      <textarea id="own" rows="2" maxlength="1000" placeholder=${words.placeholder} autocomplete="off" autocorrect="off" spellcheck="false" enterkeyhint="send"></textarea>
      <button class="primary">${words.send}</button>
    </form>`;
  }

  /** @param {KioskConfig} config @param {import('../words.js').Words} words */
  #stage({ intro, languages }, words) {
    if (this.view === 'run') return html`<section class="stage">${this.run}</section>`;
    const said = inLanguage(intro, this.language, languages);
    return html`<section class="welcome" @click=${() => this.delegate?.begin()}>
      ${said ? html`<p class="intro">${said}</p>` : ''}
      <div class="stage playing" inert aria-hidden="true">${this.run}</div>
      <button type="button" class="primary begin">${words.begin}</button>
    </section>`;
  }

  /** @param {import('../words.js').Words} words */
  #foot(words) {
    const recorded = this.run && this.isRecorded ? html`<p>${words.recorded}</p>` : '';
    const buttons = html`<div class="acts">
      <button type="button" @click=${() => this.delegate?.over()}>${words.over}</button>
      ${this.running ? html`<button type="button" class="primary" @click=${() => this.delegate?.stop()}>${words.stop}</button>` : html`<button type="button" class="primary" @click=${() => this.delegate?.again()}>${words.another}</button>`}
    </div>`;
    return html`<footer>${recorded}${this.isOutdated ? html`<p class="notice" role="status">${words.update}</p>` : ''}${this.view === 'run' ? buttons : ''}</footer>`;
  }

  /** @param {import('../words.js').Words} words @param {number} seconds */
  #still(words, seconds) {
    return html`<div class="veil" @click=${() => this.delegate?.stay()}><section class="box still" role="alertdialog" aria-modal="true" aria-label=${words.still}>
      <h2>${words.still}</h2><p>${words.ends(seconds)}</p>
      <button type="button" class="primary">${words.stay}</button>
    </section></div>`;
  }

  /** @param {Trouble} trouble @param {import('../words.js').Words} words */
  #trouble({ name, mistakes }, words) {
    const list = html`<p>${words.staff}</p><ul lang="en">${mistakes.map((each) => html`<li>${each}</li>`)}</ul>`;
    return html`<section class="trouble" role="alert"><h2>${words[name]}</h2>${mistakes.length ? list : ''}</section><slot></slot>`;
  }
}
