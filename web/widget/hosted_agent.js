/** Joins a session to the host page that asks for things, and to the view that shows them. */

import { setLanguage } from '../languages.js';
import { AskedPage } from './asked_page.js';
import { Conversation } from './conversation.js';
import { toldOf } from './happenings.js';
import { applyLook } from './look.js';
import { preload } from './preload.js';
import { resultOf } from './run_result.js';

/** @typedef {import('../elements/events.js').AgentEvent} AgentEvent */
/** @typedef {import('../elements/events.js').RunFinished} RunFinished */
/** @typedef {import('../uploads.js').Uploads} Uploads */
/** @typedef {import('./host_line.js').HostLine} HostLine */
/** @typedef {import('./protocol.js').HandedFile} HandedFile */
/** @typedef {import('./protocol.js').WidgetSettings} WidgetSettings */
/** @typedef {import('./view.js').WidgetView} WidgetView */

const detail = (/** @type {Event} */ event) => /** @type {CustomEvent} */ (event).detail;
/** @param {string} kind @param {string} message */
const problem = (kind, message) => Object.assign(new Error(message), { kind });
const left = () => problem('stopped', 'The conversation was left before the run began.');

export class HostedAgent {
  conversation;
  #session;
  #view;
  #host;
  #uploads;
  /** @type {WidgetSettings} */ #settings;
  /** @type {import('./protocol.js').DescribedTool[]} */ #tools = [];
  /** @type {import('../store/records.js').Message[]} */ #messages = [];
  /** @type {Promise<unknown>} */ #listed;
  /** What the run that the loop has now or had last ended with. @type {RunFinished | null} */ #ending = null;
  /** A task whose run has not been made yet. @type {{stopped: boolean, left: boolean} | null} */ #taking = null;
  #preloaded = '';
  /** A model that the host page has been told is not here. */ #missed = '';

