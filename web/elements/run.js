import { shownName, sizeInWords } from '../file_names.js';
import { css, html, LitElement } from '../vendor/lit.js';
import { msg } from '../vendor/localize.js';
import { shared } from './shared_styles.js';
import { stepsStyles } from './step_styles.js';

/** @typedef {import('./events.js').AgentEvent} AgentEvent */
/** @typedef {import('./events.js').RunFinished} RunFinished */

/**
 * One task from question to ending: the task, its steps, the answer.
 * @csspart task - the person's words
 */
export class RunElement extends LitElement {
  /** @override */
  static properties = { task: {}, files: {}, waiting: { state: true }, ending: { state: true } };

  /** @override */
  static styles = [
    shared,
    stepsStyles,
    css`
      article { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--ca-space-3); }
      h2 { margin: 0 0 var(--ca-space-1); font-size: var(--ca-size-4); font-weight: 600; letter-spacing: -0.01em; line-height: 1.4; white-space: pre-wrap; overflow-wrap: anywhere; text-wrap: pretty; }
      .files { display: flex; flex-wrap: wrap; gap: var(--ca-space-1) var(--ca-space-4); margin: 0; padding: 0; list-style: none; color: var(--ca-color-muted); font-size: var(--ca-size-2); overflow-wrap: anywhere; }
      .waiting { margin: 0; color: var(--ca-color-muted); font-size: var(--ca-size-2); animation: appear var(--ca-duration-2) 300ms backwards; }
      @keyframes appear { from { opacity: 0; } }
    `,
  ];

  #steps = document.createElement('ca-run-steps');

  constructor() {
    super();
    this.task = '';
    /** Whether the loop has told of it. */
    this.begun = false;
    /** What was uploaded for the task. @type {import('./events.js').FileInfo[]} */
    this.files = [];
    this.waiting = true;
    /** @type {RunFinished | null} */
    this.ending = null;
  }

  /** @param {AgentEvent} event */
  receive(event) {
    this.#steps.receive(event);
    if (event.type === 'run_started') {
      this.begun = true;
      this.task = event.task;
      this.files = event.files;
      this.waiting = !event.planning_interval;
    }
    if (event.type === 'step_started' || event.type === 'run_finished') this.waiting = false;
    if (event.type === 'run_finished') this.ending = event;
  }

  /** @override */
  render() {
    const file = (/** @type {import('./events.js').FileInfo} */ { path, size }) =>
      html`<li><bdi>${shownName(path.split('/').slice(2).join('/'))}</bdi> · ${sizeInWords(size)}</li>`;
    return html`<article aria-labelledby="task">
      <h2 id="task" part="task">${this.task}</h2>
      ${this.files.length ? html`<ul class="files" aria-label=${msg('Files for this task')}>${this.files.map(file)}</ul>` : ''}
      ${this.waiting ? html`<p class="waiting">${msg('Python is still starting. The task begins as soon as it is ready.')}</p>` : ''}
      ${this.#steps}
      ${this.ending ? html`<ca-ending saving .task=${this.task} .ending=${this.ending}></ca-ending>` : ''}
    </article>`;
  }
}
