import { css, html, LitElement } from '../vendor/lit.js';
import { shared } from './shared_styles.js';

/** @typedef {import('./events.js').AgentEvent} AgentEvent */
/** @typedef {import('./events.js').RunFinished} RunFinished */
/** @typedef {import('./step.js').StepElement} StepElement */

/**
 * One task from question to ending: the task, its steps, the answer.
 * @csspart task - the person's words
 */
export class RunElement extends LitElement {
  /** @override */
  static properties = { task: {}, waiting: { state: true }, ending: { state: true } };

  /** @override */
  static styles = [
    shared,
    css`
      article { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--ca-space-3); }
      h2 { margin: 0 0 var(--ca-space-1); font-size: var(--ca-size-4); font-weight: 600; letter-spacing: -0.01em; line-height: 1.4; white-space: pre-wrap; overflow-wrap: anywhere; text-wrap: pretty; }
      .waiting { margin: 0; color: var(--ca-color-muted); font-size: var(--ca-size-2); animation: appear var(--ca-duration-2) 300ms backwards; }
      .steps { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--ca-space-3); }
      .steps:empty { display: none; }
      @keyframes appear { from { opacity: 0; } }
    `,
  ];

  #steps = Object.assign(document.createElement('div'), { className: 'steps' });

  constructor() {
    super();
    this.task = '';
    this.waiting = true;
    /** @type {RunFinished | null} */
    this.ending = null;
  }

  /** @param {AgentEvent} event */
  receive(event) {
    switch (event.type) {
      case 'run_started':
        this.task = event.task;
        return;
      case 'step_started':
        this.waiting = false;
        this.#steps.append(
          Object.assign(document.createElement('ca-step'), { number: event.step, forced: event.forced }),
        );
        return;
      case 'run_finished':
        this.waiting = false;
        this.#last?.end(event.status === 'failed' ? 'failed' : 'stopped');
        this.ending = event;
        return;
      default:
        this.#last?.receive(event);
    }
  }

  get #last() {
    return /** @type {StepElement | null} */ (this.#steps.lastElementChild);
  }

  /** @override */
  render() {
    return html`<article aria-labelledby="task">
      <h2 id="task" part="task">${this.task}</h2>
      ${this.waiting ? html`<p class="waiting">Python is still starting. The task begins as soon as it is ready.</p>` : ''}
      ${this.#steps}
      ${this.ending ? html`<ca-ending .task=${this.task} .ending=${this.ending}></ca-ending>` : ''}
    </article>`;
  }
}