  /** @param {{session: import('../session.js').Session, view: WidgetView, host: HostLine, uploads: Uploads, settings: WidgetSettings}} joined */
  constructor({ session, view, host, uploads, settings }) {
    this.#session = session;
    this.#view = view;
    this.#host = host;
    this.#uploads = uploads;
    this.#settings = settings;
    this.conversation = new Conversation(session);
    this.#listed = new Promise((resolve) => session.addEventListener('models', resolve, { once: true }));
    session.addEventListener('agent', (event) => this.#receive(detail(event)));
    session.addEventListener('messages', (event) => this.#keep(detail(event)));
    session.addEventListener('models', () => this.choose());
    session.addEventListener('broken', (event) => host.fail({ kind: 'boot_failed', ...asWords(detail(event)) }, true));
    this.conversation.addEventListener('left', () => {
      this.#messages = [];
      if (this.#taking) this.#taking.left = true;
      this.#taking = null;
      uploads.clear();
      host.post({ type: 'messages', from: 0, messages: [] });
    });
    session.person = new AskedPage(host, view.transcript);
  }

  /** Boot, and tell the host page when code can run. @param {import('./protocol.js').DescribedTool[]} tools */
  async start(tools) {
    this.#tools = tools;
    this.apply(this.#settings);
    const session = this.#session;
    await session.start();
    if (session.runs.broken) return;
    await this.#preload();
    const { python } = await session.files.start();
    this.#host.post({
      type: 'ready',
      python,
      models: this.#offered.map(({ id, name, recorded }) => ({ id, name, recorded })),
    });
    const { autorun, task } = this.#settings;
    if (autorun && task) this.send(task);
  }

  /** @param {WidgetSettings} settings */
  apply(settings) {
    const former = this.#settings;
    this.#settings = settings;
    applyLook(settings);
    this.#speak(settings.lang);
    this.#view.apply(settings);
    this.#session.options = settings.options;
    if (settings === former) return;
    if (settings.model !== former.model) this.choose();
    if (this.#preloaded) this.#preload();
  }

  /** @param {string} lang  of the element's surroundings; empty: they do not say */
  #speak(lang) {
    setLanguage(lang ? [lang] : navigator.languages).catch((error) => this.#host.fail(error));
  }

  /** The person's task. @param {string} task */
  async send(task) {
    try {
      await this.#run(task, [], 0);
    } catch (error) {
      this.#host.fail(error);
    }
  }

  /** @param {import('./protocol.js').FromHost} message */
  handle(message) {
    const host = this.#host;
    switch (message.type) {
      case 'configure':
        return this.apply(message.settings);
      case 'set_tools':
        this.#tools = message.tools;
        return;
      case 'run':
        return this.#runFor(message);
      case 'stop':
        return this.stop();
      case 'reset':
        return host.carryOut(message.request_id, () => this.conversation.new());
      case 'add_file':
        return host.carryOut(message.request_id, () => this.#addFile(message));
      case 'export':
        return host.carryOut(message.request_id, () => this.#session.exportRun(message.form));
    }
  }

  /** @param {import('./protocol.js').RunRequest} request */
  async #runFor({ request_id, task, files }) {
    try {
      await this.#run(task, files, request_id);
    } catch (error) {
      this.#host.post({ type: 'refused', request_id, error: { kind: 'Error', ...asWords(error) } });
    }
  }

  /** @param {string} task @param {HandedFile[]} files @param {number} request_id */
  async #run(task, files, request_id) {
    const { runs } = this.#session;
    if (this.#taking || runs.state !== 'idle')
      throw problem('busy', 'A task is running: wait for its end, or stop it.');
    const taking = { stopped: false, left: false };
    this.#taking = taking;
    const shown = this.#view.begin(task);
    try {
      await this.#listed;
      if (!taking.left) this.#checkModel();
    } catch (error) {
      this.#view.fail(shown, /** @type {Error} */ (error));
      throw error;
    } finally {
      if (this.#taking === taking) this.#taking = null;
    }
    if (taking.left) throw left();
    const run = runs.take(task, this.#session.model);
    if (taking.stopped) runs.stop();
    this.conversation.begin(run, async () => {
      this.#ending = null;
      this.#giveTools();
      for (const file of files) if (!run.isLeft) await this.#addFile(file);
      // What is added then is for a conversation that waits for the end of this run.
      return run.isLeft ? [] : this.#uploads.take();
    });
    try {
      await run.ended;
    } catch (error) {
      if (run.isLeft) throw left();
      this.#view.fail(shown, /** @type {Error} */ (error));
      throw error;
    }
    const ending = /** @type {RunFinished | null} */ (this.#ending);
    if (!ending) throw problem('stopped', 'The run was stopped before it began.');
    this.#host.post({ type: 'finished', request_id, result: resultOf(ending) });
  }

  /** End the run that there is, or that is on its way. */
  stop() {
    if (this.#taking) this.#taking.stopped = true;
    else this.#session.runs.stop();
  }

  /** For the run that begins; nothing calls the former ones any more. */
  #giveTools() {
    const { tools } = this.#session;
    tools.clear();
    for (const { name, description, schema, result_schema, options } of this.#tools) {
      /** @type {import('../tools/javascript.js').Handler} */
      const handler = (args, signal, progress) => this.#host.callTool(name, args, signal, progress);
      tools.add({ name, description, parameters: schema, returns: result_schema, handler, ...options });
    }
  }

  /** @param {HandedFile} file */
  async #addFile({ name, data }) {
    const [added] = await this.#uploads.add([new File([data], name)], () => this.conversation.beginFile());
    if (added?.state === 'added') return { path: added.path };
    if (added) this.#uploads.dismiss(added);
    throw problem('file_refused', `${name} was not added: ${added?.message ?? 'the conversation has been left.'}`);
  }

  /** @param {AgentEvent} event */
  #receive(event) {
    if (event.type === 'run_finished') this.#ending = event;
    if (!this.#session.runs.isSeen) return;
    this.#view.receive(event);
    const told = toldOf(event);
    if (told) this.#host.post({ type: 'happened', ...told });
  }

  /** @param {import('../store/records.js').Message[]} added */
  #keep(added) {
    if (!this.#session.runs.isSeen) return;
    this.#host.post({ type: 'messages', from: this.#messages.length, messages: added });
    this.#messages.push(...added);
  }

  /** Of the models there are, the one that the host page names; else one that may be used here. */
  choose() {
    const session = this.#session;
    const wanted = this.#settings.model;
    const offered = this.#offered;
    const model = offered.find(({ id }) => id === (wanted || session.model)) ?? offered[0];
    if (session.model !== model.id) return session.choose(model.id); // and it tells of it
    if (wanted && model.id !== wanted && this.#view.isListed && this.#missed !== wanted) {
      this.#missed = wanted;
      this.#host.fail(this.#unknownModel());
    }
    this.#view.showModels(session, wanted ? [model] : offered);
  }

  /** Not those the person has a key for: a page could spend their money. */
  get #offered() {
    return this.#session.models.filter(({ provider }) => provider !== 'endpoint');
  }

  #checkModel() {
    const { model } = this.#settings;
    if (model && this.#session.model !== model) throw this.#unknownModel();
  }

  #unknownModel() {
    const known = this.#offered.map(({ id }) => id).join(', ');
    return problem('unknown_model', `This site has no model named ${this.#settings.model}. There are: ${known}.`);
  }

  async #preload() {
    const { packages } = this.#settings;
    const wanted = packages.join(' ') || '-';
    if (wanted === this.#preloaded) return;
    this.#preloaded = wanted;
    await this.conversation.prepare(() => preload(this.#session, packages)).catch((error) => this.#host.fail(error));
  }
}

/** @param {any} error */
const asWords = (error) => ({ ...(error.kind ? { kind: String(error.kind) } : {}), message: String(error.message) });
