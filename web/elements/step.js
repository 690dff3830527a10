import { sizeInWords } from '../file_names.js';
import { heard } from '../heard_words.js';
import { html, LitElement } from '../vendor/lit.js';
import { msg, str } from '../vendor/localize.js';
import { duration } from './duration.js';
import { splitReply } from './reply.js';
import { restoredInWords } from './restored.js';
import { disclosure, shared } from './shared_styles.js';
import { stepStyles } from './step_styles.js';
import { spentInShort, whyAbout } from './usage_words.js';

/** @typedef {import('./events.js').StepEvent} StepEvent */
/** @typedef {import('./events.js').StepFinished} StepFinished */
/** @typedef {'asking' | 'running' | 'done' | 'failed' | 'stopped'} StepState */

/** @param {StepState} state */
const stateInWords = (state) =>
  ({ asking: msg('Thinking…'), running: msg('Running…'), done: '', failed: msg('Error'), stopped: msg('Stopped') })[
    state
  ];

/**
 * One step: the model's thought, its code, and what the code did.
 * @csspart card - the whole
 */
export class StepElement extends LitElement {
  /** @override */
  static properties = {
    number: { type: Number },
    forced: { type: Boolean },
    state: { reflect: true },
    thought: { state: true },
    code: { state: true },
    notice: { state: true },
    problems: { state: true },
    circle: { state: true },
    replied: { state: true },
    restored: { state: true },
    finished: { state: true },
    seconds: { state: true },
  };

  /** @override */
  static styles = [shared, disclosure, stepStyles];

  #activity = document.createElement('ca-activity');
  #reply = '';
  #frame = 0;
  #started = performance.now();
  /** @type {ReturnType<typeof setInterval> | undefined} */ #clock;

