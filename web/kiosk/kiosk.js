/** Joins session, view and operator: what happens from a visitor's first touch until nothing is left of them. */

import { setLanguage } from '../languages.js';
import { Attract } from './attract.js';
import { inLanguage } from './config.js';
import { watchCorner } from './corner.js';
import { Figures } from './figures.js';
import { Idle } from './idle.js';
import { Operator } from './operator.js';
import { Visits } from './visits.js';

/** @typedef {import('../elements/events.js').AgentEvent} AgentEvent */
/** @typedef {import('../session.js').Session} Session */
/** @typedef {import('./config.js').KioskConfig} KioskConfig */
/** @typedef {import('./config.js').KioskTask} KioskTask */
/** @typedef {import('./elements/kiosk.js').KioskElement} KioskElement */
/** @typedef {import('./upkeep.js').Upkeep} Upkeep */

/** After what only a new start can mend. */
export const RESTART_MS = 20_000;
/** For the answer that a run owes when its time is up. */
const PATIENCE_S = 60;

export class Kiosk {
  #config;
  #session;
  #view;
  #upkeep;
  #visits;
  #attract;
  #idle;
  #operator;
  #figures = new Figures();
  #question = document.createElement('ca-kiosk-question');
  /** Whether somebody is there. */ #isVisited = false;

