import { css, html, LitElement } from '../vendor/lit.js';
import { msg } from '../vendor/localize.js';
import { Asking } from './asking.js';
import { AsksEvent } from './events.js';
import { fieldStyles, quietButton, shared, waitingStyles } from './shared_styles.js';

/** @typedef {import('./events.js').QuestionAsked} QuestionAsked */

/**
 * A question of the code to the person, with a field while somebody waits for the answer; then with the answer.
 * @fires ca-asks - when it is shown
 */
export class QuestionElement extends LitElement {
  /** @override */
  static properties = { question: {}, answer: {}, isAsking: { state: true }, asksPage: {} };

  /** @override */
  static styles = [
    shared,
    quietButton,
    fieldStyles,
    waitingStyles,
    css`
      section { display: grid; gap: var(--ca-space-2); padding: var(--ca-space-3) var(--ca-space-4); border: 1px solid var(--ca-color-line); border-radius: var(--ca-radius-2); }
      .open { border-color: var(--ca-color-accent); background: var(--ca-color-accent-soft); }
      p { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
      .who { color: var(--ca-color-muted); font-size: var(--ca-size-1); }
      .question { font-weight: 600; }
      .choices { display: flex; flex-wrap: wrap; gap: var(--ca-space-2); }
      .choices .quiet { padding: var(--ca-space-2) var(--ca-space-3); text-align: start; overflow-wrap: anywhere; }
    `,
  ];

  /** @type {Asking<string>} */ #asking = new Asking(this);

  constructor() {
    super();
    /** @type {QuestionAsked | null} */
    this.question = null;
    /** @type {string | null} */
    this.answer = null;
    this.isAsking = false;
    /** Whether it is, or was, the page around the widget that answers. */
    this.asksPage = false;
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    this.dispatchEvent(new AsksEvent(this));
  }

  /** What whoever waits for the answer asks. */
  get asked() {
    return { question: this.question?.question, choices: this.question?.choices };
  }

  /** Whether it could still be answered. */
  get isOpen() {
    return this.isConnected && this.answer === null;
  }

  /** Let the person answer. Rejects when the signal aborts. @param {AbortSignal} signal @returns {Promise<string>} */
  ask(signal) {
    return this.#asking.ask(signal);
  }

  /** @override */
  focus() {
    /** @type {HTMLElement | null} */ (this.renderRoot.querySelector('input, .choices button'))?.focus();
  }

  /** @override */
  render() {
    if (!this.question) return '';
    return html`<section class=${this.isAsking || this.#waits ? 'open' : ''} aria-labelledby="question">
      <p class="who">${this.#who()}</p>
      <p class="question" id="question">${this.question.question || msg('Python waits for a line of text.')}</p>
      ${this.isAsking ? this.#field(this.question) : this.#answered()}
    </section>`;
  }

  /** Whether the page around the widget is to answer now. */
  get #waits() {
    return this.asksPage && this.answer === null;
  }

  #who() {
    if (this.asksPage) return this.#waits ? msg('The agent asks this page') : msg('The agent asked this page');
    return this.isAsking ? msg('The agent asks you') : msg('The agent asked you');
  }

  #answered() {
    if (this.#waits) return html`<p class="who waits">${msg('Waiting for the page’s answer…')}</p>`;
    if (this.answer === null) return html`<p class="who">${msg('It was not answered.')}</p>`;
    const said = this.asksPage ? msg('The page answered:') : msg('You answered:');
    return html`<p><span class="who">${said}</span> ${this.answer || html`<em>${msg('nothing')}</em>`}</p>`;
  }

  /** @param {QuestionAsked} question */
  #field({ choices }) {
    if (!choices?.length)
      return html`<form class="field" @submit=${this.#submit}>
        <input name="answer" type="text" aria-labelledby="question" autocomplete="off">
        <button class="quiet primary" type="submit">${msg('Answer', { id: 'Answer (verb)' })}</button>
      </form>`;
    const button = (/** @type {string} */ choice) =>
      html`<button class="quiet" type="button" @click=${() => this.#answer(choice)}>${choice}</button>`;
    return html`<div class="choices" role="group" aria-labelledby="question">${choices.map(button)}</div>`;
  }

  /** @param {SubmitEvent} event */
  #submit(event) {
    event.preventDefault();
    this.#answer(String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get('answer') ?? ''));
  }

  /** @param {string} answer */
  #answer(answer) {
    this.answer = answer;
    this.#asking.settle(answer);
  }
}
