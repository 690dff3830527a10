/** What the person sees of the widget: the transcript, the task box, the bar above them. */

import { BottomFollower } from '../elements/bottom_follower.js';
import { announce, narrate } from '../elements/narration.js';
import { onLanguage } from '../languages.js';
import { translatePage } from '../static_words.js';
import { msg } from '../vendor/localize.js';

/** @typedef {import('../elements/events.js').AgentEvent} AgentEvent */
/** @typedef {import('../elements/events.js').Model} Model */
/** @typedef {import('../elements/run.js').RunElement} RunElement */
/** @typedef {import('../session.js').Session} Session */
/** @typedef {import('./protocol.js').WidgetSettings} WidgetSettings */

/** @template {keyof HTMLElementTagNameMap} T @param {T} tag */
const element = (tag) => /** @type {HTMLElementTagNameMap[T]} */ (document.querySelector(tag));
const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector));

export class WidgetView {
  transcript = element('ca-transcript');
  taskBox = element('ca-task-box');
  boot = element('ca-boot-status');
  modelStatus = element('ca-model-status');
  fetchQuestion = element('ca-fetch-question');
  /** Whether the models there are have been told. */ isListed = false;
  #models = element('ca-model-picker');
  #examples = element('ca-examples');
  #text = /** @type {HTMLTextAreaElement} */ (find('textarea'));
  /** The host page's. */ #placeholder = '';
  #latest = find('button.latest');
  #new = find('button.new');
  #follower = new BottomFollower(this.transcript, (following) => {
    this.#latest.hidden = following;
  });
  #prefilled = '';

  constructor() {
    this.#latest.addEventListener('click', () => this.#follower.jump());
    translatePage();
    onLanguage(() => this.#invite());
  }

  #invite() {
    this.#text.placeholder = this.#placeholder || msg('Describe a task');
  }

  /** @param {WidgetSettings} settings */
  apply({ task, placeholder, autorun, readonly, fit }) {
    const text = this.#text;
    this.#placeholder = placeholder;
    this.#invite();
    const isUntouched = !text.value || text.value === this.#prefilled;
    if (!autorun && isUntouched && task !== this.#prefilled) {
      text.value = this.#prefilled = task;
      text.dispatchEvent(new Event('input'));
    }
    document.documentElement.toggleAttribute('data-fit', fit);
    document.documentElement.toggleAttribute('data-readonly', readonly);
  }

  /** @param {string} task @returns {RunElement} */
  begin(task) {
    document.body.dataset.view = 'transcript';
    this.#new.hidden = false;
    this.#follower.start();
    return this.transcript.begin(task);
  }

  /** @param {AgentEvent} event */
  receive(event) {
    if (!this.transcript.receive(event)) return;
    announce(find('#announcer'), narrate(event));
    if (event.type === 'run_finished') setTimeout(() => this.#follower.stop(), SETTLED_MS);
  }

  /** @param {RunElement} run @param {Error} error */
  fail(run, { message }) {
    this.boot.fold();
    this.transcript.fail(run, message);
  }

  clear() {
    this.transcript.clear();
    this.#follower.stop();
    document.body.dataset.view = 'empty';
    this.#new.hidden = true;
    if (document.hasFocus()) this.taskBox.focus();
  }

  /** @param {Session} session @param {Model[]} offered  to choose from */
  showModels({ model, notice, tasks }, offered) {
    this.isListed = true;
    const chosen = offered.find(({ id }) => id === model) ?? null;
    this.#models.models = offered.length < 2 ? [] : offered;
    this.#models.chosen = model;
    this.modelStatus.model = chosen;
    find('.recorded').hidden = !chosen?.recorded;
    this.#examples.tasks = chosen?.recorded ? tasks : [];
    find('.notice').textContent = notice;
    find('.notice').hidden = !notice;
  }
}

/** Until what was shown last has its final height. */
const SETTLED_MS = 300;