  /** @param {KioskConfig} config @param {Session} session @param {KioskElement} view @param {Upkeep} upkeep */
  constructor(config, session, view, upkeep) {
    this.#config = config;
    this.#session = session;
    this.#view = view;
    this.#upkeep = upkeep;
    this.#visits = new Visits(session, (config.run_seconds + PATIENCE_S) * 1_000, () => location.reload());
    this.#attract = new Attract(this.#visits, config.attract);
    this.#idle = new Idle(config.idle_seconds, {
      warned: (seconds) => {
        view.secondsLeft = seconds;
      },
      left: () => this.over(),
    });
    this.#operator = new Operator(config, view, this.#figures, upkeep);
    watchCorner(() => this.#operator.ask());
    this.#join();
  }

  /** Boot, and wait for visitors. */
  async start() {
    const { run_seconds: seconds, max_steps } = this.#config;
    this.#session.options = { max_steps, budget: { seconds } };
    this.#showAttract();
    await this.#session.start();
    if (this.#session.runs.broken) return;
    performance.mark('kiosk-ready');
    this.#getReady(this.#config.model);
    const { model } = this.#config;
    await this.#upkeep.start({
      isVisited: () => this.#isVisited,
      isComplete: () => this.#session.models.some(({ id }) => id === model),
    });
    if (!this.#isVisited) this.#attract.start();
  }

  // What the visitor does: the view's delegate.

  begin() {
    if (this.#isVisited) return;
    this.#isVisited = true;
    this.#figures.visits += 1;
    this.#attract.stop();
    this.#visits.reset(); // the run that has played is no part of the visit
    this.#showHome();
    this.#idle.start();
    if (!matchMedia('(display-mode: fullscreen)').matches) {
      document.documentElement.requestFullscreen?.().catch(() => {}); // not everywhere allowed
    }
  }

  /** @param {KioskTask} task */
  choose(task) {
    const { language } = this.#view;
    const { languages, model } = this.#config;
    const shown = inLanguage(task.show, language, languages);
    if ('recording' in task) this.#run(shown, task.recording, 'recorded');
    else this.#run(shown, inLanguage(task.task, language, languages), model);
  }

  /** @param {string} task */
  askOwn(task) {
    this.#run(task, task, this.#config.model);
  }

  stop() {
    this.#session.runs.stop();
  }

  stay() {
    this.#view.secondsLeft = null;
    this.#idle.stay();
  }

  /** Another task: what the former one has left must not show in it. */
  again() {
    this.#visits.reset();
    this.#showHome();
  }

  /** The visit ends, and nothing of it stays (docs/adr/0027). */
  async over() {
    this.#idle.stop();
    this.#isVisited = false;
    this.#operator.close();
    const started = performance.now();
    const clean = this.#visits.reset();
    this.#showAttract();
    await clean;
    this.#figures.resetMs = performance.now() - started;
    if (this.#isVisited) return;
    if (!this.#upkeep.settle()) this.#attract.start();
  }

  /** @param {string} language */
  speak(language) {
    this.begin();
    this.#speak(language);
  }

  /** The words of the elements follow by themselves; what a card says is in the operator's file. @param {string} wanted */
  #speak(wanted) {
    this.#view.language = wanted;
    // A kiosk that says its own words in English still works.
    setLanguage([wanted]).catch((error) => console.error(error));
  }

  #join() {
    const view = this.#view;
    view.delegate = this;
    view.config = this.#config;
    this.#speak(this.#config.languages[0]);
    view.append(this.#question);
    this.#session.person = {
      approve: async () => ({ decision: 'deny', reason: 'a visitor of the kiosk cannot decide on this' }),
      ask: (question, signal) => this.#ask(question, signal),
    };
    this.#session.allowFetch = async () => true; // the operator has named the model
    this.#session.addEventListener('agent', (event) => {
      if (this.#session.runs.isSeen) this.#receive(/** @type {CustomEvent<AgentEvent>} */ (event).detail);
    });
    this.#session.addEventListener('state', () => {
      view.running = this.#session.runs.state !== 'idle';
      if (this.#isVisited) this.#idle.hold(view.running);
    });
    this.#session.addEventListener('broken', (event) => this.#break(/** @type {CustomEvent} */ (event).detail));
    this.#upkeep.addEventListener('waiting', () => {
      view.isOutdated = true;
    });
  }

  /** @param {string} shown  to the visitor @param {string} task @param {string} model */
  #run(shown, task, model) {
    if (this.#session.runs.state !== 'idle') return;
    this.#view.view = 'run';
    this.#show(shown, model);
    this.#getReady(model);
    this.#visits.run(task, model);
  }

  /** A model of the browser's: no visitor's Stop, and no time limit, ends what the kiosk has begun. @param {string} model */
  #getReady(model) {
    const { local } = this.#session.providers;
    if (local.has(model)) local.load(model).catch(() => {}); // told by the run that asks it
  }

  /** @param {string} task @param {string} model */
  #show(task, model) {
    this.#view.isRecorded = model === 'recorded';
    this.#view.run = Object.assign(document.createElement('ca-kiosk-run'), { task });
  }

  /** @param {AgentEvent} event */
  #receive(event) {
    if (event.type === 'run_started' && !this.#isVisited) this.#show(this.#shownFor(event), 'recorded');
    this.#view.run?.receive(event);
    if (event.type === 'run_finished' && this.#isVisited) this.#figures.count(event);
  }

  /** What a card says, if it is of this recording. @param {import('../elements/events.js').RunStarted} event */
  #shownFor({ task, task_id: id }) {
    const { tasks, languages } = this.#config;
    const card = tasks.find((each) => 'recording' in each && each.recording === id);
    return card ? inLanguage(card.show, this.#view.language, languages) : task;
  }

  /** @param {import('../elements/events.js').Question} question @param {AbortSignal} signal */
  async #ask(question, signal) {
    if (!this.#isVisited) throw new Error('Nobody is there to answer.');
    this.#idle.hold(false);
    try {
      return await this.#question.ask(question, signal);
    } finally {
      if (this.#isVisited) this.#idle.hold(this.#view.running);
    }
  }

  #showHome() {
    this.#clear();
    this.#view.view = 'home';
  }

  #showAttract() {
    this.#clear();
    this.#view.view = 'attract';
    this.#speak(this.#config.languages[0]);
  }

  #clear() {
    this.#view.run = null;
    this.#view.secondsLeft = null;
    /** @type {HTMLElement | null} */ (document.activeElement)?.blur();
  }

  /** @param {{kind?: string}} error */
  #break({ kind = 'internal' }) {
    this.#figures.note('failed', kind);
    this.#view.trouble = { name: 'broken', mistakes: [] };
    setTimeout(() => location.reload(), RESTART_MS);
  }
}
