import { css, html, LitElement } from '../vendor/lit.js';
import { msg, str } from '../vendor/localize.js';
import { LimitsChosenEvent } from './events.js';
import { groups, inWords } from './limit_words.js';
import { quietButton, shared } from './shared_styles.js';

/** @typedef {import('../sandbox/protocol.js').Limits} Limits */
/** @typedef {import('../limits_choice.js').Choice} Choice */

/** What a person may lower, in units a person thinks in: how many of ours one of theirs is. */
const LOWERED = /** @type {const} */ ({
  time_ms: { label: () => msg('Time for one step'), unit: () => msg('seconds'), each: 1_000 },
  memory_mb: { label: () => msg('Memory'), unit: () => msg('MB'), each: 1 },
});

/**
 * All limits in words, and two that the person can lower.
 * @fires ca-limits - with `choice`, for conversations to come
 */
export class LimitsElement extends LitElement {
  /** @override */
  static properties = { limits: {}, allowed: {}, least: {}, choice: {}, saved: { state: true } };

  /** @override */
  static styles = [
    shared,
    quietButton,
    css`
      h2 { margin: 0 0 var(--ca-space-1); font-size: var(--ca-size-3); font-weight: 600; }
      p { margin: 0; color: var(--ca-color-muted); font-size: var(--ca-size-2); text-wrap: pretty; }
      form { display: grid; gap: var(--ca-space-3); margin-block: var(--ca-space-3) var(--ca-space-5); padding: var(--ca-space-3) var(--ca-space-4); border-radius: var(--ca-radius-2); background: var(--ca-color-sunken); }
      label { display: grid; grid-template-columns: 1fr auto; align-items: center; gap: 0 var(--ca-space-3); font-size: var(--ca-size-3); }
      label p { grid-column: 1; }
      .field { grid-row: span 2; display: flex; align-items: center; gap: var(--ca-space-2); font-size: var(--ca-size-2); }
      .field span { inline-size: 4.25rem; color: var(--ca-color-muted); }
      input { inline-size: 5.5rem; padding: var(--ca-space-1) var(--ca-space-2); border: 1px solid var(--ca-color-line-strong); border-radius: var(--ca-radius-1); background: var(--ca-color-surface); color: inherit; font: inherit; font-size: var(--ca-size-3); text-align: end; }
      .actions { display: flex; flex-wrap: wrap; align-items: center; gap: var(--ca-space-2) var(--ca-space-3); }
      .actions p { flex: 1 1 10rem; }
      .actions .quiet[type='submit'] { border-color: var(--ca-color-accent); background: var(--ca-color-accent); color: var(--ca-color-on-accent); }
      h3 { margin: var(--ca-space-4) 0 var(--ca-space-1); font-size: var(--ca-size-2); font-weight: 600; }
      dl { margin: 0; font-size: var(--ca-size-2); }
      dl div { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 var(--ca-space-5); padding-block: var(--ca-space-2); border-block-start: 1px solid var(--ca-color-line); }
      dt small { display: block; color: var(--ca-color-muted); font-size: var(--ca-size-2); text-wrap: pretty; }
      dd { margin: 0; text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; }
    `,
  ];

  constructor() {
    super();
    /** Those in force. @type {Limits | null} */
    this.limits = null;
    /** Those of the site. @type {Limits | null} */
    this.allowed = null;
    /** @type {Record<keyof typeof LOWERED, number>} */
    this.least = { time_ms: 1, memory_mb: 1 };
    /** @type {Choice} */
    this.choice = {};
    /** That it was saved, and for how long. @type {'' | 'lasting' | 'passing'} */
    this.saved = '';
  }

  /** @param {boolean} lasting  whether the choice outlasts the page */
  confirm(lasting) {
    this.saved = lasting ? 'lasting' : 'passing';
  }

  /** @override */
  render() {
    return html`<h2>${msg('Limits')}</h2>
      <p>${msg('What the code that a model writes is held to. The people who run this site set the limits; you can make some of them stricter.')}</p>
      ${this.allowed ? this.#form(this.allowed) : ''}
      ${this.limits ? groups().map((group) => this.#group(group)) : html`<p>${msg('They are known once Python has started.')}</p>`}`;
  }

  /** @param {Limits} allowed */
  #form(allowed) {
    const field = (/** @type {keyof typeof LOWERED} */ name) => {
      const { label, unit, each } = LOWERED[name];
      const most = allowed[name] / each;
      const value = Math.min(this.choice[name] ?? allowed[name], allowed[name]) / each;
      return html`<label><span>${label()}</span>
        <span class="field"><input name=${name} type="number" inputmode="numeric" required min=${Math.min(this.least[name] / each, most)} max=${most} step="1" .value=${String(value)} @input=${this.#edited}><span>${unit()}</span></span>
        <p>${msg(str`This site allows ${inWords(name, allowed[name])}.`)}</p></label>`;
    };
    return html`<form @submit=${this.#save}>
      ${field('time_ms')}${field('memory_mb')}
      <div class="actions"><button class="quiet" type="submit">${msg('Save')}</button>
        <button class="quiet" type="button" @click=${this.#reset}>${msg('Use the site’s')}</button>
        <p role="status">${this.#savedInWords()}</p></div>
    </form>`;
  }

  /** @param {ReturnType<typeof groups>[number]} group */
  #group({ title, limits }) {
    const row = (/** @type {typeof limits[number]} */ { name, label, words }) =>
      html`<div><dt>${label}<small>${words}</small></dt><dd>${inWords(name, /** @type {Limits} */ (this.limits)[name])}</dd></div>`;
    return html`<h3>${title}</h3><dl>${limits.map(row)}</dl>`;
  }

  #savedInWords() {
    return {
      '': '',
      lasting: msg('Saved. It holds from the next conversation on.'),
      passing: msg(
        'Saved. It holds from the next conversation on and until this page is closed, since the browser allows no storage.',
      ),
    }[this.saved];
  }

  #edited() {
    this.saved = '';
  }

  /** @param {SubmitEvent} event */
  #save(event) {
    event.preventDefault();
    /** @type {Choice} */
    const choice = {};
    const given = new FormData(/** @type {HTMLFormElement} */ (event.target));
    for (const name of /** @type {(keyof typeof LOWERED)[]} */ (Object.keys(LOWERED))) {
      const value = Number(given.get(name)) * LOWERED[name].each;
      if (value < (this.allowed?.[name] ?? Infinity)) choice[name] = value;
    }
    this.#choose(choice);
  }

  #reset() {
    this.#choose({});
    this.renderRoot.querySelector('form')?.reset();
  }

  /** @param {Choice} choice */
  #choose(choice) {
    this.choice = choice;
    this.dispatchEvent(new LimitsChosenEvent(choice));
  }
}
