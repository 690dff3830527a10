import { SendEvent } from './events.js';

/** @typedef {'idle' | 'running' | 'stopping'} SessionState */

/**
 * Gives life to the form inside it, which is plain HTML so that it can be typed in before any module is
 * here: Enter sends, Shift+Enter makes a new line, the box grows with its text.
 * @fires ca-send - with `task`
 * @fires ca-stop - the person wants the run to end
 */
export class TaskBoxElement extends HTMLElement {
  /** @type {SessionState} */ #state = 'idle';
  /** @type {AbortController | null} */ #listeners = null;

  connectedCallback() {
    this.#listeners = new AbortController();
    const { signal } = this.#listeners;
    this.#text.addEventListener('input', () => this.#fit(), { signal });
    this.#text.addEventListener('keydown', (event) => this.#key(event), { signal });
    this.#stop.addEventListener('click', () => this.#askToStop(), { signal });
    this.querySelector('form')?.addEventListener('submit', (event) => this.#submit(event), { signal });
    this.#fit();
  }

  disconnectedCallback() {
    this.#listeners?.abort();
  }

  /** @param {SessionState} state */
  set state(state) {
    const held = this.contains(document.activeElement) && document.activeElement !== this.#text;
    this.#state = state;
    const idle = state === 'idle';
    this.#send.hidden = !idle;
    this.#stop.hidden = idle;
    this.#stop.disabled = state === 'stopping';
    if (held) this.#text.focus(); // the button that had the focus may be gone
    this.#fit();
  }

  /** Put the cursor into the box. @override */
  focus() {
    this.#text.focus();
  }

  get #text() {
    return /** @type {HTMLTextAreaElement} */ (this.querySelector('textarea'));
  }

  get #send() {
    return /** @type {HTMLButtonElement} */ (this.querySelector('.send'));
  }

  get #stop() {
    return /** @type {HTMLButtonElement} */ (this.querySelector('.stop'));
  }

  #fit() {
    const { style } = this.#text;
    style.blockSize = 'auto';
    style.blockSize = `${this.#text.scrollHeight}px`;
    this.#send.disabled = !this.#text.value.trim();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.querySelector('form')?.requestSubmit();
  }

  /** @param {Event} event */
  #submit(event) {
    event.preventDefault();
    const task = this.#text.value.trim();
    if (!task || this.#state !== 'idle') return;
    this.#text.value = '';
    this.#fit();
    this.dispatchEvent(new SendEvent(task));
  }

  #askToStop() {
    this.dispatchEvent(new Event('ca-stop', { bubbles: true }));
  }
}
