/**
 * `<codeact-agent>`: the agent in a page of somebody else's. It holds a frame that shows `widget.html` of a deployment,
 * so the page's styles and its policy stay as they are; what is asked of it goes to the frame as messages. Nothing is
 * done before it comes near the viewport, or is asked for something. docs/widget.md tells all of it.
 */

import { AgentFrame } from './agent_frame.js';
import { RunError } from './run_error.js';
import { settingsOf } from './settings.js';
import { sized } from './size.js';

/** @typedef {import('../widget/protocol.js').RunResult} RunResult */
/** @typedef {import('./host_tools.js').GivenTool} GivenTool */
/** @typedef {import('./requests.js').FileData} FileData */

/** So that the frame is there when it comes into view. */
const NEAR = '200px';
/** Events by which the page can decide. */
const DECIDED = ['approval', 'question'];
const FORMS = ['json', 'ipynb', 'py', 'md'];
/** Also where nothing has a DOM: a server that renders pages imports this module. */
const Base = globalThis.HTMLElement ?? class {};

/**
 * @fires codeact-ready - `{python, models}`
 * @fires codeact-step - an event of docs/events.md: `step_started`, `step_finished` …
 * @fires codeact-output - `output` or `displayed` of docs/events.md
 * @fires codeact-tool - `{name, arguments, value | error, duration_ms}`
 * @fires codeact-approval - `{card, approve(), edit(code), deny(reason)}`; prevented, the page decides
 * @fires codeact-question - `{question, choices, answer(text)}`; prevented, the page answers
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

  #options = {};
  #frame = new AgentFrame({
    place: () => this.#place(),
    isShown: () => this.isConnected,
    show: (frame) => this.shadowRoot?.append(frame),
    settings: () => settingsOf(this, this.#options),
    tell: (name, detail) => this.#tell(name, detail),
    grow: (height) => this.getAttribute('height') === 'auto' && this.#size.replaceSync(sized('auto', height)),
  });
  /** @type {IntersectionObserver | null} */ #seen = null;
  #size = new CSSStyleSheet();

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
    this.#frame.close(new RunError('removed', 'The agent was taken out of the page.'));
  }

  /** A move within the page that keeps the frame (`moveBefore`) changes nothing. */
  connectedMoveCallback() {}

  /** @param {string} name @param {string | null} former @param {string | null} value */
  attributeChangedCallback(name, former, value) {
    if (former === value || !this.isConnected) return;
    if (name === 'height') this.#size.replaceSync(sized(value));
    if (name !== 'src') return this.#frame.configure();
    this.#frame.moved(new RunError('removed', 'The agent was given another address.'));
  }

  /** Of runs to come: names and values as in codeact_agent/options.py. @throws {TypeError} where JSON cannot carry them */
  get options() {
    return this.#options;
  }

  set options(options) {
    this.#options = JSON.parse(JSON.stringify({ ...options }));
    this.#frame.configure();
  }

  /** This page's functions that the model's code can call. */
  get tools() {
    return this.#frame.tools.given;
  }

  set tools(tools) {
    this.#frame.tools.replace([...(tools ?? [])]);
    this.#frame.handTools();
  }

  /** What the model has been sent and has said in this conversation; a copy. */
  get messages() {
    return structuredClone(this.#frame.messages);
  }

  /** Resolves with `{python, models}` when code can run; rejects where it never will. */
  get ready() {
    return this.#frame.ready;
  }

  /** Boot now, seen or not; resolves as `ready` does. */
  load() {
    return this.#frame.load();
  }

  /**
   * Have a task done, and resolve with how its run ended; rejects with a RunError only where it could not begin.
   * @param {string} task @param {{files?: (Blob | {name: string, data: FileData})[]}} [options] @returns {Promise<RunResult>}
   */
  run(task, { files = [] } = {}) {
    return this.#frame.requests.run(task, files);
  }

  stop() {
    this.#frame.stop();
  }

  /** Begin a new conversation; what runs is stopped. */
  async reset() {
    await this.#frame.requests.ask(() => (this.#frame.isOpen ? [{ type: 'reset' }] : null));
  }

  /** A function, or `{name, description, parameters, returns, handler, approval, rate, timeout}`. @param {GivenTool} tool */
  addTool(tool) {
    this.#frame.tools.add(tool);
    this.#frame.handTools();
  }

  /** For the next task, in /data. @param {string} name @param {FileData} data */
  addFile(name, data) {
    return this.#frame.requests.addFile(name, data);
  }

  /** The newest run as a file. @param {'json' | 'ipynb' | 'py' | 'md'} [form] */
  async exportTrace(form = 'json') {
    if (!FORMS.includes(form)) throw new RunError('bad_form', `A trace is saved as one of ${FORMS.join(', ')}.`);
    return this.#frame.requests.ask(() => [{ type: 'export', form }]);
  }

  #place() {
    const src = this.getAttribute('src');
    const base = src === null ? AgentElement.home : addressOf(src.endsWith('/') ? src : `${src}/`);
    if (!this.isConnected) throw new RunError('removed', 'Put the agent into the page first.');
    if (!base || !URL.canParse('widget.html', base))
      throw new RunError('no_src', 'Say with src where the agent is served from.');
    this.#seen?.disconnect();
    return { base, title: this.getAttribute('aria-label') ?? 'Agent' };
  }

  /** @param {string} name @param {object} detail  gives whether nobody prevented it */
  #tell(name, detail) {
    const cancelable = DECIDED.includes(name);
    return this.dispatchEvent(
      new CustomEvent(`codeact-${name}`, { detail, bubbles: true, composed: true, cancelable }),
    );
  }

  /** A property that was set before the element was defined. @param {'options' | 'tools'} name */
  #upgrade(name) {
    if (!Object.hasOwn(this, name)) return;
    const value = this[name];
    delete (/** @type {any} */ (this)[name]);
    /** @type {any} */ (this)[name] = value;
  }
}

/** @param {string} src @returns {URL | null} */
const addressOf = (src) => (URL.canParse(src, document.baseURI) ? new URL(src, document.baseURI) : null);