  constructor() {
    super();
    this.number = 1;
    this.forced = false;
    /** @type {StepState} */
    this.state = 'asking';
    this.thought = '';
    this.code = '';
    /** What it waits for, in words. @type {(() => string) | null} */
    this.notice = null;
    /** Why the answer was not accepted. @type {string[]} */
    this.problems = [];
    /** How the run goes in circles. */
    this.circle = '';
    /** The whole reply. @type {import('./events.js').ModelReplied | null} */
    this.replied = null;
    /** What came back in a replaced interpreter. @type {import('./restored.js').Report | null} */
    this.restored = null;
    /** @type {StepFinished | null} */
    this.finished = null;
    this.seconds = 0;
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    if (this.#active) this.#clock = setInterval(() => this.#tick(), 1000);
  }

  /** @override */
  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.#clock);
    cancelAnimationFrame(this.#frame);
  }

  /** @param {StepEvent} event */
  receive(event) {
    switch (event.type) {
      case 'model_delta':
        this.notice = null;
        this.#reply += event.text;
        this.#frame ||= requestAnimationFrame(() => this.#write());
        return;
      case 'model_retried':
        if (this.state !== 'asking') return; // for a plan after this step
        this.#reply = '';
        this.#write();
        this.notice = () => retrying(event);
        return;
      case 'model_replied':
        this.replied = event;
        return;
      case 'code_parsed':
        cancelAnimationFrame(this.#frame);
        this.thought = event.thought;
        this.code = event.code;
        for (const call of event.calls ?? []) this.#activity.expect(call);
        if (event.code || event.calls?.length) this.state = 'running';
        return;
      case 'package_progress':
        this.notice = () => fetching(event);
        return;
      case 'restored':
        this.restored = event;
        return;
      case 'answer_rejected':
        this.problems = event.problems;
        return;
      case 'nudged':
        this.circle = event.reason;
        return;
      case 'step_finished':
        this.finished = event;
        return this.end(ending(event));
      case 'step_started':
      case 'model_asked':
      case 'context_shortened':
        return; // nothing of them is shown here
      default:
        if (event.type === 'output') this.notice = null;
        this.#activity.receive(event);
    }
  }

  /** @param {StepState} state  does nothing to a step that has ended */
  end(state) {
    if (!this.#active) return;
    this.#activity.finish();
    clearInterval(this.#clock);
    this.notice = null;
    this.state = state;
  }

  get #active() {
    return this.state === 'asking' || this.state === 'running';
  }

  #tick() {
    this.seconds = Math.round((performance.now() - this.#started) / 1000);
  }

  #write() {
    this.#frame = 0;
    if (this.state !== 'asking') return;
    const { thought, code } = splitReply(this.#reply);
    this.thought = thought;
    this.code = code;
  }

  /** @override */
  render() {
    const calls = this.replied?.tool_calls?.length ?? 0;
    return html`<article part="card" aria-label=${msg(str`Step ${this.number}`)}>
      <header>
        <span class="mark"></span>
        <h3>${msg(str`Step ${this.number}`)}</h3>
        <span class="state">${this.#words()}</span>
        <span class="facts" title=${whyAbout(this.replied?.usage)}>${this.#facts()}</span>
      </header>
      ${this.forced ? html`<p class="notice">${msg('The steps or the budget ran out, so the model must answer now.')}</p>` : ''}
      ${this.notice ? html`<p class="notice">${this.notice()}</p>` : ''}
      ${calls > 1 ? html`<p class="notice">${manyCalls(calls)}</p>` : ''}
      ${this.thought ? html`<ca-markdown class="said" .text=${this.thought} ?writing=${this.state === 'asking'}></ca-markdown>` : ''}
      ${this.code ? html`<ca-code .code=${this.code} ?writing=${this.state === 'asking'}></ca-code>` : ''}
      ${this.#activity}
      ${this.#outcome()}
    </article>`;
  }

  #facts() {
    const took = this.finished ? duration(this.finished.duration_ms) : this.seconds > 1 ? `${this.seconds} s` : '';
    return [spentInShort(this.replied?.usage, this.replied?.cost), took].filter(Boolean).join(' · ');
  }

  #words() {
    if (this.code && this.state === 'asking') return msg('Writing…');
    if (this.finished?.result?.timed_out || this.finished?.error?.kind === 'killed') return msg('Time limit');
    return stateInWords(this.state);
  }

  #outcome() {
    if (!this.finished) return '';
    const { result, error, observation, difference } = this.finished;
    const told = html`<details class="told"><summary>${this.#activity.isEmpty ? msg('No code in this reply') : msg('What the model was told')}</summary><pre>${observation}</pre></details>`;
    const variables = result?.variables.length
      ? html`<ca-variables .variables=${result.variables}></ca-variables>`
      : '';
    const differs = difference ? html`<ca-difference .difference=${difference}></ca-difference>` : '';
    const high = result?.findings.some(({ severity }) => severity === 'HIGH');
    const findings = result?.findings.length ? html`<ca-findings .findings=${result.findings}></ca-findings>` : '';
    const silent = !result && !error && !this.#activity.hasOutcome && !this.problems.length && Boolean(observation);
    const folded = html`<div class="folded">${silent ? told : ''}${variables}${high ? '' : findings}${differs}</div>`;
    return html`${high ? html`<div class="audit">${findings}</div>` : ''}${result?.results.map(
      (bundle) =>
        html`<div class="result"><p class="label">${msg('Result')}</p><ca-bundle .bundle=${bundle}></ca-bundle></div>`,
    )}
    ${result?.error ? html`<div class="error">${this.#error(result.error, result.timed_out || result.stopped)}</div>` : ''}
    ${error ? html`<div class="error"><p>${heard(error.message)}</p></div>` : ''}
    ${this.#refused()}
    ${this.restored ? html`<p class="notice restored">${restoredInWords(this.restored)}</p>` : ''}
    ${result?.files.length ? html`<div class="result"><p class="label">${msg('Files written')}</p><ca-file-list .files=${result.files}></ca-file-list></div>` : ''}
    ${variables || differs || silent || (findings && !high) ? folded : ''}`;
  }

  #refused() {
    const circle = msg(
      str`The model goes in circles: ${heard(this.circle)}. It was told so, and to try something else.`,
    );
    return html`${this.problems.length ? html`<div class="refused"><p>${msg('The answer was not accepted, and the model was told why:')}</p><ul>${this.problems.map((each) => html`<li>${each}</li>`)}</ul></div>` : ''}
      ${this.circle ? html`<div class="refused"><p>${circle}</p></div>` : ''}`;
  }

  /** @param {{value: string, traceback: string}} error @param {boolean} ended  by the person or the time limit */
  #error({ value, traceback }, ended) {
    if (ended) return html`<p>${value}</p>`;
    const message = traceback.lastIndexOf('\n', traceback.lastIndexOf(value)) + 1;
    const frames = traceback.slice(0, message).trimEnd();
    return html`${frames ? html`<pre>${frames}</pre>` : ''}<pre class="message">${traceback.slice(message)}</pre>`;
  }
}

/** How a step ended; `error` is set when its worker had to be replaced. @param {StepFinished} event @returns {StepState} */
function ending({ result, error }) {
  if (result?.stopped || error?.kind === 'stopped') return 'stopped';
  return result?.error || error ? 'failed' : 'done';
}

/** @param {import('./events.js').PackageProgress} event */
function fetching({ name, loaded, total }) {
  const share = total ? msg(str`${sizeInWords(loaded)} of ${sizeInWords(total)}`) : sizeInWords(loaded);
  return msg(str`Fetching the package ${name}: ${share}.`);
}

/** @param {number} count */
function manyCalls(count) {
  return msg(str`The model asked for ${count} tool calls at once; one at a time is carried out, so only the first is.`);
}

/** @param {import('./events.js').ModelRetried} event */
function retrying({ message, delay_ms: ms, attempt }) {
  return `${heard(message)} ${msg(str`Trying again in ${Math.ceil(ms / 1000)} s (attempt ${attempt}).`)}`;
}
