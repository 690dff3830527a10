/**
 * `<codeact-agent>`: the agent in a page of somebody else's. It holds a frame that shows `widget.html` of a deployment,
 * so the page's styles and its policy stay as they are; what is asked of it goes to the frame as messages. Nothing is
 * done before it comes near the viewport, or is asked for something. docs/widget.md tells all of it.
 */

import { FrameLine } from './frame_line.js';
import { HostTools } from './host_tools.js';
import { Requests } from './requests.js';
import { RunError } from './run_error.js';
import { settingsOf } from './settings.js';
import { sized } from './size.js';

/** @typedef {import('../widget/protocol.js').FromFrame} FromFrame */
/** @typedef {import('../widget/protocol.js').RunResult} RunResult */
/** @typedef {import('./host_tools.js').GivenTool} GivenTool */
/** @typedef {import('./requests.js').FileData} FileData */

/** So that the frame is there when it comes into view. */
const NEAR = '200px';
const LIVED_MS = 1_000;
const FORMS = ['json', 'ipynb', 'py', 'md'];
/** Also where nothing has a DOM: a server that renders pages imports this module. */
const Base = globalThis.HTMLElement ?? class {};

/**
 * @fires codeact-ready - `{python, models}`
 * @fires codeact-step - an event of docs/events.md: `step_started`, `step_finished` …
 * @fires codeact-output - `output` or `displayed` of docs/events.md
 * @fires codeact-tool - `{name, arguments, value | error, duration_ms}`
 * @fires codeact-approval - `{card, approve(), edit(code), deny(reason)}`; prevented, the page decides
 * @fires codeact-answer - a RunResult
 * @fires codeact-error - `{kind, message}`
 * @csspart frame - the iframe
 * @cssproperty --codeact-accent
 * @cssproperty --codeact-background
 * @cssproperty --codeact-text
 * @cssproperty --codeact-radius
 * @cssproperty --codeact-font
 * @cssproperty --codeact-font-size
 * @cssproperty --codeact-max-height - of a height of `auto`; 40rem unless given
 */
export class AgentElement extends Base {
  static observedAttributes = [
    ...['src', 'task', 'model', 'placeholder', 'packages', 'max-steps', 'approval', 'theme', 'lang', 'height'],
    ...['autorun', 'readonly', 'style', 'class'],
  ];
  /** The deployment, where `src` names none. @type {URL | undefined} */ static home;

  #tools = new HostTools();
  #options = {};
  #requests = new Requests((message, transfer) => this.#open().post(message, transfer));
  /** @type {FrameLine | null} */ #line = null;
  /** Why its frame is of no use. @type {RunError | null} */ #broken = null;
  /** @type {IntersectionObserver | null} */ #seen = null;
  /** @type {object[]} */ #messages = [];
  #ready = awaited();
  #size = new CSSStyleSheet();
  #told = false;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open', delegatesFocus: true });
    const style = new CSSStyleSheet();
    style.replaceSync(
      `:host { display: block; block-size: 30rem } :host([hidden]) { display: none }
      iframe { display: block; box-sizing: border-box; inline-size: 100%; block-size: 100%; border: 1px solid #8884; border-radius: .75rem }`,
    );
    root.adoptedStyleSheets = [style, this.#size];
  }

  connectedCallback() {
    for (const name of /** @type {const} */ (['options', 'tools'])) this.#upgrade(name);
    this.#size.replaceSync(sized(this.getAttribute('height')));
    this.#seen = new IntersectionObserver((seen) => seen.some((each) => each.isIntersecting) && this.load(), {
      rootMargin: NEAR,
    });
    this.#seen.observe(this);
  }

  disconnectedCallback() {
    this.#seen?.disconnect();
    this.#close(new RunError('removed', 'The agent was taken out of the page.'));
  }

  /** A move within the page that keeps the frame (`moveBefore`) changes nothing. */
  connectedMoveCallback() {}

  /** @param {string} name @param {string | null} former @param {string | null} value */
  attributeChangedCallback(name, former, value) {
    if (former === value || !this.isConnected) return;
    if (name === 'height') this.#size.replaceSync(sized(value));
    if (name !== 'src') return this.#configure();
    if (!this.#line) return;
    this.#close(new RunError('removed', 'The agent was given another address.'));
    this.load();
  }

  /** Of runs to come: names and values as in codeact_agent/options.py. */
  get options() {
    return this.#options;
  }

  set options(options) {
    this.#options = { ...options };
    this.#configure();
  }

  /** This page's functions that the model's code can call. */
  get tools() {
    return this.#tools.given;
  }

  set tools(tools) {
    this.#tools.replace([...tools]);
    this.#handTools();
  }

  /** What the model has been sent and has said in this conversation; a copy. */
  get messages() {
    return structuredClone(this.#messages);
  }

  /** Resolves with `{python, models}` when code can run; rejects where it never will. */
  get ready() {
    return this.#ready.promise;
  }

  /** Boot now, seen or not; resolves as `ready` does. */
  load() {
    const { ready } = this;
    try {
      this.#open();
    } catch (error) {
      this.#ready.reject(error);
      this.#tell('error', asData(/** @type {RunError} */ (error)));
    }
    return ready;
  }

  /**
   * Have a task done, and resolve with how its run ended; rejects with a RunError only where it could not begin.
   * @param {string} task @param {{files?: (File | {name: string, data: FileData})[]}} [options] @returns {Promise<RunResult>}
   */
  run(task, { files = [] } = {}) {
    return this.#requests.run(task, files);
  }

  stop() {
    this.#line?.post({ type: 'stop' });
  }

  /** Begin a new conversation; what runs is stopped. */
  async reset() {
    if (this.#line) await this.#requests.ask({ type: 'reset' });
  }

  /** A function, or `{name, description, parameters, returns, handler, approval, rate, timeout}`. @param {GivenTool} tool */
  addTool(tool) {
    this.#tools.add(tool);
    this.#handTools();
  }

  /** For the next task, in /data. @param {string} name @param {FileData} data */
  addFile(name, data) {
    return this.#requests.addFile(name, data);
  }

  /** The newest run as a file. @param {'json' | 'ipynb' | 'py' | 'md'} [form] */
  async exportTrace(form = 'json') {
    if (!FORMS.includes(form)) throw new RunError('bad_form', `A trace is saved as one of ${FORMS.join(', ')}.`);
    return this.#requests.ask({ type: 'export', form });
  }

  /** @returns {FrameLine} */
  #open() {
    if (this.#broken) throw this.#broken;
    if (this.#line) return this.#line;
    const src = this.getAttribute('src');
    const base = src === null ? AgentElement.home : new URL(src.endsWith('/') ? src : `${src}/`, document.baseURI);
    if (!this.isConnected) throw new RunError('removed', 'Put the agent into the page first.');
    if (!base) throw new RunError('no_src', 'Say with src where the agent is served from.');
    this.#seen?.disconnect();
    const opened = performance.now();
    this.#line = new FrameLine(base, this.getAttribute('aria-label') ?? 'Agent', {
      introduce: () => ({ settings: settingsOf(this, this.#options), tools: this.#tools.describe() }),
      said: (message) => this.#take(message),
      lost: (error) => {
        this.#tell('error', asData(error));
        this.#close(error);
        // The person may have reloaded it; one that is lost at once would be lost again.
        if (error.kind === 'frame_lost' && performance.now() - opened > LIVED_MS && this.isConnected) this.load();
      },
    });
    this.shadowRoot?.append(this.#line.frame);
    return this.#line;
  }

  /** @param {RunError} error  for all that waits */
  #close(error) {
    this.#line?.close();
    this.#line = this.#broken = null;
    this.#messages = [];
    this.#tools.cancelAll();
    this.#requests.rejectAll(error);
    this.#ready.reject(error);
    this.#ready = awaited();
  }

  /** Several changes in a row are told once. */
  #configure() {
    if (this.#told || !this.#line) return;
    this.#told = true;
    queueMicrotask(() => {
      this.#told = false;
      this.#line?.post({ type: 'configure', settings: settingsOf(this, this.#options) });
    });
  }

  #handTools() {
    this.#line?.post({ type: 'set_tools', tools: this.#tools.describe() });
  }

  /** @param {FromFrame} message */
  #take(message) {
    const line = /** @type {FrameLine} */ (this.#line);
    switch (message.type) {
      case 'ready': {
        const { python, models } = message;
        this.#ready.resolve({ python, models });
        return this.#tell('ready', { python, models });
      }
      case 'happened':
        return this.#tell(message.name, message.detail);
      case 'messages':
        return void this.#messages.splice(message.from, Infinity, ...message.messages);
      case 'finished':
        this.#requests.settle(message.request_id, message.result);
        return this.#tell('answer', message.result);
      case 'call_tool':
        return void this.#tools.call(message, (answer) => this.#line === line && line.post(answer));
      case 'cancel_tool':
        return this.#tools.cancel(message.call_id);
      case 'ask_approval':
        return this.#askApproval(message, line);
      case 'done':
        return this.#requests.settle(message.request_id, message.value);
      case 'refused':
        return this.#requests.settle(message.request_id, null, asError(message.error));
      case 'failed':
        this.#tell('error', message.error);
        if (!message.fatal) return;
        this.#broken = asError(message.error);
        this.#ready.reject(this.#broken);
        return this.#requests.rejectAll(this.#broken);
      case 'resized':
        if (this.getAttribute('height') === 'auto') this.#size.replaceSync(sized('auto', message.height));
    }
  }

  /** @param {import('../widget/protocol.js').AskApproval} asked @param {FrameLine} line */
  #askApproval({ approval_id, card }, line) {
    let decided = false;
    const decide = (/** @type {import('../widget/protocol.js').Decision | null} */ decision) => {
      if (decided) return;
      decided = true;
      line.post({ type: 'decide', approval_id, decision });
    };
    const event = this.#event('approval', {
      card,
      approve: () => decide({ decision: 'approve' }),
      edit: (/** @type {string} */ code) => decide({ decision: 'edit', code: String(code) }),
      deny: (reason = '') => decide({ decision: 'deny', reason: String(reason) }),
    });
    if (this.dispatchEvent(event)) decide(null);
  }

  /** @param {string} name @param {object} detail */
  #event(name, detail) {
    return new CustomEvent(`codeact-${name}`, {
      detail,
      bubbles: true,
      composed: true,
      cancelable: name === 'approval',
    });
  }

  /** @param {string} name @param {object} detail */
  #tell(name, detail) {
    this.dispatchEvent(this.#event(name, detail));
  }

  /** A property that was set before the element was defined. @param {'options' | 'tools'} name */
  #upgrade(name) {
    if (!Object.hasOwn(this, name)) return;
    const value = this[name];
    delete (/** @type {any} */ (this)[name]);
    /** @type {any} */ (this)[name] = value;
  }
}

/** A promise to be settled from outside, that nobody need wait for. */
function awaited() {
  const made = Promise.withResolvers();
  made.promise.catch(() => {});
  return made;
}

/** @param {{kind: string, message: string}} error */
const asError = ({ kind, message }) => new RunError(kind, message);
/** @param {RunError} error */
const asData = ({ kind, message }) => ({ kind, message });
